// The versions of files, by one paged listing of each of their folders: 10,000 files are ten requests, where one a file would be 10,000.
import { UsageError } from '../platform/errors.ts';
import { openStorage } from '../platform/object-storage-open.ts';
import { baseName } from '../platform/uri.ts';

export interface ListedVersion {
  readonly version: string;
  readonly bytes: number;
}

/** The versions of all objects beside these files, by URI as `keyOf` writes it. A folder that may not be listed has none. */
export async function listVersions(uris: readonly string[]): Promise<ReadonlyMap<string, ListedVersion>> {
  const found = new Map<string, ListedVersion>();
  for (const folder of new Set(uris.map(folderOf))) {
    try {
      for await (const { name, version, bytes } of openStorage(folder).list(folder, { direct: true, mayBeMissing: true }))
        found.set(`${folder}${name}`, { version, bytes });
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
    }
  }
  return found;
}

/** Folder and decoded name: storages and steps encode names in ways of their own. */
export const keyOf = (uri: string): string => `${folderOf(uri)}${baseName(uri)}`;

const folderOf = (uri: string): string => uri.slice(0, uri.lastIndexOf('/') + 1);
