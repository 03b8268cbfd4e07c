import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import type { FileMetaData, Statistics } from 'hyparquet';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { toCasts } from '../contract/derive/casts.ts';
import type { FileColumn, ParquetType } from '../contract/file-schema.ts';
import { yellow } from '../contract/yellow.ts';
import { withDuckDb } from '../platform/duckdb.ts';
import { mergeStatistics, toStatistics } from './footer-statistics.ts';
import { readFooter } from './parquet-footer.ts';
import { compareValues, toValueText } from './statistics-value.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'taxiway-statistics-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test('of a real file: rows, row groups, sizes, codec, and of each column its nulls, smallest and largest value', async () => {
  const path = join(folder, 'all.parquet');
  const columns = {
    small: 'CASE WHEN i % 7 > 0 THEN i - 100 END::TINYINT',
    large: '(i * 100000000000000)::BIGINT',
    unsigned: '(18446744073709551615 - i::UBIGINT)::UBIGINT',
    amount: 'CASE WHEN i % 3 = 0 THEN i / 8 END::DOUBLE',
    narrow: '(i / 10)::FLOAT',
    price: '(i / 4)::DECIMAL(9, 2)',
    flag: "CASE WHEN i % 2 = 0 THEN 'Y' ELSE 'N' END",
    yes: 'i > 10',
    day: "DATE '2024-01-01' + i::INTEGER",
    time: "TIMESTAMP '2024-01-01' + to_microseconds(i)",
    instant: "TIMESTAMPTZ '2024-01-01 00:00:00+00' + to_seconds(i)",
    nothing: 'NULL::INTEGER',
  };
  const [expected] = await withDuckDb(':memory:', async (connection) => {
    await connection.run("SET TimeZone = 'UTC'");
    await connection.run(
      `CREATE TABLE t AS SELECT ${Object.entries(columns).map(([name, sql]) => `${sql} AS "${name}"`)} FROM range(200) r(i)`,
    );
    await connection.run(`COPY t TO '${path}' (FORMAT parquet, ROW_GROUP_SIZE 2048)`);
    const of = Object.keys(columns).map(
      (name) =>
        `{'nulls': count(*) - count("${name}"), 'min': min("${name}")::VARCHAR, 'max': max("${name}")::VARCHAR} AS "${name}"`,
    );
    return (await connection.runAndReadAll(`SELECT ${of} FROM t`)).getRowObjectsJson();
  });
  const { rows, statistics, columns: found } = await readFooter(path);
  expect(rows).toBe(200);
  expect(statistics).toMatchObject({ rowGroups: 1, codecs: ['SNAPPY'], createdBy: expect.stringMatching(/^DuckDB version /) });
  expect(statistics.compressed).toBeGreaterThan(1000);
  expect(statistics.uncompressed).toBeGreaterThan(1000);
  const wanted = Object.entries(expected as Record<string, { nulls: string; min: string; max: string }>);
  expect(
    statistics.columns.map(({ nulls, min, max }, index) => [found[index]?.name, nulls, toNumber(min), toNumber(max)]),
  ).toEqual(
    wanted.map(([name, { nulls, min, max }]) => [name, Number(nulls), ...[min, max].map((text) => toNumber(withoutZone(text)))]),
  );
});

/** `0.0` and `0` are one number. */
const toNumber = (text: string | null) => (text !== null && /^-?\d{1,15}(\.\d+)?$/.test(text) ? Number(text) : text);
const withoutZone = (text: string | null) => text?.replace(/\+00$/, '') ?? null;

const metadataOf = (type: ParquetType, ...groups: readonly (Partial<Statistics> | undefined)[]) => {
  const chunk = (statistics: Partial<Statistics> | undefined) => ({
    columns: [
      {
        meta_data: { codec: 'ZSTD', num_values: 10n, total_compressed_size: 5n, total_uncompressed_size: 7n, statistics },
      },
    ],
  });
  const metadata = { row_groups: groups.map(chunk) } as unknown as FileMetaData;
  return toStatistics(metadata, [{ name: 'x', type, chunk: 0 }]).columns[0];
};
const text = (value: string) => Buffer.from(value) as unknown as string;

test.each<[string, ParquetType, readonly (Partial<Statistics> | undefined)[], object]>([
  [
    'row groups together',
    'INT64',
    [
      { null_count: 1n, min_value: 9n, max_value: 10n },
      { null_count: 2n, min_value: -3n, max_value: 4n },
    ],
    { nulls: 3, min: '-3', max: '10' },
  ],
  [
    'a row group without statistics',
    'INT64',
    [{ null_count: 1n, min_value: 1n, max_value: 2n }, undefined],
    { nulls: null, min: null, max: null },
  ],
  [
    'a row group without values',
    'INT64',
    [{ null_count: 1n, min_value: 1n, max_value: 2n }, { null_count: 10n }],
    { nulls: 11, min: '1', max: '2' },
  ],
  [
    'NaN as the largest value',
    'DOUBLE',
    [{ null_count: 0n, min_value: 1, max_value: Number.NaN }],
    { nulls: 0, min: null, max: null },
  ],
  ['old fields of signed numbers', 'INT32', [{ null_count: 0n, min: -1, max: 5 }], { nulls: 0, min: '-1', max: '5' }],
  ['old fields of unsigned numbers', 'UINT32', [{ null_count: 0n, min: 1, max: 5 }], { nulls: 0, min: null, max: null }],
  ['old fields of texts', 'STRING', [{ null_count: 0n, min: text('a'), max: text('b') }], { nulls: 0, min: null, max: null }],
  ['INT96', 'INT96', [{ null_count: 0n, min_value: text('a'), max_value: text('b') }], { nulls: 0, min: null, max: null }],
  [
    'a text that the writer has cut',
    'STRING',
    [{ null_count: 0n, min_value: text('a'), max_value: text('b'), is_max_value_exact: false }],
    { nulls: 0, min: 'a', max: 'b', maxIsCut: true },
  ],
  [
    'a text that is longer than what is shown',
    'STRING',
    [{ null_count: 0n, min_value: text('é'.repeat(41)), max_value: text('z') }],
    { nulls: 0, min: 'é'.repeat(40), max: 'z', minIsCut: true },
  ],
  [
    'a text cut within a character',
    'STRING',
    [{ null_count: 0n, min_value: Buffer.from([0x61, 0xc3]) as never, max_value: text('z') }],
    { nulls: 0, min: null, max: null },
  ],
  [
    'a time before 1970, with a fraction',
    'TIMESTAMP_MICROS',
    [{ null_count: 0n, min_value: -1n, max_value: 1_500_000n }],
    { nulls: 0, min: '1969-12-31 23:59:59.999999', max: '1970-01-01 00:00:01.5' },
  ],
  [
    'a time beyond all calendars',
    'TIMESTAMP_MICROS',
    [{ null_count: 0n, min_value: 0n, max_value: 2n ** 62n }],
    { nulls: 0, min: null, max: null },
  ],
  ['counts that are none', 'INT64', [{ null_count: -1n, min_value: 1n, max_value: 2n }], { nulls: null, min: '1', max: '2' }],
])('%s', (_, type, groups, expected) => {
  expect(metadataOf(type, ...groups)).toEqual(expected);
});

test('values sort by their texts as they sort themselves', () => {
  const pairsOf = <Value>(type: FileColumn['type'], values: fc.Arbitrary<Value>, toStored: (value: Value) => unknown) =>
    fc.tuple(values, values).map(([one, other]) => ({
      type,
      texts: [one, other].map((value) => toValueText({ type }, toStored(value))),
      isLess: one < other,
    }));
  fc.assert(
    fc.property(
      fc.oneof(
        pairsOf('INT64', fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), (value) => value),
        pairsOf('UINT64', fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), (value) => value),
        pairsOf('DOUBLE', fc.double({ noNaN: true }), (value) => value),
        pairsOf('FLOAT', fc.float({ noNaN: true }), (value) => value),
        pairsOf(
          'TIMESTAMP_MICROS',
          fc.bigInt({ min: -62_000_000_000_000_000n, max: 253_000_000_000_000_000n }),
          (value) => value,
        ),
        pairsOf('TIMESTAMP_NANOS_UTC', fc.bigInt({ min: 0n, max: 3_000_000_000n }), (value) => value),
        pairsOf('DATE', fc.integer({ min: -700_000, max: 2_000_000 }), (value) => value),
      ),
      ({ type, texts: [one, other], isLess }) => {
        expect(compareValues(type, one?.text ?? '', other?.text ?? '') < 0).toBe(isLess);
      },
    ),
    { numRuns: 500 },
  );
});

test('files together are as their row groups together', () => {
  const chunk = fc.record({ nulls: fc.option(fc.nat(9)), min: fc.integer(), max: fc.integer() }).map(({ nulls, min, max }) => ({
    nulls,
    min: String(Math.min(min, max)),
    max: String(Math.max(min, max)),
  }));
  fc.assert(
    fc.property(fc.array(chunk, { minLength: 1 }), fc.array(chunk, { minLength: 1 }), (one, other) => {
      const type = { type: 'INT64' as const };
      expect(mergeStatistics(type, [mergeStatistics(type, one), mergeStatistics(type, other)])).toEqual(
        mergeStatistics(type, [...one, ...other]),
      );
    }),
  );
});

test('a footer that is larger than what is read at first is read whole by a second request', async () => {
  const path = join(folder, 'many-groups.parquet');
  await withDuckDb(':memory:', (connection) =>
    connection.run(
      `COPY (SELECT ${Array.from({ length: 30 }, (_, index) => `i + ${index} AS a_column_with_a_long_name_${index}`)} FROM range(60000) r(i)) TO '${path}' (FORMAT parquet, ROW_GROUP_SIZE 2048)`,
    ),
  );
  const bytes = await readFile(path);
  expect(bytes.readUInt32LE(bytes.length - 8)).toBeGreaterThan(64 * 1024);
  const [usual, foreseen] = [await readFooter(path), await readFooter(path, { bytes: bytes.length })];
  expect(usual).toEqual(foreseen);
  expect(usual).toMatchObject({ rows: 60_000, statistics: { rowGroups: 30 } });
  expect(usual.statistics.columns[3]).toEqual({ nulls: 0, min: '3', max: '60002' });
});

test('a damaged byte of the footer never crashes the reading', async () => {
  const path = join(folder, 'damaged.parquet');
  await withDuckDb(':memory:', (connection) =>
    connection.run(
      `COPY (SELECT i, i::VARCHAR AS t, TIMESTAMP '2024-01-01' AS u, (i / 4)::DECIMAL(9, 2) AS d FROM range(100) r(i)) TO '${path}' (FORMAT parquet)`,
    ),
  );
  const bytes = await readFile(path);
  const footer = bytes.readUInt32LE(bytes.length - 8);
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 0, max: footer - 1 }), fc.nat(255), async (at, value) => {
      const damaged = Buffer.from(bytes);
      damaged[bytes.length - 8 - footer + at] = value;
      await writeFile(path, damaged);
      const read = await readFooter(path).catch((error) => error.exitCode);
      if (read !== 1) toCasts(yellow, read.columns);
      if (read !== 1) expect(JSON.parse(JSON.stringify(read)).statistics.columns).toBeInstanceOf(Array);
    }),
    { numRuns: 1_500 },
  );
});
