// The DuckDB engine into a strict stand-in of BigQuery: the tables of a DuckDB warehouse, month after month, killed, twice and refused.
import { copyFile, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { toBigQueryTables } from '../../apps/contract/derive/bigquery.ts';
import { addMonths } from '../../apps/contract/file-name.ts';
import { yellow } from '../../apps/contract/yellow.ts';
import { runIntoBigQuery } from '../../apps/etl/bigquery-engine.ts';
import { runOnDuckDb } from '../../apps/etl/duckdb-engine.ts';
import { toPlan } from '../../apps/etl/plan.ts';
import type { Mode } from '../../apps/plan/plan-schema.ts';
import { readSchemaGroups } from '../../apps/plan/schema-groups.ts';
import { copyTables } from '../fixtures/bigquery-parquet.ts';
import { type BigQueryStandIn, startBigQuery } from '../fixtures/bigquery-stand-in.ts';
import type { Row } from '../fixtures/evaluate-rules.ts';
import { row, writeMonths } from '../fixtures/random-trips.ts';
import { startProgram } from '../fixtures/run-program.ts';
import { compareTables, noDifference } from '../fixtures/spark-tables.ts';

const asOf = '2099-03-05T00:00:00Z';
const { pickup, dropoff } = yellow.roles;
const run = 'batch-x7k2p';
let folder: string;
let serial = 0;
let bigQuery: BigQueryStandIn;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'taxiway-etl-bigquery-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));
beforeEach(async () => {
  bigQuery = await startBigQuery();
  bigQuery.state.pollsOfJobs = 0;
  defineTables(bigQuery);
});
afterEach(() => bigQuery.stop());

/** The tables as `apps/tables` makes them. */
function defineTables({ state }: BigQueryStandIn): void {
  for (const { table, fields, partitionField, clusteredFields } of toBigQueryTables(yellow)) {
    state.datasets.set(`dev_${table.dataset}`, {} as never);
    state.tables.set(`dev_${table.dataset}.${table.table}`, {
      schema: { fields: [...fields] },
      timePartitioning: { type: 'MONTH', field: partitionField },
      ...(clusteredFields.length > 0 && { clustering: { fields: [...clusteredFields] } }),
    } as never);
  }
}

const trips = (seed: number, count = 40): Row[] => fc.sample(row, { numRuns: count, seed });
/** As many that keep every rule: the month's first and last instants, and the hour that a DST night skips or repeats, are among them. */
const cleanTrips = (month: string, seed: number, count = 40): Row[] => {
  const last = new Date(Date.parse(`${addMonths(month, 1)}-01T00:00:00Z`) - 1).toISOString().slice(0, 10);
  const times = [`${month}-01 00:00:00`, `${month}-10 02:30:00`, `${month}-03 01:30:00`, `${last} 23:59:59.999999`];
  return trips(seed, count).map((trip, at) => ({
    ...trip,
    VendorID: 1,
    passenger_count: 1 + (at % 8),
    RatecodeID: 1,
    payment_type: 1 + (at % 4),
    fare_amount: 2.5 + at / 8,
    trip_distance: at / 3,
    PULocationID: 1 + (at % 9),
    DOLocationID: 2,
    [pickup]: times[at % times.length] as string,
    [dropoff]: '2098-12-31 23:59:59.999999',
    ...(at % times.length < 3 && { [dropoff]: `${month}-28 10:00:00` }),
  }));
};
const mixed = (month: string, seed: number): Row[] => [...cleanTrips(month, seed), ...trips(seed)];
/** A file a month, in a folder of their own. */
const write = (months: Readonly<Record<string, readonly Row[]>>) => writeMonths(join(folder, String(serial++)), months);

const flagsOf = (more: Readonly<Record<string, string>>) =>
  Object.entries({
    category: 'yellow',
    mode: 'batch',
    'as-of': asOf,
    warehouse: 'bigquery://taxiway-test/dev_',
    location: 'EU',
    run,
    plan: join(folder, 'plan.json'),
    ...more,
  }).flatMap(([name, value]) => [`--${name}`, value]);
const start = (more: Readonly<Record<string, string>>) =>
  startProgram('etl', flagsOf(more), { ...bigQuery.env, TMPDIR: scratch() });
const load = (file: string, more: Readonly<Record<string, string>> = {}) => start({ file, ...more }).ended;

const scratch = () => join(folder, 'scratch');
beforeEach(() => mkdir(scratch(), { recursive: true }));

/** What DuckDB's own warehouse is after these loads. */
async function toWarehouse(loads: readonly (readonly string[])[], mode: Mode = 'batch'): Promise<string> {
  const warehouse = join(folder, `${serial++}.duckdb`);
  for (const files of loads) {
    const groups = await readSchemaGroups(yellow, files);
    await runOnDuckDb(toPlan(yellow, { groups, mode, asOf, engine: 'duckdb', destination: { format: 'duckdb' } }), warehouse);
  }
  return warehouse;
}

/** Rows that only one of BigQuery's tables and a warehouse's has. */
async function compareWith(warehouse: string): Promise<Record<string, string[]>> {
  const copy = join(folder, `${serial++}.duckdb`);
  // The stand-in's datasets have a prefix, the contract's have none.
  const partitions = new Map([...bigQuery.state.partitions].map(([key, part]) => [key.replace(/^dev_/, ''), part]));
  await copyTables({ ...bigQuery, state: { ...bigQuery.state, partitions } }, yellow, copy);
  return compareTables(yellow, warehouse, copy);
}

const jobTables = () =>
  [...bigQuery.state.jobs.values()].map(({ request }) =>
    'load' in request.configuration ? request.configuration.load.destinationTable.tableId : 'query',
  );

describe('equal tables', () => {
  test('of a month with times at borders and in DST nights, nulls, NaN, infinity, 1970 and 2098', async () => {
    const extremes = ['NaN', 'Infinity', '-Infinity'].map((value, at) => ({ ...trips(100 + at, 1)[0], fare_amount: value }));
    const times = [
      '2024-02-01 00:00:00',
      '2024-02-29 23:59:59.999999',
      '2024-03-10 02:30:00',
      '2023-11-05 01:30:00',
      '1969-12-31 23:59:59.999999',
      '1970-01-01 00:00:00',
      '2098-12-31 23:59:59',
      '0001-01-01 00:00:00',
      '9999-12-31 23:59:59.999999',
    ].map((time, at) => ({ ...trips(200 + at, 1)[0], [pickup]: time, [dropoff]: time }));
    const files = await write({ '2024-03': [...cleanTrips('2024-03', 1, 48), ...trips(1, 12), ...extremes, ...times] as Row[] });
    const { code, stderr, result } = await load(files[0] as string);
    expect([stderr.match(/^etl:.*/m)?.[0], code]).toEqual([undefined, 0]);
    expect(await compareWith(await toWarehouse([files]))).toEqual(noDifference(yellow));
    expect(result.rows.read).toBe(72);
    expect(result.rows.clean).toBeGreaterThanOrEqual(48);
    expect(result.jobs.map(({ table, rows }: { table: string; rows: number }) => [table, rows])).toEqual([
      ['dev_staging.yellow_clean$202403', result.rows.clean],
      ['dev_staging.yellow_triage$202403', result.rows.triage],
      ['dev_historical.yellow_monthly$202403', result.rows.monthly],
    ]);
    expect([...bigQuery.state.jobs.values()].map(({ request }) => request.configuration.labels)).toEqual(
      ['clean', 'triage', 'monthly'].map((kind) => ({ run, category: 'yellow', step: 'etl', table: `${kind}-202403` })),
    );
    // Nothing is left of the scratch file and of what was uploaded.
    expect(await readdir(scratch())).toEqual([]);
  });

  test('of a full load, of a month after it, and of the years 1970 and 2098', async () => {
    const files = await write({
      '1970-01': mixed('1970-01', 2),
      '2023-11': mixed('2023-11', 3),
      '2024-02': mixed('2024-02', 4),
      '2098-12': mixed('2098-12', 5),
    });
    const groups = join(folder, 'groups.json');
    await writeFile(
      groups,
      JSON.stringify(
        await readSchemaGroups(
          yellow,
          files.map((file) => pathToFileURL(file).href),
        ),
      ),
    );
    expect(await start({ mode: 'initial_load', groups }).ended).toMatchObject({ code: 0, result: { rows: { read: 320 } } });
    expect(jobTables()).toEqual(['yellow_clean', 'yellow_triage', 'yellow_monthly']);
    const warehouse = await toWarehouse([files], 'initial_load');
    expect(await compareWith(warehouse)).toEqual(noDifference(yellow));
    const [november] = (await write({ '2023-11': mixed('2023-11', 6) })) as [string];
    expect((await load(november)).code).toBe(0);
    expect(
      await compareWith(await toWarehouse([[files[0] as string], [files[2] as string], [files[3] as string], [november]])),
    ).toEqual(noDifference(yellow));
    // A full load replaces months, too.
    expect((await start({ mode: 'initial_load', groups, run: 'again' }).ended).code).toBe(0);
    expect(await compareWith(warehouse)).toEqual(noDifference(yellow));
  });

  test('of months that are reloaded, late and empty', async () => {
    const [january, february] = (await write({ '2024-01': mixed('2024-01', 7), '2024-02': mixed('2024-02', 8) })) as [
      string,
      string,
    ];
    for (const file of [february, january, february]) expect((await load(file)).code).toBe(0);
    const expected = await toWarehouse([[january, february]], 'initial_load');
    expect(await compareWith(expected)).toEqual(noDifference(yellow));
    const [empty] = (await write({ '2024-02': [] })) as [string];
    expect(await load(empty)).toMatchObject({ code: 0, result: { rows: { read: 0, clean: 0, triage: 0, monthly: 0 } } });
    expect(await compareWith(await toWarehouse([[january]]))).toEqual(noDifference(yellow));
    // The month as it was: the job that loaded it has ended, and another wrote over its rows.
    expect((await load(february)).code).toBe(0);
    expect(await compareWith(expected)).toEqual(noDifference(yellow));
  });
});

test('the same rows in another order have the same jobs', async () => {
  const rows = [...cleanTrips('2024-02', 9, 300), ...trips(9, 300)];
  const [one] = (await write({ '2024-02': rows })) as [string];
  const [other] = (await write({ '2024-02': rows.toReversed() })) as [string];
  const first = await load(one);
  const again = await load(other);
  const ids = (jobs: { job: string }[]) => jobs.map(({ job }) => job);
  expect(ids(again.result.jobs)).toEqual(ids(first.result.jobs).map((id) => `${id}-2`));
});

describe('killed', () => {
  test.each([0, 1, 2, 3])('after %s loads, the next start ends with the same tables', async (loads) => {
    const files = await write({ '2024-02': mixed('2024-02', 10) });
    bigQuery.state.pollsOfJobs = 2;
    const { child, ended } = start({ file: files[0] as string });
    const isFar = () => (loads === 0 ? bigQuery.calls.length > 0 : jobTables().length === loads);
    await vi.waitFor(() => expect(isFar()).toBe(true), { timeout: 60_000, interval: 1 });
    child.kill('SIGKILL');
    await ended;
    // A month that is half there is not announced.
    if (loads < 3) expect([...bigQuery.state.partitions.keys()].filter((key) => key.includes('monthly'))).toEqual([]);
    expect((await load(files[0] as string)).code).toBe(0);
    expect(await compareWith(await toWarehouse([files]))).toEqual(noDifference(yellow));
  });

  test('never: two at the same time', async () => {
    const files = await write({ '2024-02': mixed('2024-02', 11) });
    const ends = await Promise.all([load(files[0] as string), load(files[0] as string)]);
    expect(ends.map(({ code }) => code)).toEqual([0, 0]);
    expect(await compareWith(await toWarehouse([files]))).toEqual(noDifference(yellow));
  });
});

describe('refused before the first load', () => {
  let file: string;
  beforeAll(async () => {
    [file] = (await write({ '2024-02': mixed('2024-02', 12) })) as [string];
  });
  const expectNoLoad = async (more: Readonly<Record<string, string>>, code: number, message: string) => {
    const end = await load(more.file ?? file, more);
    expect([end.code, end.stderr.split('\n').at(-2)]).toEqual([code, expect.stringContaining(message)]);
    expect(bigQuery.calls.filter((call) => !call.startsWith('GET'))).toEqual([]);
  };

  test('tables that are missing, or have other columns, each by name', async () => {
    bigQuery.state.tables.delete('dev_staging.yellow_triage');
    const fields = bigQuery.state.tables.get('dev_historical.yellow_monthly')?.schema.fields ?? [];
    fields[0] = { name: 'former', type: 'STRING' };
    await expectNoLoad(
      {},
      2,
      'taxiway-test: dev_staging.yellow_triage: no such table; dev_historical.yellow_monthly: column VendorID is missing, expected INTEGER; dev_historical.yellow_monthly: column former is not the contract',
    );
    await expectNoLoad({ warehouse: 'bigquery://taxiway-test/prod_' }, 2, 'prod_staging.yellow_clean: no such table');
    const end = await load(file);
    expect(end.stderr).toContain('run tables first');
  });

  test('a month that BigQuery has no partition of, and one that is none', async () => {
    const of = async (month: string) => {
      const path = join(folder, `yellow_tripdata_${month}.parquet`);
      await copyFile(file, path);
      return path;
    };
    await expectNoLoad({ file: await of('1959-12') }, 2, 'BigQuery has partitions from 1960-01-01 to 2159-12-01, got 1959-12-01');
    await expectNoLoad({ file: await of('2160-01') }, 2, 'got 2160-01-01');
    await expectNoLoad({ file: await of('2024-13') }, 2, 'the name carries no month');
  });

  test('times that BigQuery has not are triaged before it could refuse them', async () => {
    const [late] = (await write({ '2024-02': [{ ...cleanTrips('2024-02', 13, 1)[0], [dropoff]: '10000-01-01 00:00:00' }] })) as [
      string,
    ];
    const { code, result } = await load(late);
    expect(code).toBe(0);
    expect(result.files[0]).toMatchObject({ clean: 0, triage: 1, brokenRules: { [`cast_${dropoff}`]: 1 } });
  });

  test('flags of another warehouse, and those that lack', async () => {
    const missing = startProgram(
      'etl',
      flagsOf({ file }).filter((flag) => !['--run', run].includes(flag)),
      bigQuery.env,
    );
    expect(await missing.ended).toMatchObject({ code: 2, stderr: expect.stringMatching(/: --run missing/) });
    await expectNoLoad({ warehouse: join(folder, 'a.duckdb') }, 2, '--location, --run: of BigQuery alone');
    await expectNoLoad({ 'retention-months': '3' }, 2, '--retention-months: of a DuckDB file alone');
    await expectNoLoad({ warehouse: 'bigquery://p' }, 2, 'expected bigquery://project/');
  });

  test('an account without permission, and a quota', async () => {
    const how = { status: 403, reason: 'accessDenied', message: 'Access Denied: bigquery.tables.get' };
    bigQuery.faults.push({ on: /^GET datasets/, how, times: 1 });
    await expectNoLoad({}, 2, 'not allowed: Access Denied');
    bigQuery.faults.push({ on: /^GET datasets/, how: { ...how, reason: 'quotaExceeded' }, times: 1 });
    await expectNoLoad({}, 75, 'a quota of the project is used up');
  });

  test('a file that is deleted between plan and run', async () => {
    const [gone] = (await write({ '2024-02': mixed('2024-02', 14) })) as [string];
    const groups = await readSchemaGroups(yellow, [gone]);
    const plan = toPlan(yellow, { groups, mode: 'batch', asOf, engine: 'duckdb', destination: { format: 'duckdb' } });
    await rm(gone);
    for (const [name, value] of Object.entries(bigQuery.env)) vi.stubEnv(name, value);
    const place = { kind: 'bigquery', project: 'taxiway-test', datasetPrefix: 'dev_', location: 'EU', run } as const;
    await expect(runIntoBigQuery(plan, yellow, place)).rejects.toMatchObject({ exitCode: 1 });
    vi.unstubAllEnvs();
    expect(jobTables()).toEqual([]);
  });
});

test.each([
  [{ reason: 'quotaExceeded', message: 'Quota exceeded: too many loads' }, 75],
  [{ reason: 'accessDenied', message: 'Access Denied: bigquery.tables.updateData' }, 2],
  [{ reason: 'notFound', message: 'Not found: Table dev_staging.yellow_clean' }, 2],
  [{ reason: 'invalid', message: 'Provided Schema does not match Table' }, 1],
])('a load that fails by %o keeps the month that was there and ends with %s; the next start goes on', async (error, code) => {
  const [before, after] = await Promise.all([
    write({ '2024-02': mixed('2024-02', 15) }),
    write({ '2024-02': mixed('2024-02', 16) }),
  ]);
  expect((await load(before[0] as string)).code).toBe(0);
  bigQuery.state.jobErrors.push(error);
  const end = await load(after[0] as string);
  expect([end.code, end.stderr.split('\n').at(-2)]).toEqual([code, expect.stringContaining(error.message)]);
  expect(await compareWith(await toWarehouse([before]))).toEqual(noDifference(yellow));
  expect((await load(after[0] as string)).code).toBe(0);
  expect(await compareWith(await toWarehouse([after]))).toEqual(noDifference(yellow));
});
