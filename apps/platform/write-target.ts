// Where a file is really written: symbolic links are followed, and nothing but a plain file is ever replaced.
import { lstat, readlink, realpath, rename } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join } from 'node:path';
import { UsageError } from './errors.ts';
import { toLine } from './one-line.ts';

/** Linux follows as many. */
const mostLinks = 40;

/** The path that links lead to, where a plain file is or nothing yet. Throws UsageError where anything else is there. */
export async function findTarget(path: string): Promise<string> {
  let target = path;
  for (let links = 0; ; links++) {
    const found = await ifThere(lstat(target));
    if (found === undefined) return inRealFolder(target);
    if (!found.isSymbolicLink()) break;
    if (links === mostLinks) throw new UsageError(`${toLine(path)}: its symbolic links lead in a circle; give another path`);
    // Not resolved here: ".." behind a link is the parent of what the link leads to.
    const next = await readlink(target);
    target = isAbsolute(next) ? next : `${await realpath(dirname(target))}/${next}`;
  }
  await refuseOther(path, target);
  return inRealFolder(target);
}

/** The path with the folder that links lead to; the end of it may not be there yet. */
async function inRealFolder(path: string): Promise<string> {
  const folder = dirname(path);
  const real = (await ifThere(realpath(folder))) ?? (folder === path ? folder : await inRealFolder(folder));
  return join(real, basename(path));
}

/** Renames a written file to its target. Throws UsageError where something else than a plain file has appeared there. */
export async function replaceFile(written: string, target: string): Promise<void> {
  await refuseOther(target, target);
  await rename(written, target);
}

async function refuseOther(path: string, target: string): Promise<void> {
  const found = await ifThere(lstat(target));
  if (found === undefined || found.isFile()) return;
  const kind = found.isDirectory()
    ? 'a folder'
    : found.isFIFO()
      ? 'a named pipe'
      : found.isSocket()
        ? 'a socket'
        : found.isSymbolicLink()
          ? 'a symbolic link'
          : 'a device';
  throw new UsageError(
    `${toLine(path)}: ${kind} is there, expected a plain file or nothing; it was left as it is; give another path`,
  );
}

async function ifThere<T>(look: Promise<T>): Promise<T | undefined> {
  try {
    return await look;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
