// When a copy is already there, and what proves a new one.
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { fileSize, readJsonIfAny, writeFileAtomically } from '../platform/files.ts';
import type { ObjectStorage, StoredObject } from '../platform/object-storage.ts';
import { type Digest, digestFile } from '../platform/object-storage-digest.ts';
import { copyObject } from './copy-object.ts';

export interface Copy {
  readonly storage: ObjectStorage;
  readonly source: StoredObject;
  /** The folder's path. */
  readonly destination: string;
}

/** What was copied, where the storage has no digest to compare a copy with: S3 with keys of one's own, or many parts without a checksum. */
const receipt = z.object({ version: z.literal(1), sourceUri: z.string(), sourceVersion: z.string(), sha256: z.string() });

/** Copies the object unless its copy is there, byte for byte. */
export async function copyOnce({ storage, source, destination }: Copy): Promise<{ sha256: string; wasCopied: boolean }> {
  const target = join(destination, source.name);
  const receiptPath = join(destination, `.${source.name}.receipt.json`);
  const given = await storage.digestOf(source);
  const expected = given ?? (await readReceipt(receiptPath, source));
  if (expected !== undefined && (await fileSize(target)) === source.bytes) {
    const digests = await digestFile(target, { algorithms: ['sha256', expected.algorithm] });
    if (digests.hex(expected.algorithm) === expected.hex) return { sha256: digests.hex('sha256'), wasCopied: false };
  }
  const sha256 = await copyObject({ storage, source, target, expected: given });
  const facts = { version: 1, sourceUri: source.uri, sourceVersion: source.version, sha256 } as const;
  if (given === undefined) await writeFileAtomically(receiptPath, `${JSON.stringify(facts satisfies z.input<typeof receipt>)}\n`);
  else await rm(receiptPath, { force: true });
  return { sha256, wasCopied: true };
}

async function readReceipt(path: string, { uri, version }: StoredObject): Promise<Digest | undefined> {
  const found = receipt.safeParse(await readJsonIfAny(path).catch(() => undefined));
  if (!found.success || found.data.sourceUri !== uri || found.data.sourceVersion !== version) return undefined;
  return { algorithm: 'sha256', hex: found.data.sha256 };
}
