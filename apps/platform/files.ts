// Files on this machine, written so that a kill at any moment leaves the old file or the new one, never half of one.
import { randomUUID } from 'node:crypto';
import { mkdir, open, readdir, readFile, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { findTarget, replaceFile } from './write-target.ts';

/** A temporary file that nobody has written to for so long was left by a process that was killed. */
const leftMilliseconds = 3_600_000;

/** Characters of the target's name in the temporary one, which has at most 255 bytes in all. */
const longestStart = 50;

/** Writes text or bytes under a temporary name in the same folder, syncs, then renames. Makes the folder. */
export async function writeFileAtomically(path: string, content: string | Uint8Array): Promise<void> {
  await withTemporaryName(path, (temporary) => writeSynced(temporary, content));
}

/** Writes a file that no other process knows yet. */
export async function writeSynced(path: string, content: string | Uint8Array | AsyncIterable<Uint8Array>): Promise<void> {
  const file = await open(path, 'w');
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Calls `write` with a temporary name beside the file that `path` leads to, then renames it by `place`; removes it when either fails. */
export async function withTemporaryName(
  path: string,
  write: (temporary: string) => Promise<unknown>,
  place: (temporary: string, target: string) => Promise<void> = replaceFile,
): Promise<void> {
  const target = await findTarget(path);
  await makeFolder(dirname(target));
  const start = `.${basename(target).slice(0, longestStart)}.`;
  await removeLeft(dirname(target), start);
  const temporary = join(dirname(target), `${start}${randomUUID()}.tmp`);
  try {
    await write(temporary);
    await place(temporary, target);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

/** Removes what killed writers of a name have left beside it. */
async function removeLeft(folder: string, start: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (!name.startsWith(start) || !/^[0-9a-f-]{36}\.tmp$/.test(name.slice(start.length))) continue;
    const path = join(folder, name);
    const found = await stat(path).catch(() => undefined);
    if (found && Date.now() - found.mtimeMs > leftMilliseconds) await rm(path, { force: true });
  }
}

/**
 * Makes a folder and those above it; one that is there is fine.
 * Node's own `recursive` never ends in /proc. There the kernel answers that the parent folder is missing, though it exists.
 */
export async function makeFolder(path: string): Promise<void> {
  const parent = dirname(path);
  try {
    await mkdir(path).catch(async (error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT' || parent === path) throw error;
      await makeFolder(parent);
      await mkdir(path);
    });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST' || !(await stat(path)).isDirectory()) throw error;
  }
}

/** Parsed JSON of a file, or undefined where there is none. Throws where it is not JSON. */
export async function readJsonIfAny(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, 'utf8'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Names in a folder, sorted; none where there is no such folder. Temporary files (leading dot) are left out. */
export async function listFolder(path: string): Promise<string[]> {
  try {
    return (await readdir(path)).filter((name) => !name.startsWith('.')).sort();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

/** A file's size in bytes, or undefined where there is no such file. */
export async function fileSize(path: string): Promise<number | undefined> {
  try {
    const found = await stat(path);
    return found.isFile() ? found.size : undefined;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
