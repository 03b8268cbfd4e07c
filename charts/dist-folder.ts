// dist/ on disk: read whole, replaced file by file from a temporary folder, so that each file is old or new, never half or missing.
import { mkdtemp, readdir, readFile, rename, rm, rmdir, writeFile } from 'node:fs/promises';
import { basename, dirname, join, relative } from 'node:path';
import { makeFolder } from '../apps/platform/files.ts';

/** Every file below a folder by its path with slashes; none where there is no such folder. */
export async function readDist(dist: string): Promise<Map<string, string>> {
  const entries = await readdir(dist, { recursive: true, withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  const paths = entries.filter((one) => one.isFile()).map((one) => relative(dist, join(one.parentPath, one.name)));
  return new Map(
    await Promise.all(
      paths.sort().map(async (path) => [path.replaceAll('\\', '/'), await readFile(join(dist, path), 'utf8')] as const),
    ),
  );
}

/** Makes the folder hold these files and nothing else. Files that are equal are not touched. */
export async function replaceDist(dist: string, files: ReadonlyMap<string, string>): Promise<void> {
  const before = await readDist(dist);
  await makeFolder(dirname(dist));
  await removeLeftovers(dist);
  const temporary = await mkdtemp(`${dist}-${process.pid}-`);
  try {
    const changed = [...files].filter(([path, text]) => before.get(path) !== text);
    for (const [path, text] of changed) {
      await makeFolder(dirname(join(temporary, path)));
      await writeFile(join(temporary, path), text);
    }
    for (const [path] of changed) {
      await makeFolder(dirname(join(dist, path)));
      await rename(join(temporary, path), join(dist, path));
    }
    for (const path of before.keys()) if (!files.has(path)) await removeFile(dist, path);
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

/** The file, and each folder above it that is empty then. */
async function removeFile(dist: string, path: string): Promise<void> {
  await rm(join(dist, path), { force: true });
  for (let folder = dirname(path); folder !== '.'; folder = dirname(folder)) {
    // Another synth may be at it too, or fill the folder again.
    const removed = await rmdir(join(dist, folder)).then(
      () => true,
      () => false,
    );
    if (!removed) return;
  }
}

/** The temporary folders of runs that were killed: their process is gone. */
async function removeLeftovers(dist: string): Promise<void> {
  for (const name of await readdir(dirname(dist))) {
    const owner = name.startsWith(`${basename(dist)}-`)
      ? /^(\d+)-\w{6}$/.exec(name.slice(basename(dist).length + 1))?.[1]
      : undefined;
    if (owner !== undefined && !isAlive(Number(owner))) await rm(join(dirname(dist), name), { recursive: true, force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
