// Objects that are files of a folder.
import type { BigIntStats } from 'node:fs';
import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type ListOptions, ObjectChangedError, type ObjectStorage, type StoredObject } from './object-storage.ts';
import { digestFile } from './object-storage-digest.ts';
import { isHidden } from './object-storage-uri.ts';
import { toSystemError } from './system-errors.ts';
import { baseName, joinUri, toPath } from './uri.ts';

export const createFolderStorage = (): ObjectStorage => ({ list, look, read, digestOf });

async function* list(folder: string, { direct = false }: ListOptions = {}): AsyncIterable<StoredObject> {
  const path = toPath(folder);
  const base = pathToFileURL(path).href;
  for await (const name of listNames(path, { folder, direct })) {
    const found = await statFile(join(path, name), folder);
    if (found) yield toObject(joinUri(base, name), name, found);
  }
}

async function* listNames(
  path: string,
  { folder, direct }: { folder: string; direct: boolean },
  below = '',
): AsyncIterable<string> {
  const entries = await readdir(join(path, below), { withFileTypes: true }).catch((error) => {
    // A folder that goes while it is listed is none of ours.
    if (below !== '' && error.code === 'ENOENT') return [];
    throw toFolderError(folder, error);
  });
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    if (isHidden(entry.name)) continue;
    const name = below === '' ? entry.name : `${below}/${entry.name}`;
    if (!entry.isDirectory()) yield name;
    else if (!direct) yield* listNames(path, { folder, direct }, name);
  }
}

async function look(uri: string): Promise<StoredObject | undefined> {
  const found = await statFile(toPath(uri), uri);
  return found && toObject(uri, baseName(uri), found);
}

async function* read(object: StoredObject, from = 0): AsyncIterable<Uint8Array> {
  try {
    if (from < object.bytes)
      yield* createReadStream(toPath(object.uri), { start: from, end: object.bytes - 1, highWaterMark: 1 << 20 });
  } catch (error) {
    throw toFolderError(object.uri, error);
  }
  if ((await look(object.uri))?.version !== object.version) throw new ObjectChangedError(object.uri);
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

const toObject = (uri: string, name: string, found: BigIntStats): StoredObject => ({
  uri,
  name,
  bytes: Number(found.size),
  version: `${found.size}-${found.mtimeNs}`,
  changedAt: Number(found.mtimeMs),
});

async function statFile(path: string, uri: string): Promise<BigIntStats | undefined> {
  try {
    const found = await stat(path, { bigint: true });
    return found.isFile() ? found : undefined;
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined;
    throw toFolderError(uri, error);
  }
}

/** An error of the file system as one for the user; others as they are. */
export const toFolderError = (uri: string, error: unknown): unknown => toSystemError(error, uri) ?? error;
