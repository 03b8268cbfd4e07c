// A lock file that names its owner, so that one left behind by a killed process is recognised.
import { randomUUID } from 'node:crypto';
import { link, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { makeFolder } from '../../apps/platform/files.ts';
import { identifyProcess, isAlive, type ProcessIdentity } from './process-identity.ts';

/** Runs `work` while this process holds the lock at `path`; waits while another living process holds it. */
export async function withLock<T>(path: string, work: () => Promise<T>, onWait?: (owner: ProcessIdentity) => void): Promise<T> {
  await makeFolder(dirname(path));
  for (let waited = false; ; ) {
    if (await takeLock(path)) break;
    const owner = await readOwner(path);
    if (owner === undefined) continue;
    if (isAlive(owner)) {
      if (!waited) onWait?.(owner);
      waited = true;
      await sleep(100);
    } else {
      await breakLock(path, owner);
    }
  }
  try {
    return await work();
  } finally {
    await rm(path, { force: true });
  }
}

/** The lock appears with its owner in it, or not at all. */
async function takeLock(path: string): Promise<boolean> {
  const temporary = `${path}.${randomUUID()}`;
  await writeFile(temporary, JSON.stringify(identifyProcess(process.pid)));
  try {
    await link(temporary, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    await rm(temporary, { force: true });
  }
}

/** The owner of a lock that was not written by this program, or only half of it. */
const nobody: ProcessIdentity = { pid: 0, started: '' };

async function readOwner(path: string): Promise<ProcessIdentity | undefined> {
  try {
    const { pid, started } = (JSON.parse(await readFile(path, 'utf8')) ?? {}) as Partial<ProcessIdentity>;
    return typeof pid === 'number' ? { pid, started: String(started) } : nobody;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    if (error instanceof SyntaxError) return nobody;
    throw error;
  }
}

/** Removes a dead owner's lock; puts it back where somebody else was faster and it is a living owner's by now. */
async function breakLock(path: string, dead: ProcessIdentity): Promise<void> {
  const aside = `${path}.${randomUUID()}`;
  try {
    await rename(path, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  const found = await readOwner(aside);
  if (found && (found.pid !== dead.pid || found.started !== dead.started)) await link(aside, path).catch(() => {});
  await rm(aside, { force: true });
}
