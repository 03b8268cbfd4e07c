// What to copy, and what to say of it.
import { createHash } from 'node:crypto';
import type { Dataset } from '../contract/dataset.ts';
import { fileNameOf, firstDayOf, monthOf, monthOfFile } from '../contract/file-name.ts';
import type { Manifest } from '../plan/manifest.ts';
import { UsageError } from '../platform/errors.ts';
import { log } from '../platform/log.ts';
import type { ObjectStorage, StoredObject } from '../platform/object-storage.ts';
import { openStorage } from '../platform/object-storage-open.ts';
import { isHidden } from '../platform/object-storage-uri.ts';
import { writeJsonObject } from '../platform/objects.ts';
import { toLine } from '../platform/one-line.ts';
import { joinUri, toPath } from '../platform/uri.ts';
import { copyOnce } from './copy-once.ts';

/** A file name has at most 255 bytes, and the temporary one is longer than the name. */
const longestName = 200;

export interface TransferOptions {
  readonly source: string;
  readonly destination: string;
  readonly prefixes?: readonly string[] | undefined;
  readonly manifest?: string | undefined;
  readonly category?: Dataset | undefined;
  readonly filename?: string | undefined;
  readonly runDate?: string | undefined;
}

export interface TransferResult {
  readonly files: number;
  readonly copied: number;
  readonly bytesCopied: number;
  /** Of all files, copied or there already. */
  readonly bytes: number;
  /** The source's version; of several files, a hash of all names and versions. */
  readonly version: string;
}

/** Copies the source's files into the destination folder. Constant memory; each copy is proved by a digest. */
export async function transfer(options: TransferOptions): Promise<TransferResult> {
  checkMonth(options);
  const destination = toPath(options.destination);
  const storage = openStorage(options.source);
  const files: Manifest['files'] = [];
  const versions: string[][] = [];
  let copied = 0;
  let bytesCopied = 0;
  for (const uri of await listSources(storage, options)) {
    const source = await lookAt(storage, uri);
    const { name, bytes } = source;
    const { sha256, wasCopied } = await copyOnce({ storage, source, destination });
    files.push({ uri: joinUri(options.destination, name), name, bytes, sha256, source: uri, sourceVersion: source.version });
    versions.push([name, source.version]);
    if (wasCopied) {
      copied += 1;
      bytesCopied += bytes;
    }
    log(wasCopied ? 'copied' : 'already there', { file: name, bytes });
  }
  if (options.manifest) await writeJsonObject(options.manifest, { version: 1, files } satisfies Manifest);
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  return { files: files.length, copied, bytesCopied, bytes, version: toVersion(versions) };
}

/** What a batch hands to the steps after this one must speak of one file: they make paths of it. */
function checkMonth({ source, category, filename, runDate }: TransferOptions): void {
  if (category === undefined && filename === undefined && runDate === undefined) return;
  if (category === undefined || filename === undefined || runDate === undefined)
    throw new UsageError('--category, --filename and --run-date go together');
  if (
    monthOfFile(category, filename) === undefined ||
    firstDayOf(monthOf(runDate)) !== runDate ||
    fileNameOf(category, monthOf(runDate)) !== filename
  )
    throw new UsageError(
      `--filename ${quote(filename)} is not the file of ${category.category} and --run-date ${quote(runDate)}; expected ${category.filePrefix}YYYY-MM.parquet and the first day of its month`,
    );
  if (!source.endsWith(`/${filename}`)) throw new UsageError(`--source ${quote(source)} does not end in /${filename}`);
}

const quote = (text: string): string => JSON.stringify(toLine(text).slice(0, 200));

const toVersion = (versions: readonly string[][]): string =>
  versions.length === 1 ? (versions[0]?.[1] as string) : createHash('sha256').update(JSON.stringify(versions)).digest('hex');

async function listSources(storage: ObjectStorage, { source, prefixes }: TransferOptions): Promise<string[]> {
  if (!source.endsWith('/')) {
    if (prefixes) throw new UsageError(`--prefixes goes with a folder, but --source ${source} does not end in "/"`);
    return [source];
  }
  const found: StoredObject[] = [];
  for await (const object of storage.list(source, { direct: true }))
    if (!prefixes || prefixes.some((prefix) => object.name.startsWith(prefix))) found.push(object);
  const missing = (prefixes ?? []).filter((prefix) => !found.some(({ name }) => name.startsWith(prefix)));
  if (found.length === 0 || missing.length > 0) {
    throw new UsageError(
      `${source}: no file ${missing.length > 0 ? `begins with ${toLine(missing.join(' or '))}` : 'there'}; check --source and --prefixes`,
    );
  }
  return found.map(({ uri }) => uri);
}

async function lookAt(storage: ObjectStorage, uri: string): Promise<StoredObject> {
  if (/^s3:\/\/[^/]*$/.test(uri)) throw new UsageError(`${toLine(uri)}: name an object, or a folder with "/" at its end`);
  const source = await storage.look(uri);
  if (source === undefined) throw new UsageError(`${toLine(uri)}: no such file`);
  const { name } = source;
  if (name === '' || isHidden(name) || /\p{Cc}/u.test(name) || Buffer.byteLength(name) > longestName)
    throw new UsageError(
      `${toLine(uri)}: ${JSON.stringify(toLine(name))} can't be a copy's name; it begins with a dot, holds control characters, or is empty or longer than ${longestName} bytes`,
    );
  return source;
}
