import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { yellow } from '../contract/yellow.ts';
import { readSchemaGroups } from '../plan/schema-groups.ts';
import { withDuckDb } from '../platform/duckdb.ts';
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
