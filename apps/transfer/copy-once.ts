// When a copy is already there, what is done then, and what proves a new one.
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { UsageError } from '../platform/errors.ts';
import { fileSize, readJsonIfAny, writeFileAtomically } from '../platform/files.ts';
import { type ObjectStorage, type StoredObject, WriteConditionError } from '../platform/object-storage.ts';
import { type Digest, digestFile } from '../platform/object-storage-digest.ts';
import { openStorage } from '../platform/object-storage-open.ts';
import { joinUri, toPath } from '../platform/uri.ts';
import { copyObject } from './copy-object.ts';
import { copyShort, isShort } from './copy-short.ts';
import { copyToBucket, isCopyOf } from './copy-to-bucket.ts';

/** What to do where something else has the copy's name; a copy of the same version is left alone in any case. */
export type IfExists = 'skip' | 'overwrite' | 'fail';
/** `skipped`: something else is there, and stays. */
export type CopyState = 'copied' | 'already there' | 'skipped';

export interface Copy {
  readonly storage: ObjectStorage;
  readonly source: StoredObject;
  /** The URI of the folder or bucket. */
  readonly destination: string;
  readonly ifExists: IfExists;
  /** Names that the destination is known not to have. */
  readonly isAbsent: (name: string) => boolean;
}

export interface Copied {
  /** As it was when it was copied. */
  readonly source: StoredObject;
  readonly state: CopyState;
}

/** Copies the object unless its copy is there. Throws UsageError where something else is there that must stay. */
export function copyOnce(copy: Copy): Promise<Copied> {
  const uri = joinUri(copy.destination, copy.source.name);
  return uri.startsWith('file://') ? copyOnceToFolder(uri, copy) : copyOnceToBucket(uri, copy);
}

async function copyOnceToFolder(uri: string, copy: Copy): Promise<Copied> {
  const { source } = copy;
  const there = await openStorage(uri).look(uri);
  const expected = await copy.storage.digestOf(source);
  if (there && (await isSameFile(toPath(uri), copy, expected))) return { source, state: 'already there' };
  if (there && !mayReplace(uri, copy)) return { source, state: 'skipped' };
  await copyToFolder(toPath(uri), copy, expected);
  return { source, state: 'copied' };
}

async function copyOnceToBucket(uri: string, copy: Copy): Promise<Copied> {
  const { storage, source } = copy;
  const target = openStorage(uri);
  const there = copy.isAbsent(source.name) ? undefined : await target.look(uri);
  if (there && isCopyOf(source, there)) return { source, state: 'already there' };
  if (there && !mayReplace(uri, copy)) return { source, state: 'skipped' };
  const wanted = { storage, source, target, targetUri: uri, there };
  try {
    return { source: isShort(source) ? await copyShort(wanted) : await copyToBucket(wanted), state: 'copied' };
  } catch (error) {
    if (!(error instanceof WriteConditionError)) throw error;
    // Another process that copied the same version and was first has done the work.
    const now = await target.look(uri);
    if (now === undefined || !isCopyOf(source, now)) throw error;
    return { source, state: 'copied' };
  }
}

/** Whether what is there and is no copy may be replaced. Throws UsageError where that is a failure. */
export function mayReplace(uri: string, { ifExists }: Copy): boolean {
  if (ifExists === 'fail') throw new UsageError(`${uri}: something else is there; remove it, or use --if-exists overwrite`);
  return ifExists === 'overwrite';
}

/** What was copied, where the storage has no digest to compare a copy with: S3 with keys of one's own, or many parts without a checksum. */
const receipt = z.object({ version: z.literal(1), sourceUri: z.string(), sourceVersion: z.string(), sha256: z.string() });
const receiptOf = (path: string, { name }: StoredObject): string => join(path, '..', `.${name}.receipt.json`);

/** Byte for byte: a file system keeps no checksums. */
async function isSameFile(path: string, { source }: Copy, given: Digest | undefined): Promise<boolean> {
  const expected = given ?? (await readReceipt(receiptOf(path, source), source));
  if (expected === undefined || (await fileSize(path)) !== source.bytes) return false;
  return (await digestFile(path, { algorithms: [expected.algorithm] })).hex(expected.algorithm) === expected.hex;
}

async function copyToFolder(path: string, { storage, source }: Copy, given: Digest | undefined): Promise<void> {
  const sha256 = await copyObject({ storage, source, target: path, expected: given });
  const facts = { version: 1, sourceUri: source.uri, sourceVersion: source.version, sha256 } as const;
  const receiptPath = receiptOf(path, source);
  if (given === undefined) await writeFileAtomically(receiptPath, `${JSON.stringify(facts satisfies z.input<typeof receipt>)}\n`);
  else await rm(receiptPath, { force: true });
}

async function readReceipt(path: string, { uri, version }: StoredObject): Promise<Digest | undefined> {
  const found = receipt.safeParse(await readJsonIfAny(path).catch(() => undefined));
  if (!found.success || found.data.sourceUri !== uri || found.data.sourceVersion !== version) return undefined;
  return { algorithm: 'sha256', hex: found.data.sha256 };
}
