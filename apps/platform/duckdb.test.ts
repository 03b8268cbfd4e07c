import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { blameOnFile, withDuckDb } from './duckdb.ts';
import { exitCode, OutcomeError, type UserError } from './errors.ts';

let folder: string;
let good: Buffer;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'taxiway-duckdb-'));
  const file = join(folder, 'good.duckdb');
  await withDuckDb(file, (connection) => connection.run('CREATE TABLE t AS SELECT i, hash(i) AS h FROM range(100000) r(i)'));
  good = await readFile(file);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const refusalOf = (file: string): Promise<UserError> =>
  withDuckDb(file, (connection) => connection.runAndReadAll('SELECT sum(h) FROM t')).then(
    () => expect.fail('it opened'),
    (error) => error,
  );

/** The same file, as a DuckDB of another time would write it. */
function ofVersion(version: bigint): Buffer {
  const bytes = Buffer.from(good);
  bytes.writeBigUInt64LE(version, 12);
  let checksum = 5381n;
  for (let at = 8; at < 4096; at += 8) checksum ^= BigInt.asUintN(64, bytes.readBigUInt64LE(at) * 0xbf58476d1ce4e5b9n);
  bytes.writeBigUInt64LE(checksum, 0);
  return bytes;
}

const flip = (from: number) => good.map((byte, at) => (at >= from && at % 97 === 0 ? byte ^ 0xff : byte));

test.each<[string, () => Uint8Array | string, string]>([
  ['text', () => 'no database '.repeat(999), 'not a warehouse that DuckDB can open: IO Error: '],
  ['nothing', () => '', 'not a warehouse that DuckDB can open: IO Error: '],
  [
    'a newer version',
    () => ofVersion(9999n),
    'another version of DuckDB wrote this warehouse: IO Error: Trying to read a database file with version number 9999',
  ],
  ['an older version', () => ofVersion(1n), 'another version of DuckDB wrote this warehouse: IO Error: '],
  ['a damaged header', () => flip(4096), 'the warehouse is damaged: '],
  ['damaged rows', () => flip(12_288), 'the warehouse is damaged: '],
  ['half of it', () => good.subarray(0, good.length / 2), 'the warehouse is damaged: '],
])('a file with %s is refused in one line', async (name, content, message) => {
  const file = join(folder, `${name}.duckdb`);
  await writeFile(file, content());
  const error = await refusalOf(file);
  expect(error.message).toContain(`${file}: ${message}`);
  expect([error.exitCode, error.message.includes('\n')]).toEqual([exitCode.usage, false]);
});

test('places where no file can be are refused', async () => {
  await mkdir(join(folder, 'folder'));
  await writeFile(join(folder, 'file'), '');
  for (const [name, message] of [
    ['folder', 'a folder is there'],
    ['none/x', 'No such file or directory'],
    ['x'.repeat(300), 'longer than a file name can be'],
    ['a?b', 'DuckDB can\'t use a path with "?"'],
    ['file/x', 'a part of this path is a file'],
  ] as const) {
    const error = await refusalOf(join(folder, name));
    expect([error.exitCode, error.message]).toEqual([exitCode.usage, expect.stringContaining(message)]);
  }
});

test('a full disk is temporary, and the next run works', async (context) => {
  const disk = join(folder, 'disk');
  await mkdir(disk);
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'none', disk]).status === 0;
  context.skip(!mounted, 'only root mounts a small disk');
  try {
    const file = join(disk, 'w.duckdb');
    await writeFile(join(disk, 'filler'), Buffer.alloc(900_000));
    const fill = () =>
      withDuckDb(file, (connection) => connection.run('CREATE OR REPLACE TABLE t AS SELECT hash(i) AS h FROM range(10000) r(i)'));
    await expect(fill()).rejects.toMatchObject({ exitCode: exitCode.temporary });
    await rm(join(disk, 'filler'));
    await fill();
  } finally {
    spawnSync('umount', [disk]);
  }
});

test('a read-only disk is named', async (context) => {
  const disk = join(folder, 'read-only');
  await mkdir(disk);
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'ro', 'none', disk]).status === 0;
  context.skip(!mounted, 'only root mounts a read-only disk');
  try {
    const error = await refusalOf(join(disk, 'w.duckdb'));
    expect([error.exitCode, error.message]).toEqual([exitCode.usage, expect.stringContaining('Read-only file system')]);
  } finally {
    spawnSync('umount', [disk]);
  }
});

test('what is said of a file that can not be read quotes none of its values', async () => {
  const file = join(folder, 'torn.parquet');
  const refusals = await withDuckDb(':memory:', async (connection) => {
    await connection.run(`COPY (SELECT 'JJJJ Out of Memory Quuxby' AS t) TO '${file}' (COMPRESSION uncompressed)`);
    const bytes = await readFile(file);
    await writeFile(
      file,
      bytes.map((byte) => (byte === 'J'.charCodeAt(0) ? 0xff : byte)),
    );
    const queries = [`FROM '${file}'`, "SELECT 'Quuxby'::INT", 'SELECT 9223372036854775807 + 87::BIGINT'];
    return Promise.all(queries.map((sql) => blameOnFile('x', () => connection.run(sql)).catch((error: unknown) => error)));
  });
  const [first, ...others] = refusals.map((error) => (error instanceof OutcomeError ? error.message : error));
  expect(first).toMatch(/^x: the file can't be read: Invalid Input Error: .* value \(not shown\); fetch it again$/);
  expect(others).toEqual([
    "x: the file can't be read: Conversion Error: a value does not fit; fetch it again",
    "x: the file can't be read: Out of Range Error: a value does not fit; fetch it again",
  ]);
});
