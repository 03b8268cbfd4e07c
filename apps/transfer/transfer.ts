// The copy itself: what to copy, and when a copy is already there.
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import type { Manifest } from '../plan/manifest.ts';
import { OutcomeError, UsageError } from '../platform/errors.ts';
import { copyFileAtomically, fileSize, listFolder, writeFileAtomically } from '../platform/files.ts';
import { log } from '../platform/log.ts';
import { baseName, joinUri, toPath } from '../platform/uri.ts';

export interface TransferOptions {
  readonly source: string;
  readonly destination: string;
  readonly prefixes?: readonly string[] | undefined;
  readonly manifest?: string | undefined;
}

export interface TransferResult {
  readonly files: number;
  readonly copied: number;
  readonly bytesCopied: number;
}

/** Copies the source's files into the destination folder. Constant memory; each file is read twice: to copy it and to prove the copy. */
export async function transfer(options: TransferOptions): Promise<TransferResult> {
  const sources = await listSources(options);
  const files: Manifest['files'] = [];
  let copied = 0;
  let bytesCopied = 0;
  for (const source of sources) {
    const name = baseName(source);
    const target = joinUri(options.destination, name);
    const { sha256, bytes, wasCopied } = await copyOnce(source, target);
    files.push({ uri: target, name, bytes, sha256 });
    if (wasCopied) {
      copied += 1;
      bytesCopied += bytes;
    }
    log(wasCopied ? 'copied' : 'already there', { file: name, bytes });
  }
  if (options.manifest)
    await writeFileAtomically(toPath(options.manifest), `${JSON.stringify({ version: 1, files } satisfies Manifest, null, 2)}\n`);
  return { files: files.length, copied, bytesCopied };
}

async function listSources({ source, prefixes }: TransferOptions): Promise<string[]> {
  if (!source.endsWith('/')) {
    if (prefixes) throw new UsageError(`--prefixes goes with a folder, but --source ${source} does not end in "/"`);
    return [source];
  }
  const names = (await listFolder(toPath(source))).filter(
    (name) => !prefixes || prefixes.some((prefix) => name.startsWith(prefix)),
  );
  const missing = (prefixes ?? []).filter((prefix) => !names.some((name) => name.startsWith(prefix)));
  if (names.length === 0 || missing.length > 0) {
    throw new UsageError(
      `${source}: no file ${missing.length > 0 ? `begins with ${missing.join(' or ')}` : 'there'}; check --source and --prefixes`,
    );
  }
  return names.map((name) => joinUri(source, name));
}

async function copyOnce(source: string, target: string): Promise<{ sha256: string; bytes: number; wasCopied: boolean }> {
  const [from, to] = [toPath(source), toPath(target)];
  const bytes = await fileSize(from);
  if (bytes === undefined) throw new UsageError(`${source}: no such file`);
  const sha256 = await sha256Of(from);
  if ((await fileSize(to)) === bytes && (await sha256Of(to)) === sha256) return { sha256, bytes, wasCopied: false };
  await copyFileAtomically(from, to);
  if ((await sha256Of(to)) !== sha256)
    throw new OutcomeError(`${source}: it changed while it was copied; run again when its writer is done`);
  return { sha256, bytes, wasCopied: true };
}

async function sha256Of(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path, { highWaterMark: 1 << 20 }), hash);
  return hash.digest('hex');
}
