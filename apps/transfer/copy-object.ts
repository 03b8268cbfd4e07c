// One copy: streamed into a temporary file that the same version of the source goes on with after a kill, proved, then renamed.
import { createHash, randomUUID } from 'node:crypto';
import { type FileHandle, open, readdir, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { OutcomeError, TemporaryError } from '../platform/errors.ts';
import { fileSize, makeFolder } from '../platform/files.ts';
import { log } from '../platform/log.ts';
import { ObjectChangedError, type ObjectStorage, type StoredObject } from '../platform/object-storage.ts';
import { type Digest, type Digests, digestFile, startDigests } from '../platform/object-storage-digest.ts';
import { toFolderError } from '../platform/object-storage-file.ts';
import { findTarget, replaceFile } from '../platform/write-target.ts';

interface ObjectCopy {
  readonly storage: ObjectStorage;
  readonly source: StoredObject;
  readonly target: string;
  /** Undefined where nothing but the length and the version can prove the copy. */
  readonly expected: Digest | undefined;
}

/** Copies an object to a path; the target appears whole or not at all. Returns the content's digest, by SHA-256 where none is expected. */
export async function copyObject(wanted: ObjectCopy): Promise<string> {
  const copy = { ...wanted, target: await findPlace(wanted.target) };
  const { source, target, expected } = copy;
  // A killed machine may leave a file with holes: what nothing can prove is not gone on with.
  const partial = expected && partialPath(target, JSON.stringify([source.uri, source.version]));
  try {
    await makeFolder(dirname(target));
    await removeStale(target, partial);
    const hex = partial && (await fill(partial, copy));
    if (hex === undefined) return await copyAnew(copy, partial);
    await replaceFile(partial as string, target).catch((error) => leaveToOther(error, copy));
    return hex;
  } catch (error) {
    throw toFolderError(target, error);
  }
}

async function findPlace(path: string): Promise<string> {
  try {
    return await findTarget(path);
  } catch (error) {
    throw toFolderError(path, error);
  }
}

/** Begins with nothing, in a file that no other process writes. */
async function copyAnew(copy: ObjectCopy, useless: string | undefined): Promise<string> {
  const { source, target } = copy;
  if (useless !== undefined) {
    log('what an earlier try left is of no use', { file: source.name });
    await rm(useless, { force: true });
  }
  const own = partialPath(target, randomUUID());
  try {
    const hex = await fill(own, copy);
    if (hex === undefined)
      throw new OutcomeError(`${source.uri}: the bytes that came are not those that its storage has by its digest; run again`);
    await replaceFile(own, target).catch((error) => leaveToOther(error, copy));
    return hex;
  } finally {
    await rm(own, { force: true });
  }
}

/** Writes what is missing of the partial file. Returns the digest of all, or undefined where the whole is not the object. */
async function fill(partial: string, { storage, source, expected }: ObjectCopy): Promise<string | undefined> {
  // Not for appending: two processes that fill the same file write the same bytes to the same places.
  const file = await openForWriting(partial);
  try {
    const held = (await file.stat()).size;
    if (held > source.bytes) return undefined;
    const algorithm = expected?.algorithm ?? 'sha256';
    const algorithms = [algorithm];
    const digests = held > 0 ? await digestFile(partial, { algorithms, bytes: held }) : startDigests(algorithms);
    if (held > 0) log('going on', { file: source.name, held, bytes: source.bytes });
    await append(file, { storage, source, held, digests });
    const hex = digests.hex(algorithm);
    return expected === undefined || hex === expected.hex ? hex : undefined;
  } catch (error) {
    if (error instanceof ObjectChangedError) await rm(partial, { force: true });
    throw error;
  } finally {
    await file.close();
  }
}

interface Rest {
  readonly storage: ObjectStorage;
  readonly source: StoredObject;
  readonly held: number;
  readonly digests: Digests;
}

async function append(file: FileHandle, { storage, source, held, digests }: Rest): Promise<void> {
  let position = held;
  for await (const chunk of storage.read(source, { from: held })) {
    for (let written = 0; written < chunk.length; )
      written += (await file.write(chunk, written, chunk.length - written, position + written)).bytesWritten;
    digests.update(chunk);
    position += chunk.length;
  }
  if (position !== source.bytes)
    throw new TemporaryError(`${source.uri}: its storage sent ${position - held} of ${source.bytes - held} bytes`);
  await file.sync();
}

/** The same for each try to copy the same version, another for each other. */
function partialPath(target: string, identity: string): string {
  const id = createHash('sha256').update(identity).digest('hex').slice(0, 16);
  return join(dirname(target), `.${basename(target)}.${id}.partial`);
}

/** Another process that copied the same version was first. */
async function leaveToOther(error: NodeJS.ErrnoException, { source, target }: ObjectCopy): Promise<void> {
  if (error.code !== 'ENOENT') throw error;
  if ((await fileSize(target)) !== source.bytes) throw new TemporaryError(`${source.uri}: another process copies it too`);
}

/** What tries to copy other versions left. */
async function removeStale(target: string, partial: string | undefined): Promise<void> {
  const start = `.${basename(target)}.`;
  for (const name of await readdir(dirname(target)))
    if (name.startsWith(start) && /^[0-9a-f]{16}\.partial$/.test(name.slice(start.length)) && name !== basename(partial ?? ''))
      await rm(join(dirname(target), name), { force: true });
}

async function openForWriting(path: string): Promise<FileHandle> {
  try {
    return await open(path, 'r+');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    return open(path, 'w+');
  }
}
