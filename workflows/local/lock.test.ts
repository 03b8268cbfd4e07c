import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { withLock } from './lock.ts';
import { identifyProcess } from './process-identity.ts';

async function createFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'taxiway-lock-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  return folder;
}

test('one at a time, also where a dead owner left the lock to many', async () => {
  const folder = await createFolder();
  const path = join(folder, 'x.lock');
  await writeFile(path, JSON.stringify({ ...identifyProcess(process.pid), started: 'earlier' }));
  let inside = 0;
  const work = async () => {
    inside += 1;
    expect(inside).toBe(1);
    await sleep(5);
    inside -= 1;
    return 'done';
  };
  expect(await Promise.all(Array.from({ length: 8 }, () => withLock(path, work)))).toEqual(Array(8).fill('done'));
  expect(await readdir(folder)).toEqual([]);
});

test('a lock that holds no owner is broken, a living one is waited for', async () => {
  const path = join(await createFolder(), 'x.lock');
  for (const content of ['', 'null', '5', '[]', '{"pid":"x"}', '{']) {
    await writeFile(path, content);
    expect(await withLock(path, async () => JSON.parse(await readFile(path, 'utf8')))).toEqual(identifyProcess(process.pid));
  }
  await writeFile(path, JSON.stringify(identifyProcess(process.pid)));
  const waits: number[] = [];
  const waiting = withLock(
    path,
    async () => 'late',
    ({ pid }) => waits.push(pid),
  );
  await sleep(250);
  await rm(path);
  expect(await waiting).toBe('late');
  expect(waits).toEqual([process.pid]);
});

test('a failure lets go of the lock', async () => {
  const folder = await createFolder();
  await expect(withLock(join(folder, 'x.lock'), () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  expect(await readdir(folder)).toEqual([]);
});
