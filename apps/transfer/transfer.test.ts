import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { transfer } from './transfer.ts';

let folder: string;
let source: string;
let destination: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'taxiway transfer #'));
  await mkdir(join(folder, 'in'));
  for (const name of ['a_2024-01.parquet', 'a_2024-02.parquet', 'b.parquet'])
    await writeFile(join(folder, 'in', name), name.repeat(1000));
  source = `${pathToFileURL(join(folder, 'in')).href}/`;
  destination = `${pathToFileURL(join(folder, 'out')).href}/`;
});
afterEach(() => rm(folder, { recursive: true, force: true }));

test('copies the files of a folder by prefix, once, and lists them', async () => {
  const manifest = pathToFileURL(join(folder, 'files.json')).href;
  const options = { source, destination, prefixes: ['a_'], manifest };
  expect(await transfer(options)).toMatchObject({ files: 2, copied: 2 });
  const copied = await stat(join(folder, 'out', 'a_2024-01.parquet'));
  expect(await transfer(options)).toMatchObject({ files: 2, copied: 0, bytesCopied: 0 });
  expect((await stat(join(folder, 'out', 'a_2024-01.parquet'))).mtimeMs).toBe(copied.mtimeMs);
  expect(JSON.parse(await readFile(join(folder, 'files.json'), 'utf8')).files.map((file: { name: string }) => file.name)).toEqual(
    ['a_2024-01.parquet', 'a_2024-02.parquet'],
  );
  expect(await readdir(join(folder, 'out'))).toEqual(['a_2024-01.parquet', 'a_2024-02.parquet']);
});

test('an overwritten file of the same size is copied again, and so is a torn copy', async () => {
  await transfer({ source: `${source}b.parquet`, destination });
  await writeFile(join(folder, 'in', 'b.parquet'), 'B.PARQUET'.repeat(1000));
  expect(await transfer({ source: `${source}b.parquet`, destination })).toMatchObject({ copied: 1 });
  await writeFile(join(folder, 'out', 'b.parquet'), 'B.PAR');
  expect(await transfer({ source: `${source}b.parquet`, destination })).toMatchObject({ copied: 1 });
  expect(await readFile(join(folder, 'out', 'b.parquet'), 'utf8')).toBe('B.PARQUET'.repeat(1000));
});

test.each([
  [{ source: 'nothing.parquet' }, 'no such file'],
  [{ source: '', prefixes: ['c_', 'a_'] }, 'no file begins with c_'],
  [{ source: 'b.parquet', prefixes: ['b'] }, '--prefixes goes with a folder'],
])('%j is refused', async (options, message) => {
  await expect(transfer({ ...options, source: `${source}${options.source}`, destination })).rejects.toThrow(message);
  await expect(readdir(join(folder, 'out'))).rejects.toThrow('ENOENT');
});

test('a scheme that it does not speak is refused with the one that it does', async () => {
  await expect(transfer({ source: 'ftp://host/x', destination })).rejects.toMatchObject({
    exitCode: 2,
    message: expect.stringContaining('file://'),
  });
});
