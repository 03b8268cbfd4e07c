// Objects that are files of a folder.
import { createReadStream, type Dirent } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import {
  type ByteRange,
  type ListOptions,
  ObjectChangedError,
  type ObjectEnd,
  type ObjectStorage,
  type StoredObject,
} from './object-storage.ts';
import { digestFile } from './object-storage-digest.ts';
import { lookAtFile, toFolderError } from './object-storage-file.ts';
import { copyInFolder, removeFromFolder, writeToFolder } from './object-storage-folder-write.ts';
import { toBytes } from './object-storage-read.ts';
import { isHidden } from './object-storage-uri.ts';
import { joinUri, toPath } from './uri.ts';

export const createFolderStorage = (): ObjectStorage => ({
  list,
  look: lookAtFile,
  read,
  readEnd,
  write: writeToFolder,
  copy: copyInFolder,
  remove: removeFromFolder,
  digestOf,
});

async function* list(folder: string, options: ListOptions = {}): AsyncIterable<StoredObject> {
  const path = toPath(folder);
  const base = pathToFileURL(path).href;
  for await (const name of listNames(path, { folder, ...options })) {
    const found = await lookAtFile(joinUri(base, name));
    if (found) yield { ...found, name };
  }
}

async function* listNames(
  path: string,
  { folder, direct = false, mayBeMissing = false }: ListOptions & { folder: string },
  below = '',
): AsyncIterable<string> {
  const entries = await readdir(join(path, below), { withFileTypes: true }).catch((error) => {
    // A folder that goes while it is listed is none of ours.
    if ((below !== '' || mayBeMissing) && error.code === 'ENOENT') return [];
    throw toFolderError(folder, error);
  });
  // As in buckets, where a folder's slash is a part of the names.
  const keyOf = (entry: Dirent) => (entry.isDirectory() ? `${entry.name}/` : entry.name);
  for (const entry of entries.sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1))) {
    if (isHidden(entry.name)) continue;
    const name = below === '' ? entry.name : `${below}/${entry.name}`;
    if (!entry.isDirectory()) yield name;
    else if (!direct) yield* listNames(path, { folder, direct }, name);
  }
}

async function* read(object: StoredObject, { from = 0, to = object.bytes }: ByteRange = {}): AsyncIterable<Uint8Array> {
  try {
    if (from < to) yield* createReadStream(toPath(object.uri), { start: from, end: to - 1, highWaterMark: 1 << 20 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') throw new ObjectChangedError(object.uri);
    throw toFolderError(object.uri, error);
  }
  if ((await lookAtFile(object.uri))?.version !== object.version) throw new ObjectChangedError(object.uri);
}

async function readEnd(uri: string, bytes: number): Promise<ObjectEnd | undefined> {
  const object = await lookAtFile(uri);
  return object && { object, bytes: await toBytes(read(object, { from: Math.max(0, object.bytes - bytes) })) };
}

async function digestOf(object: StoredObject) {
  try {
    return {
      algorithm: 'sha256',
      hex: (await digestFile(toPath(object.uri), { algorithms: ['sha256'] })).hex('sha256'),
    } as const;
  } catch (error) {
    throw toFolderError(object.uri, error);
  }
}
