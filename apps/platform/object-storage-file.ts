// A file as an object.
import type { BigIntStats } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { StoredObject } from './object-storage.ts';
import { toSystemError } from './system-errors.ts';
import { baseName, toPath } from './uri.ts';

/** The object that a file is; undefined where there is none, or something else than a file. */
export async function lookAtFile(uri: string): Promise<StoredObject | undefined> {
  const found = await statFile(toPath(uri), uri);
  return (
    found && {
      uri,
      name: baseName(uri),
      bytes: Number(found.size),
      version: `${found.size}-${found.mtimeNs}`,
      changedAt: Number(found.mtimeMs),
    }
  );
}

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
