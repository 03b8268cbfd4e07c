import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { TableType } from '../contract/derive/table-schema.ts';
import { withDuckDb } from '../platform/duckdb.ts';
import { type Cell, type Row, readRows, toParquet } from './parquet-rows.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'taxiway-parquet-rows-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const text = fc.string({ unit: 'grapheme' });
const decimal = (digits: number, scale: number) =>
  fc.bigInt({ min: 1n - 10n ** BigInt(digits), max: 10n ** BigInt(digits) - 1n }).map((value) => {
    const text = String(value < 0n ? -value : value).padStart(scale + 1, '0');
    return `${value < 0n ? '-' : ''}${text.slice(0, text.length - scale)}${scale === 0 ? '' : `.${text.slice(-scale)}`}`;
  });
const cells = {
  int: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  int32: fc.integer(),
  double: fc.double(),
  boolean: fc.boolean(),
  string: text,
  timestamp: fc.bigInt({ min: -(2n ** 62n), max: 2n ** 62n }),
  instant: fc.bigInt({ min: -(2n ** 62n), max: 2n ** 62n }),
  date: fc.integer({ min: -100_000, max: 100_000 }),
  strings: fc.array(text, { maxLength: 3 }),
  'decimal(9,2)': decimal(9, 2),
  'decimal(38,0)': decimal(38, 0),
  'decimal(38,38)': decimal(38, 38),
} as const satisfies Partial<Record<TableType, fc.Arbitrary<Cell>>>;
const tableTypes = Object.keys(cells) as (keyof typeof cells)[];
const columns = tableTypes.map((type) => ({ name: `a ${type}`, type }));
const rows = fc.array(fc.tuple(...tableTypes.map((type) => fc.option<Cell>(cells[type]))) as fc.Arbitrary<Row>, {
  maxLength: 30,
});

test('every row comes back as it was written', async () => {
  await fc.assert(
    fc.asyncProperty(rows, fc.nat({ max: 30 }), async (written, limit) => {
      const path = join(folder, 'rows.parquet');
      await writeFile(path, await toParquet({ columns, rows: written }));
      expect(await readRows(pathToFileURL(path).href, { limit })).toEqual({ columns, rows: written.slice(0, limit) });
    }),
    { numRuns: 60 },
  );
});

test('DuckDB reads the types and values of the tables in it', async () => {
  const path = join(folder, 'typed.parquet');
  const row: Row = [
    -1n,
    -2,
    0.1,
    true,
    'ß',
    1_704_067_200_000_001n,
    1_704_067_200_000_001n,
    19_723,
    ['a', 'b'],
    '-12.30',
    `${10n ** 38n - 1n}`,
    `-0.${'0'.repeat(37)}1`,
  ];
  await writeFile(path, await toParquet({ columns, rows: [row] }));
  const [described, values] = await withDuckDb(':memory:', async (connection) => [
    (await connection.runAndReadAll(`DESCRIBE SELECT * FROM '${path}'`)).getRowObjectsJS().map((row) => row.column_type),
    (await connection.runAndReadAll(`SELECT columns(*)::VARCHAR FROM '${path}'`)).getRowsJS()[0],
  ]);
  expect(described).toEqual([
    'BIGINT',
    'INTEGER',
    'DOUBLE',
    'BOOLEAN',
    'VARCHAR',
    'TIMESTAMP',
    'TIMESTAMP WITH TIME ZONE',
    'DATE',
    'VARCHAR[]',
    'DECIMAL(9,2)',
    'DECIMAL(38,0)',
    'DECIMAL(38,38)',
  ]);
  expect(values).toEqual([
    '-1',
    '-2',
    '0.1',
    'true',
    'ß',
    '2024-01-01 00:00:00.000001',
    '2024-01-01 00:00:00.000001+00',
    '2024-01-01',
    '[a, b]',
    '-12.30',
    '9'.repeat(38),
    `-.${'0'.repeat(37)}1`,
  ]);
});

test('a file that is missing is undefined; one that is no Parquet file, cut or of other types is refused by name', async () => {
  const uri = (name: string) => pathToFileURL(join(folder, name)).href;
  expect(await readRows(uri('none.parquet'), { limit: 1 })).toBeUndefined();
  const whole = await toParquet({ columns, rows: [] });
  await writeFile(join(folder, 'empty.parquet'), '');
  await writeFile(join(folder, 'text.parquet'), 'PAR1 is how it begins');
  await writeFile(join(folder, 'cut.parquet'), whole.subarray(0, -20));
  await withDuckDb(':memory:', (connection) =>
    connection.run(`COPY (SELECT 1::UTINYINT AS small) TO '${join(folder, 'other.parquet')}' (FORMAT parquet)`),
  );
  for (const name of ['empty', 'text', 'cut', 'other'])
    await expect(readRows(uri(`${name}.parquet`), { limit: 1 })).rejects.toMatchObject({
      exitCode: 1,
      message: expect.stringContaining(`${name}.parquet: not a Parquet file of rows: `),
    });
});

test('a damaged file ends in rows or in its refusal, and the next file is read all the same', async () => {
  const path = join(folder, 'damaged.parquet');
  const whole = await toParquet({
    columns,
    rows: [[1n, 1, 2, true, 'three', 4n, 4n, 5, ['six'], '7.00', '8', `0.${'9'.repeat(38)}`]],
  });
  const damage = fc.array(fc.tuple(fc.nat({ max: whole.length - 1 }), fc.nat({ max: 255 })), { minLength: 1, maxLength: 4 });
  await fc.assert(
    fc.asyncProperty(damage, async (bytes) => {
      const damaged = new Uint8Array(whole);
      for (const [place, byte] of bytes) damaged[place] = byte;
      await writeFile(path, damaged);
      const error = await readRows(pathToFileURL(path).href, { limit: 1 }).then(
        () => undefined,
        (one) => one,
      );
      expect(error === undefined || error.exitCode === 1, String(error)).toBe(true);
    }),
    { numRuns: 400 },
  );
  await writeFile(path, whole);
  expect((await readRows(pathToFileURL(path).href, { limit: 1 }))?.rows).toHaveLength(1);
});
