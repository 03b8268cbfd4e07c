// Small objects by their URIs or paths, whichever storage they are in: read and written whole.
import { TemporaryError, UsageError } from './errors.ts';
import { ObjectChangedError, type ObjectEnd, type StoredObject, type WriteOptions } from './object-storage.ts';
import { startDigests } from './object-storage-digest.ts';
import { openStorage } from './object-storage-open.ts';
import { asFolder } from './object-storage-uri.ts';
import { toLine } from './one-line.ts';
import { toUri } from './uri.ts';

/** What is read at once must fit into memory. */
const mostBytes = 256 * 2 ** 20;
const mostTries = 5;

const contentTypes: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8',
  json: 'application/json',
  parquet: 'application/vnd.apache.parquet',
};

/** All bytes of an object, proved by its digest where the storage has one; undefined where there is none. */
export async function readObject(pathOrUri: string): Promise<Buffer | undefined> {
  const uri = toUri(pathOrUri);
  const end = await readLatest(uri);
  if (end === undefined) return undefined;
  const { object, bytes } = end;
  if (object.bytes > mostBytes)
    throw new UsageError(
      `${toLine(uri)}: it has ${object.bytes} bytes, expected at most ${mostBytes}; check that it is the right one`,
    );
  checkDigest(object, bytes);
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** A reader that meets a writer takes what the writer wrote. */
async function readLatest(uri: string): Promise<ObjectEnd | undefined> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await openStorage(uri).readEnd(uri, mostBytes);
    } catch (error) {
      if (!(error instanceof ObjectChangedError) || tries === mostTries) throw error;
    }
  }
}

/** Parsed JSON, or undefined where there is no such object. Throws SyntaxError where it is not JSON. */
export async function readJsonObject(pathOrUri: string): Promise<unknown> {
  const bytes = await readObject(pathOrUri);
  return bytes && JSON.parse(bytes.toString('utf8'));
}

/** Parsed JSON; undefined where there is no such object, or what is there can't be read: it counts for nothing. */
export const readJsonIfSound = (pathOrUri: string): Promise<unknown> =>
  readJsonObject(pathOrUri).catch((error) => {
    if (error instanceof TemporaryError) throw error;
    return undefined;
  });

/** Writes an object whole or not at all. Its name says what it is. */
export function writeObject(
  pathOrUri: string,
  content: string | Uint8Array,
  options: Omit<WriteOptions, 'contentType'> = {},
): Promise<StoredObject> {
  const uri = toUri(pathOrUri);
  const contentType = contentTypes[uri.split('.').at(-1) as string];
  return openStorage(uri).write(uri, typeof content === 'string' ? Buffer.from(content) : content, {
    ...options,
    ...(contentType && { contentType }),
  });
}

/** Writes a value as JSON that people can read. */
export const writeJsonObject = (pathOrUri: string, value: unknown): Promise<StoredObject> =>
  writeObject(pathOrUri, `${JSON.stringify(value, null, 2)}\n`);

/** Removes an object; one that is not there is fine. */
export const removeObject = (pathOrUri: string): Promise<void> => {
  const uri = toUri(pathOrUri);
  return openStorage(uri).remove(uri);
};

/** Names below a folder, in order; none where there is no such folder. */
export async function listNames(folder: string, options: { readonly direct?: boolean } = {}): Promise<string[]> {
  const uri = toUri(folder);
  const names: string[] = [];
  for await (const { name } of openStorage(uri).list(uri, { ...options, mayBeMissing: true })) names.push(name);
  return names;
}

/** Whether a folder or bucket is there and may be read. */
export async function canBeListed(folder: string): Promise<boolean> {
  try {
    for await (const _ of openStorage(folder).list(asFolder(folder), { direct: true })) break;
    return true;
  } catch {
    return false;
  }
}

function checkDigest({ uri, digest }: StoredObject, bytes: Uint8Array): void {
  if (digest === undefined) return;
  const digests = startDigests([digest.algorithm]);
  digests.update(bytes);
  if (digests.hex(digest.algorithm) !== digest.hex)
    throw new TemporaryError(`${toLine(uri)}: the bytes that came are not those that its storage has by its ${digest.algorithm}`);
}
