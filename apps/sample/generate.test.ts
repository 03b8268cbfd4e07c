import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { rides } from '../../tests/fixtures/rides.ts';
import { yellow } from '../contract/yellow.ts';
import { readSchemaGroups } from '../plan/schema-groups.ts';
import { withDuckDb } from '../platform/duckdb.ts';
import { toUri } from '../platform/uri.ts';
import { transfer } from '../transfer/transfer.ts';
import { generateSample } from './generate.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'taxiway-sample-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const options = { category: yellow, newest: '2025-01', months: 12, rows: 200, seed: 7 };
const contentOf = (path: string) =>
  withDuckDb(':memory:', async (connection) =>
    JSON.stringify((await connection.runAndReadAll(`SELECT CAST(t AS VARCHAR) FROM '${path}' t`)).getRowsJS()),
  );

test('the same seed gives the same rows, another seed others, and a second call writes nothing', async () => {
  const [first, second, third] = ['a', 'b', 'c'].map((name) => join(folder, name)) as [string, string, string];
  expect(await generateSample({ ...options, destination: `${first}/` })).toEqual({ files: 12, written: 12 });
  await generateSample({ ...options, destination: `${second}/` });
  await generateSample({ ...options, seed: 8, destination: `${third}/` });
  for (const file of (await readdir(first)).filter((name) => name.endsWith('.parquet'))) {
    expect(await contentOf(join(second, file))).toBe(await contentOf(join(first, file)));
    expect(await contentOf(join(third, file))).not.toBe(await contentOf(join(first, file)));
  }
  const before = await stat(join(first, 'yellow_tripdata_2025-01.parquet'));
  expect(await generateSample({ ...options, destination: `${first}/` })).toEqual({ files: 12, written: 0 });
  expect((await stat(join(first, 'yellow_tripdata_2025-01.parquet'))).mtimeMs).toBe(before.mtimeMs);
  expect(await generateSample({ ...options, rows: 201, destination: `${first}/` })).toEqual({ files: 12, written: 12 });
});

test('the months drift as real ones do', async () => {
  const names = (await readdir(join(folder, 'b'))).filter((name) => name.endsWith('.parquet'));
  const { groups } = await readSchemaGroups(
    yellow,
    names.map((name) => join(folder, 'b', name)),
  );
  const types = (column: string) =>
    new Set(groups.flatMap((group) => group.casts.filter((cast) => cast.column === column).map((cast) => cast.from)));
  expect(types('passenger_count')).toEqual(new Set(['INT64', 'DOUBLE']));
  expect(types('VendorID')).toEqual(new Set(['INT64', 'INT32', 'DOUBLE']));
  expect(types('airport_fee')).toEqual(new Set(['DOUBLE', 'INT32', 'NULL']));
  expect(types('payment_type')).toContain('STRING');
  expect(types('tpep_pickup_datetime')).toEqual(new Set(['TIMESTAMP_MICROS', 'TIMESTAMP_MILLIS', 'TIMESTAMP_NANOS', 'STRING']));
  expect(groups.some((group) => group.casts.some((cast) => cast.source === 'Airport_fee'))).toBe(true);
  expect(groups.some((group) => group.ignored.length > 0)).toBe(true);
});

test('a data set without a sample of its own has rows by its key, codes, lookups, rules and times', async () => {
  const destination = `${join(folder, 'rides')}/`;
  await generateSample({ ...options, category: rides, months: 4, rows: 6000, destination });
  const files = (await readdir(destination)).filter((name) => name.endsWith('.parquet'));
  expect(files).toHaveLength(4);
  const found = await withDuckDb(':memory:', async (connection) => {
    const from = `(SELECT * REPLACE (coalesce(end_dock, "end") AS end_dock) FROM read_parquet('${destination}*.parquet', union_by_name = true))`;
    const reader =
      await connection.runAndReadAll(`SELECT count(DISTINCT ride_id) AS ids, list(DISTINCT start_dock ORDER BY start_dock) AS docks,
      list(DISTINCT member ORDER BY member) AS members, count(*) - count(member) AS missing, count(*) FILTER (speed >= 60) AS fast,
      min(CAST(ended_at AS TIMESTAMP) - CAST(started_at AS TIMESTAMP)) >= INTERVAL 1 MINUTE AS lasts FROM ${from}`);
    return reader.getRowObjectsJson()[0] as Record<string, unknown>;
  });
  expect(found).toMatchObject({ ids: '24000', docks: ['JC1', 'JC2', 'JC3'], members: ['casual', 'member', null] });
  // Two in a hundred rows lack what may be missing; a few break a rule.
  expect(Number(found.missing) / 24_000).toBeCloseTo(0.02, 2);
  expect(Number(found.fast)).toBeGreaterThan(0);
  expect(Number(found.fast)).toBeLessThan(200);
});

test.each(['.csv', '.csv.gz', '.csv.zip'])('files %s have the rows of the Parquet files', async (ending) => {
  const files = { name: `r-{YYYYMM}${ending}`, csv: { delimiter: ';', encoding: 'windows-1252' } } as const;
  const category = { ...rides, files };
  const [written, destination, plain] = ['csv', 'made', 'plain'].map((name) => `${join(folder, `${name}${ending}`)}/`);
  await generateSample({ ...options, category, months: 2, rows: 501, destination: written as string });
  await generateSample({
    ...options,
    category: { ...rides, files: { name: 'r-{YYYYMM}.parquet' } },
    months: 2,
    rows: 501,
    destination: plain as string,
  });
  await transfer({ source: toUri(written as string), prefixes: ['r-'], destination: toUri(destination as string), category });
  const rows = await withDuckDb(':memory:', async (connection) => {
    // Parquet has prices and what may be missing as doubles, as pandas writes them: they have other texts.
    const read = async (path: string) => {
      const typed = `SELECT * REPLACE (CAST(price AS DECIMAL(8, 2)) AS price, CAST(seats AS INTEGER) AS seats) FROM read_parquet('${path}*.parquet')`;
      return (await connection.runAndReadAll(`SELECT CAST(COLUMNS(*) AS VARCHAR) FROM (${typed}) ORDER BY ALL`)).getRowsJson();
    };
    return [await read(destination as string), await read(plain as string)];
  });
  expect(rows[0]).toHaveLength(1002);
  expect(rows[0]).toEqual(rows[1]);
});
