import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, readlink, rm, stat, symlink, writeFile } from 'node:fs/promises';
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
  for (const name of ['.hidden', 'a'.repeat(240)]) await writeFile(join(folder, 'in', name), name);
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

test("a copy follows its target's link, and never replaces what is no file", async () => {
  await mkdir(join(folder, 'out'));
  await mkdir(join(folder, 'out', 'a_2024-01.parquet'));
  await symlink('../far.parquet', join(folder, 'out', 'b.parquet'));
  await expect(transfer({ source: `${source}a_2024-01.parquet`, destination })).rejects.toThrow('a folder is there');
  expect(await transfer({ source: `${source}b.parquet`, destination })).toMatchObject({ copied: 1 });
  expect(await readFile(join(folder, 'far.parquet'), 'utf8')).toBe('b.parquet'.repeat(1000));
  expect(await readlink(join(folder, 'out', 'b.parquet'))).toBe('../far.parquet');
});

test.each([
  [{ source: 'nothing.parquet' }, 'no such file'],
  [{ source: '', prefixes: ['c_', 'a_'] }, 'no file begins with c_'],
  [{ source: 'b.parquet', prefixes: ['b'] }, '--prefixes goes with a folder'],
  [{ source: '.hidden' }, '".hidden" can\'t be a copy\'s name'],
  [{ source: '%zz' }, 'not a usable URI'],
  [{ source: 'a'.repeat(300) }, 'a part of it is longer than a file name can be (ENAMETOOLONG)'],
  [{ source: 'a'.repeat(240) }, 'longer than 200 bytes'],
])('%j is refused', async (options, message) => {
  await expect(transfer({ ...options, source: `${source}${options.source}`, destination })).rejects.toThrow(message);
  await expect(readdir(join(folder, 'out'))).rejects.toThrow('ENOENT');
});

test('what a killed try left is gone on with where the source is the same, and is removed where it is not', async () => {
  const options = { source: `${source}b.parquet`, destination };
  const { version } = await transfer(options);
  await rm(join(folder, 'out', 'b.parquet'));
  const nameOf = (wanted: string) =>
    `.b.parquet.${createHash('sha256')
      .update(JSON.stringify([options.source, wanted]))
      .digest('hex')
      .slice(0, 16)}.partial`;
  await writeFile(join(folder, 'out', nameOf(version)), 'b.parquetb.par');
  await writeFile(join(folder, 'out', nameOf('another')), 'of another version');
  await writeFile(join(folder, 'out', '.b.parquet.bak.0123456789abcdef.partial'), 'of another file');
  expect(await transfer(options)).toEqual({
    files: 1,
    copied: 1,
    bytesCopied: 9000,
    bytes: 9000,
    file: 'b.parquet',
    version,
  });
  expect(await readFile(join(folder, 'out', 'b.parquet'), 'utf8')).toBe('b.parquet'.repeat(1000));
  expect(await readdir(join(folder, 'out'))).toEqual(['.b.parquet.bak.0123456789abcdef.partial', 'b.parquet']);
});

test('a scheme that it does not speak is refused with the one that it does', async () => {
  await expect(transfer({ source: 'ftp://host/x', destination })).rejects.toMatchObject({
    exitCode: 2,
    message: expect.stringContaining('file://'),
  });
});
