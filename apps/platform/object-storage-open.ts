// Chooses the storage by a URI's scheme.
import { UsageError } from './errors.ts';
import type { ObjectStorage } from './object-storage.ts';
import { createFolderStorage } from './object-storage-folder.ts';
import { createGsStorage } from './object-storage-gs.ts';
import { createS3Storage } from './object-storage-s3.ts';
import { toLine } from './one-line.ts';
import { toUri } from './uri.ts';

const create: Readonly<Record<string, () => ObjectStorage>> = {
  file: createFolderStorage,
  gs: () => createGsStorage(),
  s3: () => createS3Storage(),
};

/** One a process: its connections are kept and used again. */
const opened = new Map<string, ObjectStorage>();

/** The storage that a path or URI is in. Throws UsageError for other schemes. */
export function openStorage(pathOrUri: string): ObjectStorage {
  const uri = toUri(pathOrUri);
  const scheme = uri.split('://')[0] as string;
  const storage = opened.get(scheme) ?? (Object.hasOwn(create, scheme) ? create[scheme]?.() : undefined);
  if (storage === undefined)
    throw new UsageError(`${toLine(uri)}: expected a URI that begins with gs://, s3:// or file://, got ${toLine(scheme)}://`);
  opened.set(scheme, storage);
  return storage;
}
