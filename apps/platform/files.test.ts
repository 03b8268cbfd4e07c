import { execFileSync, spawnSync } from 'node:child_process';
import { lstat, mkdir, mkdtemp, readdir, readFile, readlink, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { UsageError } from './errors.ts';
import { makeFolder, withTemporaryName, writeFileAtomically } from './files.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'taxiway-files-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const at = (...names: string[]) => join(folder, ...names);
const makers: Record<string, (path: string) => unknown> = {
  'a folder': (path) => mkdir(path),
  'a named pipe': (path) => execFileSync('mkfifo', [path]),
  'a socket': (path) => new Promise<void>((resolve) => createServer().unref().listen(path, resolve)),
};

test.each(Object.keys(makers))('%s is refused and left as it is, also behind a link', async (kind) => {
  await makers[kind]?.(at('there'));
  await symlink('there', at('link'));
  const before = await lstat(at('there'));
  for (const name of ['there', 'link'])
    await expect(writeFileAtomically(at(name), 'x')).rejects.toThrow(
      new UsageError(`${at(name)}: ${kind} is there, expected a plain file or nothing; it was left as it is; give another path`),
    );
  expect((await lstat(at('there'))).ino).toBe(before.ino);
  expect((await readdir(folder)).sort()).toEqual(['link', 'there']);
});

test('a device is refused, also behind a link', async (context) => {
  // One of its own: the machine's /dev/null would be lost where this test fails.
  const made = spawnSync('mknod', [at('device'), 'c', '1', '3']);
  context.skip(made.status !== 0, 'only root makes devices');
  await symlink('device', at('link'));
  for (const name of ['device', 'link'])
    await expect(writeFileAtomically(at(name), 'x')).rejects.toThrow(/: a device is there, /);
  expect((await lstat(at('device'))).isCharacterDevice()).toBe(true);
  expect((await readdir(folder)).sort()).toEqual(['device', 'link']);
});

test('what killed writers of the same name left is removed an hour later, and nothing else', async () => {
  const id = '01234567-89ab-cdef-0123-456789abcdef';
  const names = [`.x.json.${id}.tmp`, `.x.json.${id}.old.tmp`, `.x.jsonl.${id}.tmp`, '.x.json.tmp', `x.json.${id}.tmp`];
  for (const name of [...names, `.x.json.${id.replace('0', 'a')}.tmp`]) await writeFile(at(name), 'x');
  const hoursAgo = (hours: number) => new Date(Date.now() - hours * 3_600_000);
  for (const name of names) await utimes(at(name), hoursAgo(1.1), hoursAgo(1.1));
  await writeFileAtomically(at('x.json'), '{}');
  expect((await readdir(folder)).sort()).toEqual([...names.slice(1), `.x.json.${id.replace('0', 'a')}.tmp`, 'x.json'].sort());
});

test('what appears while the file is written is refused as well', async () => {
  const write = withTemporaryName(at('late'), async (temporary) => {
    await writeFile(temporary, 'x');
    await mkdir(at('late'));
  });
  await expect(write).rejects.toThrow('a folder is there');
  expect(await readdir(folder)).toEqual(['late']);
});

test('links are followed: the file that they lead to is replaced, or made', async () => {
  await mkdir(at('far', 'sub'), { recursive: true });
  await mkdir(at('near'));
  await writeFile(at('far', 'file'), 'old');
  // Through a link to a folder: ".." is the parent of that folder, not of the link.
  await symlink('../far/sub', at('near', 'sub'));
  await symlink('sub/../file', at('near', 'first'));
  await symlink('first', at('near', 'second'));
  await symlink('sub/../new/file', at('near', 'dangling'));
  await writeFileAtomically(at('near', 'second'), 'one');
  await writeFileAtomically(at('near', 'dangling'), 'two');
  expect(await readFile(at('far', 'file'), 'utf8')).toBe('one');
  expect(await readFile(at('far', 'new', 'file'), 'utf8')).toBe('two');
  expect(await Promise.all(['first', 'second', 'dangling'].map((name) => readlink(at('near', name))))).toEqual([
    'sub/../file',
    'first',
    'sub/../new/file',
  ]);
});

test('links that lead in a circle, and a path below a file, are refused', async () => {
  await symlink('b', at('a'));
  await symlink('a', at('b'));
  await expect(writeFileAtomically(at('a'), 'x')).rejects.toThrow('its symbolic links lead in a circle');
  await writeFile(at('file'), '');
  await expect(writeFileAtomically(at('file', 'x'), 'x')).rejects.toMatchObject({ code: 'ENOTDIR' });
});

test('a name as long as names may be is written', async () => {
  const name = 'é'.repeat(127);
  await writeFileAtomically(at(name), 'x');
  expect(await readdir(folder)).toEqual([name]);
});

test('folders are made, also those above, and by many at once; what can not be one ends, in /proc as well', async () => {
  await Promise.all(Array.from({ length: 20 }, () => makeFolder(at('one', 'two', 'three'))));
  expect(await readdir(at('one', 'two'))).toEqual(['three']);
  await writeFile(at('file'), '');
  await expect(makeFolder(at('file'))).rejects.toThrow(/EEXIST/);
  await expect(makeFolder(at('file', 'below'))).rejects.toThrow(/ENOTDIR/);
  // In a process of its own: a loop in Node's file threads would keep this one for ever.
  const code = `import('${join(import.meta.dirname, 'files.ts')}').then((files) => files.makeFolder('/proc/none/below')).catch((error) => console.log(error.code))`;
  const ended = spawnSync(process.execPath, ['-e', code], { encoding: 'utf8', timeout: 10_000, killSignal: 'SIGKILL' });
  expect([ended.signal, ended.stdout]).toEqual([null, 'ENOENT\n']);
});
