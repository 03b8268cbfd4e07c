// load into a DuckDB file, from a folder and from a bucket of a real S3: the same tables as those that etl fills by itself, all or none.
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { CreateBucketCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { cleanTable, monthlyTable, triageTable } from '../../apps/contract/names.ts';
import { withDuckDb } from '../../apps/platform/duckdb.ts';
import { readJsonObject, writeJsonObject } from '../../apps/platform/objects.ts';
import { writeMonths } from '../fixtures/random-trips.ts';
import { startProgram } from '../fixtures/run-program.ts';
import { findS3Server, type S3Server, startS3 } from '../fixtures/s3-server.ts';
import { mixed } from '../fixtures/yellow-months.ts';

const asOf = '2099-03-05T00:00:00Z';
const months = ['2024-01', '2024-02'];
const bucket = 'staging';
const tool = findS3Server();
let folder: string;
let s3: S3Server | undefined;
let files: string[];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'taxiway-load-duckdb-'));
  files = await writeMonths(folder, Object.fromEntries(months.map((month, seed) => [month, mixed(month, seed)])));
  if (tool === undefined) return;
  s3 = await startS3(tool);
  await s3.client.send(new CreateBucketCommand({ Bucket: bucket }));
});
afterAll(async () => {
  await s3?.stop();
  await rm(folder, { recursive: true, force: true });
});

const run = (app: string, flags: Readonly<Record<string, string>>, env: Readonly<Record<string, string>> = {}) =>
  startProgram(
    app,
    Object.entries(flags).flatMap(([name, value]) => [`--${name}`, value]),
    { TMPDIR: folder, ...s3?.env, ...env },
  ).ended;
const etl = (file: string, flags: Readonly<Record<string, string>>) =>
  run('etl', { category: 'yellow', mode: 'batch', file, 'as-of': asOf, plan: join(folder, 'plan.json'), ...flags });
const lakeIn = (root: string, month: string) => ({ tables: `${root}${month}/tables/`, filled: `${root}${month}/filled.json` });
const load = (lake: Readonly<Record<string, string>>, warehouse: string, flags: Readonly<Record<string, string>> = {}) =>
  run('load', { category: 'yellow', ...lake, warehouse: pathToFileURL(warehouse).href, ...flags });

/** Every row of the three tables, in an order of its own. */
const rowsOf = (warehouse: string) =>
  withDuckDb(warehouse, async (connection) => {
    const all: Record<string, unknown> = {};
    for (const { dataset, table } of [cleanTable, triageTable, monthlyTable].map((name) => name('yellow')))
      all[table] = (await connection.runAndReadAll(`SELECT t::VARCHAR FROM ${dataset}.${table} t ORDER BY 1`)).getRowsJS();
    return all;
  });

describe.each([
  ['a folder', () => pathToFileURL(`${folder}/lake/`).href],
  ...(tool === undefined ? [] : [['a bucket', () => `s3://${bucket}/runs/`] as const]),
] as const)('from %s', (where, rootOf) => {
  test('month by month, again and in any order, the tables are those of etl', async () => {
    const [own, ours] = [join(folder, `${where} own.duckdb`), join(folder, `${where} ours.duckdb`)];
    for (const [index, month] of months.entries()) {
      expect(await etl(files[index] as string, { warehouse: pathToFileURL(own).href })).toMatchObject({ code: 0 });
      expect(await etl(files[index] as string, lakeIn(rootOf(), month))).toMatchObject({ code: 0 });
    }
    for (const month of [...months, ...months].reverse()) {
      const { code, result } = await load(lakeIn(rootOf(), month), ours, { 'run-date': `${month}-01` });
      expect(code).toBe(0);
      expect(result.tables).toHaveLength(3);
    }
    expect(await rowsOf(ours)).toEqual(await rowsOf(own));
  });
});

describe('all or none', () => {
  const warehouse = () => join(folder, 'kept.duckdb');
  const lake = () => lakeIn(pathToFileURL(`${folder}/kept/`).href, '2024-01');
  const flags = { 'run-date': '2024-01-01' };
  let before: unknown;
  beforeAll(async () => {
    await etl(files[0] as string, lake());
    expect(await load(lake(), warehouse(), flags)).toMatchObject({ code: 0 });
    before = await rowsOf(warehouse());
  });

  test('other rows than were written: exit 1, the month stays', async () => {
    const filled = (await readJsonObject(lake().filled)) as { tables: Record<string, { rows: number }> };
    const name = 'historical.yellow_monthly';
    const wrong = { ...filled, tables: { ...filled.tables, [name]: { rows: (filled.tables[name]?.rows ?? 0) + 1 } } };
    await writeJsonObject(`${lake().filled}.wrong`, wrong);
    const { code, stderr } = await load({ ...lake(), filled: `${lake().filled}.wrong` }, warehouse(), flags);
    expect(code).toBe(1);
    expect(stderr).toContain(name);
    expect(await rowsOf(warehouse())).toEqual(before);
  });

  test('killed at any moment: the old month or the new one', async () => {
    for (const milliseconds of [250, 350, 450, 550, 650]) {
      const child = startProgram(
        'load',
        Object.entries({ category: 'yellow', ...lake(), warehouse: pathToFileURL(warehouse()).href, ...flags }).flatMap(
          ([name, value]) => [`--${name}`, value],
        ),
        { TMPDIR: folder },
      );
      setTimeout(() => child.child.kill('SIGKILL'), milliseconds);
      await child.ended;
      expect(await rowsOf(warehouse())).toEqual(before);
    }
  });

  test('another process has the warehouse open: exit 75', async () => {
    await withDuckDb(warehouse(), async () => {
      const { code, stderr } = await load(lake(), warehouse(), flags);
      expect(stderr).toContain('another process has the warehouse open');
      expect(code).toBe(75);
    });
  });

  test('no files, or flags of BigQuery: exit 2 and one line', async () => {
    const none = await load(lakeIn(pathToFileURL(`${folder}/none/`).href, '2024-01'), warehouse(), flags);
    expect(none).toMatchObject({ code: 2 });
    const foreign = await load(lake(), warehouse(), { ...flags, location: 'EU' });
    expect(foreign.code).toBe(2);
    expect(foreign.stderr).toContain('--location belongs to bigquery://');
    expect((await readdir(folder)).filter((name) => name.startsWith('taxiway-copy-'))).toEqual([]);
  });
});
