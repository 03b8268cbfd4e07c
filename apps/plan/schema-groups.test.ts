import { mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { logicalOf } from '../contract/column-type.ts';
import type { FileColumn } from '../contract/file-schema.ts';
import { plainTypes } from '../contract/file-schema.ts';
import { yellow } from '../contract/yellow.ts';
import { withDuckDb } from '../platform/duckdb.ts';
import { readFooter, toParquetType } from './parquet-footer.ts';
import { groupBySchema, readSchemaGroups, schemaGroups } from './schema-groups.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'taxiway-groups-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const usual: FileColumn[] = yellow.columns.map(
  (column): FileColumn => ({
    name: column.name,
    type: plainTypes[logicalOf(column.type)],
  }),
);
const fileOf = (month: number, columns: readonly FileColumn[]) => ({
  uri: `file:///in/yellow_tripdata_2024-${String(month).padStart(2, '0')}.parquet`,
  footer: { rows: month, bytes: 10, columns },
});

test('files are in one group exactly when their columns have the same names and types, in whatever order', () => {
  const schema = fc
    .record({
      ids: fc.constantFrom('INT64' as const, 'INT32' as const, 'DOUBLE' as const),
      fee: fc.constantFrom('airport_fee', 'Airport_fee'),
      order: fc.nat(19),
    })
    .map(({ ids, fee, order }) => {
      const columns = usual.map((column) =>
        column.name === 'VendorID' ? { ...column, type: ids } : column.name === 'airport_fee' ? { ...column, name: fee } : column,
      );
      return { key: `${ids} ${fee}`, columns: [...columns.slice(order), ...columns.slice(0, order)] };
    });
  fc.assert(
    fc.property(fc.array(schema, { minLength: 1, maxLength: 12 }), (schemas) => {
      const { groups, refused } = groupBySchema(
        yellow,
        schemas.map(({ columns }, index) => fileOf(index + 1, columns)),
      );
      expect(refused).toEqual([]);
      const expected = Map.groupBy(
        schemas.map((one, index) => ({ ...one, month: index + 1 })),
        ({ key }) => key,
      );
      expect(groups.groups.map((group) => group.files.map((file) => file.rows))).toEqual(
        [...expected.values()].map((members) => members.map(({ month }) => month)),
      );
      expect(schemaGroups.parse(JSON.parse(JSON.stringify(groups)))).toEqual(groups);
    }),
  );
});

test('every file that does not fit is named, with what it lacks', () => {
  const { groups, refused } = groupBySchema(yellow, [
    fileOf(1, usual),
    fileOf(2, usual.slice(3)),
    fileOf(3, [{ name: 'vendor_name', type: 'STRING' }]),
  ]);
  expect(groups.groups.length).toBe(1);
  expect(refused[0]?.message).toMatch(
    /^yellow_tripdata_2024-02\.parquet: not a yellow file of the contract: no column "VendorID", no column "tpep_pickup_datetime", no column "tpep_dropoff_datetime"; /,
  );
  expect(refused[1]?.message).toMatch(/^yellow_tripdata_2024-03\.parquet: .* and 13 more; /);
});

test("a real file's footer says rows, names and types", async () => {
  const path = join(folder, 'yellow_tripdata_2024-01.parquet');
  await withDuckDb(':memory:', (connection) =>
    connection.run(`COPY (SELECT 1::BIGINT AS a, 2::INTEGER AS b, 3.0::DOUBLE AS c, 'x' AS d, TIMESTAMP '2024-01-01' AS e, TIMESTAMP_NS '2024-01-01' AS f, TIMESTAMP_MS '2024-01-01' AS g,
      DATE '2024-01-01' AS h, 1.5::DECIMAL(9, 2) AS i, TRUE AS j, 4::UBIGINT AS k, 5::FLOAT AS l, [1, 2] AS m, {'n': 1, 'o': {'p': 2}} AS n, TIMESTAMPTZ '2024-01-01 00:00:00+00' AS q, 6::TINYINT AS r, 'z'::BLOB AS s
      FROM range(7)) TO '${path}' (FORMAT parquet)`),
  );
  const footer = await readFooter(path);
  expect(footer.rows).toBe(7);
  expect(footer.columns.map(({ name, type }) => `${name} ${type}`)).toEqual([
    'a INT64',
    'b INT32',
    'c DOUBLE',
    'd STRING',
    'e TIMESTAMP_MICROS',
    'f TIMESTAMP_NANOS',
    'g TIMESTAMP_MILLIS',
    'h DATE',
    'i DECIMAL',
    'j BOOLEAN',
    'k UINT64',
    'l FLOAT',
    'm OTHER',
    'n OTHER',
    'q TIMESTAMP_MICROS_UTC',
    'r INT8',
    's STRING',
  ]);
});

test('a column without any value may have the null type', () => {
  expect(toParquetType({ name: 'x', type: 'INT32', logical_type: { type: 'NULL' } })).toBe('NULL');
  expect(toParquetType({ name: 'x', type: 'INT64', converted_type: 'TIMESTAMP_MILLIS' })).toBe('TIMESTAMP_MILLIS_UNMARKED');
  expect(toParquetType({ name: 'x', type: 'INT32', converted_type: 'UINT_16' })).toBe('UINT16');
});

test('a file cut at any byte is refused as no whole Parquet file', async () => {
  const path = join(folder, 'yellow_tripdata_2024-02.parquet');
  await withDuckDb(':memory:', (connection) =>
    connection.run(`COPY (SELECT i, i::VARCHAR AS t FROM range(100) r(i)) TO '${path}' (FORMAT parquet)`),
  );
  const bytes = await readFile(path);
  await fc.assert(
    fc.asyncProperty(fc.nat(bytes.length - 1), async (length) => {
      await writeFile(path, bytes);
      await truncate(path, length);
      await expect(readSchemaGroups(yellow, [path])).rejects.toMatchObject({
        exitCode: 1,
        message: expect.stringContaining('yellow_tripdata_2024-02.parquet: not a whole Parquet file'),
      });
    }),
    { numRuns: 60 },
  );
});

test.each(['footer', 'columns'] as const)('a file whose %s is encrypted is refused as such, not as broken', async (part) => {
  const path = join(folder, 'yellow_tripdata_2024-04.parquet');
  // Written by pyarrow 26 with a toy key service: two columns, three rows; as base64.
  const files = JSON.parse(await readFile(join(import.meta.dirname, 'fixtures', 'encrypted.json'), 'utf8'));
  await writeFile(path, Buffer.from(files[part], 'base64'));
  await expect(readSchemaGroups(yellow, [path])).rejects.toMatchObject({
    exitCode: 1,
    message: "yellow_tripdata_2024-04.parquet: the file is encrypted; write it without Parquet's encryption",
  });
});

test('any bytes between the marks are refused or read, but never crash', async () => {
  const path = join(folder, 'yellow_tripdata_2024-03.parquet');
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), async (bytes) => {
      await writeFile(path, Buffer.concat([Buffer.from('PAR1'), bytes, Buffer.from('PAR1')]));
      await expect(readSchemaGroups(yellow, [path])).rejects.toMatchObject({ exitCode: 1 });
    }),
    { numRuns: 200 },
  );
});

test('a column that comes and goes must be in the files of its months, and may be in others', () => {
  const dataset = {
    ...yellow,
    columns: [
      ...yellow.columns,
      { name: 'surge', type: 'int', description: 'x', since: '2024-03', until: '2024-04' } as const,
      { name: 'hail', type: 'int', description: 'x', since: '2024-04', optional: true } as const,
    ],
  };
  const { groups, refused } = groupBySchema(
    dataset,
    [1, 2, 3, 4, 5].map((month) => fileOf(month, usual)),
  );
  expect(groups.groups.map(({ files }) => files.map(({ month }) => month))).toEqual([['2024-01-01', '2024-02-01', '2024-05-01']]);
  expect(refused.map(({ month, problems }) => [month, problems])).toEqual([
    ['2024-03-01', ['no column "surge", which files have since 2024-03 until 2024-04']],
    ['2024-04-01', ['no column "surge", which files have since 2024-03 until 2024-04']],
  ]);
  const withSurge = [...usual, { name: 'surge', type: 'INT64' as const }];
  expect(groupBySchema(dataset, [fileOf(2, withSurge), fileOf(3, withSurge)]).refused).toEqual([]);
});
