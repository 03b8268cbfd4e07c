// Objects of buckets as files, for programs and libraries that read files alone.
import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { TemporaryError, UsageError } from './errors.ts';
import { log } from './log.ts';
import type { ObjectStorage, StoredObject } from './object-storage.ts';
import { type DigestAlgorithm, type Digests, startDigests } from './object-storage-digest.ts';
import { openStorage } from './object-storage-open.ts';
import { checkRoom } from './room.ts';
import { toSystemError } from './system-errors.ts';
import { baseName, toPath, toUri } from './uri.ts';

/**
 * Calls `use` with a path at which the object's bytes are: a file's own, or that of a copy in the system's temporary folder, which goes
 * afterwards. The copy has the object's base name, and is proved by its digest. Constant memory. Throws UsageError where there is no such object.
 */
export async function withLocalCopy<Result>(pathOrUri: string, use: (path: string) => Promise<Result>): Promise<Result> {
  const uri = toUri(pathOrUri);
  if (uri.startsWith('file://')) return use(toPath(uri));
  const storage = openStorage(uri);
  const object = await storage.look(uri);
  if (object === undefined) throw new UsageError(`${uri}: no such file`);
  const folder = await mkdtemp(join(tmpdir(), 'taxiway-copy-'));
  try {
    const path = join(folder, baseName(uri));
    await download(storage, object, path);
    return await use(path);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function download(storage: ObjectStorage, object: StoredObject, path: string): Promise<void> {
  const digest = await storage.digestOf(object);
  const started = Date.now();
  const digests = await writeToFile(storage, object, {
    path,
    algorithms: digest ? [digest.algorithm] : [],
    elsewhere: 'TMPDIR',
  });
  if (digest && digests.hex(digest.algorithm) !== digest.hex)
    throw new TemporaryError(`${object.uri}: the bytes that came are not those that its storage has by its ${digest.algorithm}`);
  log('fetched', { file: object.name, bytes: object.bytes, milliseconds: Date.now() - started });
}

export interface NewFile {
  readonly path: string;
  readonly algorithms: readonly DigestAlgorithm[];
  /** The variable or flag that names another folder, where this one has no room. */
  readonly elsewhere: string;
}

/** Writes an object's bytes into a new file, and takes their digests. Constant memory. Throws TemporaryError where there is no room. */
export async function writeToFile(
  storage: ObjectStorage,
  object: StoredObject,
  { path, algorithms, elsewhere }: NewFile,
): Promise<Digests> {
  const room = { what: object.uri, bytes: object.bytes, elsewhere };
  await checkRoom(dirname(path), room);
  const digests = startDigests(algorithms);
  const file = await open(path, 'wx');
  try {
    for await (const chunk of storage.read(object)) {
      digests.update(chunk);
      await file.writeFile(chunk);
    }
  } catch (error) {
    // Others write to the same disk.
    if ((error as NodeJS.ErrnoException).code === 'ENOSPC') await checkRoom(dirname(path), room);
    throw toSystemError(error, path) ?? error;
  } finally {
    await file.close();
  }
  return digests;
}
