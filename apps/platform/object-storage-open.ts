// Chooses the storage by a URI's scheme.
import { UsageError } from './errors.ts';
import type { ObjectStorage } from './object-storage.ts';
import { createFolderStorage } from './object-storage-folder.ts';
import { createS3Storage } from './object-storage-s3.ts';
import { toLine } from './one-line.ts';

const storages: Readonly<Record<string, () => ObjectStorage>> = { file: createFolderStorage, s3: createS3Storage };

/** The storage that a URI is in. Throws UsageError for other schemes. */
export function openStorage(uri: string): ObjectStorage {
  const scheme = uri.split('://')[0] as string;
  const create = Object.hasOwn(storages, scheme) ? storages[scheme] : undefined;
  if (create === undefined)
    throw new UsageError(`${toLine(uri)}: expected a URI that begins with s3:// or file://, got ${toLine(scheme)}://`);
  return create();
}
