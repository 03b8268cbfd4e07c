// Writes to a folder: under a temporary name beside the file, synced, then renamed.
import { constants } from 'node:fs';
import { copyFile, link, open, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { withTemporaryName, writeSynced } from './files.ts';
import { type Content, ObjectChangedError, type StoredObject, WriteConditionError, type WriteOptions } from './object-storage.ts';
import { lookAtFile, toFolderError } from './object-storage-file.ts';
import { toPath } from './uri.ts';
import { replaceFile } from './write-target.ts';

/** Whoever holds a lock only looks and renames: an older lock was left by a process that was killed. */
const oldestLockMilliseconds = 10_000;
const pauseMilliseconds = 10;

type Place = (temporary: string, target: string) => Promise<void>;

/** Throws WriteConditionError where the condition does not hold. */
export async function writeToFolder(uri: string, content: Content, { replaces }: WriteOptions = {}): Promise<StoredObject> {
  const place: Place =
    replaces === undefined ? replaceFile : replaces === 'nothing' ? placeAsNew(uri) : placeInsteadOf(uri, replaces.version);
  return asUser(uri, async (path) => {
    await withTemporaryName(path, (temporary) => writeSynced(temporary, content), place);
    return lookAtWritten(uri);
  });
}

/** Throws ObjectChangedError where the source is no longer the version that was looked at. */
export async function copyInFolder(source: StoredObject, target: string): Promise<StoredObject> {
  return asUser(target, async (path) => {
    await withTemporaryName(path, async (temporary) => {
      await copyFile(toPath(source.uri), temporary, constants.COPYFILE_FICLONE).catch((error) => {
        throw error.code === 'ENOENT' ? new ObjectChangedError(source.uri) : error;
      });
      if ((await lookAtFile(source.uri))?.version !== source.version) throw new ObjectChangedError(source.uri);
      await sync(temporary);
    });
    return lookAtWritten(target);
  });
}

/** Removes a file; with a version, only that one. */
export async function removeFromFolder(uri: string, { version }: { version?: string } = {}): Promise<void> {
  await asUser(uri, async (path) => {
    if (version === undefined) return rm(path, { force: true });
    await withLock(path, async () => {
      const found = await lookAtFile(uri);
      if (found === undefined) return;
      if (found.version !== version) throw new WriteConditionError(uri);
      await rm(path, { force: true });
    });
  });
}

const placeAsNew =
  (uri: string): Place =>
  async (temporary, target) => {
    await link(temporary, target).catch((error) => {
      throw error.code === 'EEXIST' ? new WriteConditionError(uri) : error;
    });
    await rm(temporary);
  };

const placeInsteadOf =
  (uri: string, version: string): Place =>
  (temporary, target) =>
    withLock(target, async () => {
      if ((await lookAtFile(uri))?.version !== version) throw new WriteConditionError(uri);
      await replaceFile(temporary, target);
    });

/** A file system compares nothing when it renames: writers with a condition come one after the other. */
async function withLock(path: string, run: () => Promise<void>): Promise<void> {
  const lock = join(dirname(path), `.${basename(path)}.lock`);
  for (;;) {
    const file = await open(lock, 'wx').catch((error) => {
      if (error.code !== 'EEXIST') throw error;
    });
    if (file !== undefined) {
      await file.close();
      break;
    }
    const held = await stat(lock).catch(() => undefined);
    if (held && Date.now() - held.mtimeMs > oldestLockMilliseconds) await rm(lock, { force: true });
    else await sleep(pauseMilliseconds * (1 + Math.random()));
  }
  try {
    await run();
  } finally {
    await rm(lock, { force: true });
  }
}

async function sync(path: string): Promise<void> {
  const file = await open(path, 'r+');
  await file.sync().finally(() => file.close());
}

async function lookAtWritten(uri: string): Promise<StoredObject> {
  const written = await lookAtFile(uri);
  if (written === undefined) throw new WriteConditionError(uri);
  return written;
}

async function asUser<Result>(uri: string, run: (path: string) => Promise<Result>): Promise<Result> {
  try {
    return await run(toPath(uri));
  } catch (error) {
    throw toFolderError(uri, error);
  }
}
