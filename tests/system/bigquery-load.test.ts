// `tables --task load` against a strict stand-in of BigQuery: one job for one content, however often it is started, killed or cut off.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { toBigQueryTables } from '../../apps/contract/derive/bigquery.ts';
import { green } from '../../apps/contract/green.ts';
import { type BigQueryStandIn, startBigQuery } from '../fixtures/bigquery-stand-in.ts';
import { startProgram } from '../fixtures/run-program.ts';

let folder: string;
let bigQuery: BigQueryStandIn;
const small = () => join(folder, 'small #%.parquet');
const large = () => join(folder, 'large.parquet');

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'taxiway-load-'));
  const connection = await (await DuckDBInstance.create(':memory:')).connect();
  const copy = (rows: number, file: string) =>
    connection.run(`COPY (SELECT random() AS a FROM range(${rows})) TO '${file}' (FORMAT parquet)`);
  await copy(1000, small());
  // Three pieces.
  await copy(2_500_000, large());
});
afterAll(() => rm(folder, { recursive: true, force: true }));
beforeEach(async () => {
  bigQuery = await startBigQuery();
  const [clean] = toBigQueryTables(green);
  bigQuery.state.datasets.set('staging', {} as never);
  bigQuery.state.tables.set('staging.green_clean', {
    schema: { fields: [...clean.fields] },
    timePartitioning: { type: 'MONTH', field: clean.partitionField },
    clustering: { fields: [...clean.clusteredFields] },
  } as never);
});
afterEach(() => bigQuery.stop());

const start = (more: Readonly<Record<string, string>> = {}) => {
  const flags = {
    task: 'load',
    category: 'green',
    warehouse: 'bigquery://taxiway-test/',
    location: 'EU',
    table: 'clean',
    month: '2024-01',
    file: small(),
    rows: '1000',
    run: 'batch-x7k2p',
    step: 'etl',
    ...more,
  };
  return startProgram(
    'tables',
    Object.entries(flags).flatMap(([name, value]) => [`--${name}`, value]),
    bigQuery.env,
  );
};
const load = (more?: Readonly<Record<string, string>>) => start(more).ended;
const partition = () => bigQuery.state.partitions.get('staging.green_clean$202401');
const jobs = () => [...bigQuery.state.jobs.values()];

test('a local file replaces its partition by one job with labels, and again with no other job', async () => {
  const first = await load();
  expect(first).toMatchObject({ code: 0, result: { table: 'staging.green_clean$202401', rows: 1000 } });
  expect(partition()).toEqual({ rows: 1000, job: first.result.job });
  expect(jobs()[0]?.request.configuration.labels).toEqual({
    run: 'batch-x7k2p',
    category: 'green',
    step: 'etl',
    table: 'clean-202401',
  });
  const again = await load();
  expect(again.result).toEqual(first.result);
  expect(jobs()).toHaveLength(1);
  expect(again.stderr).toContain('adopted');
  // Another run loads anew: the table may have changed since.
  await load({ run: 'batch-other' });
  expect(jobs()).toHaveLength(2);
});

test('a large file goes in pieces; a piece whose answer is lost is sent again', async () => {
  bigQuery.faults.push({ on: /^PUT upload/, how: 'done-and-cut', times: 1 }, { on: /^PUT upload/, how: 'cut', times: 1 });
  const { code, result } = await load({ file: large(), rows: '2500000' });
  expect([code, result.rows]).toEqual([0, 2_500_000]);
  expect(bigQuery.calls.filter((call) => call.startsWith('PUT')).length).toBeGreaterThanOrEqual(5);
});

test('files on gs:// are loaded from there; another version is another job', async () => {
  const uri = 'gs://a-bucket/green/*.parquet';
  bigQuery.state.objects.set(uri, 7);
  expect(await load({ file: uri, rows: '7', version: 'a1' })).toMatchObject({ code: 0, result: { rows: 7 } });
  await load({ file: uri, rows: '7', version: 'a1' });
  expect(jobs()).toHaveLength(1);
  await load({ file: uri, rows: '7', version: 'a2' });
  expect(jobs()).toHaveLength(2);
  expect(await load({ file: uri, rows: '7' })).toMatchObject({ code: 2, stderr: expect.stringContaining('need a --version') });
});

test('killed while the job runs, the next start waits for the same job', async () => {
  bigQuery.state.pollsOfJobs = 1_000_000;
  const { child, ended } = start();
  await vi.waitFor(() => expect(jobs()).toHaveLength(1), { timeout: 20_000, interval: 20 });
  child.kill('SIGKILL');
  await ended;
  expect(partition()).toBeUndefined();
  for (const job of jobs()) job.polls = 2;
  const { code, stderr } = await load();
  expect([code, jobs().length]).toEqual([0, 1]);
  expect(stderr).toContain('adopted');
  expect(partition()?.rows).toBe(1000);
});

test('killed at any moment of an upload, the next start makes one job', async () => {
  for (const calls of [1, 2, 3, 4, 5]) {
    bigQuery.calls.length = 0;
    bigQuery.state.jobs.clear();
    const { child, ended } = start({ file: large(), rows: '2500000' });
    await vi.waitFor(() => expect(bigQuery.calls.length).toBeGreaterThanOrEqual(calls), { timeout: 20_000, interval: 1 });
    child.kill('SIGKILL');
    await ended;
    expect((await load({ file: large(), rows: '2500000' })).code).toBe(0);
    expect(jobs()).toHaveLength(1);
  }
});

test('two that are started at once make one job', async () => {
  const uri = 'gs://a-bucket/one.parquet';
  bigQuery.state.objects.set(uri, 7);
  const ends = await Promise.all([1, 2, 3].map(() => load({ file: uri, rows: '7', version: 'a' })));
  expect([ends.map(({ code }) => code), jobs().length]).toEqual([[0, 0, 0], 1]);
});

test('a job whose answer is lost is adopted', async () => {
  bigQuery.state.objects.set('gs://b1c/x', 7);
  bigQuery.faults.push({ on: /^POST jobs$/, how: 'done-and-cut', times: 1 });
  expect(await load({ file: 'gs://b1c/x', rows: '7', version: 'a' })).toMatchObject({ code: 0 });
  expect(jobs()).toHaveLength(1);
});

test('a job that fails for a moment is started anew under the next name; after three, exit 75', async () => {
  const down = { reason: 'backendError', message: 'Error encountered' };
  bigQuery.state.jobErrors.push(down);
  expect((await load()).code).toBe(0);
  expect([...bigQuery.state.jobs.keys()].map((id) => id.replace(/^.*-[0-9a-f]{24}/, ''))).toEqual(['', '-2']);
  bigQuery.state.jobErrors.push(down, down, down);
  const { code, stderr } = await load({ run: 'other' });
  expect([code, stderr]).toEqual([75, expect.stringMatching(/failed: Error encountered \(backendError\)\n$/)]);
  // The next try of the step goes on behind them.
  expect((await load({ run: 'other' })).code).toBe(0);
});

test.each([
  ['quotaExceeded', 'Quota exceeded: too many loads', 75],
  ['accessDenied', 'Access Denied: Table', 2],
  ['invalid', 'Provided Schema does not match Table', 1],
])('a job that fails by %s keeps the old rows and ends with %s', async (reason, message, code) => {
  await load({ run: 'earlier' });
  const before = partition();
  bigQuery.state.jobErrors.push({ reason, message });
  const end = await load();
  expect([end.code, end.stderr]).toEqual([code, expect.stringContaining(`${message} (${reason})`)]);
  expect(partition()).toEqual(before);
  // Once its cause is gone, the same step succeeds.
  expect((await load()).code).toBe(0);
});

test('other rows than expected, a missing table, a missing file, another schema', async () => {
  const rows = await load({ rows: '1001' });
  expect([rows.code, rows.stderr, rows.result]).toEqual([
    1,
    expect.stringContaining('counts 1000 rows, expected 1001'),
    expect.objectContaining({ rows: 1000 }),
  ]);
  expect(await load({ file: join(folder, 'none') })).toMatchObject({ code: 2, stderr: expect.stringContaining('no such file') });
  expect(await load({ file: 'gs://b1c/none', version: 'a' })).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('Not found: URI'),
  });
  const triage = await load({ table: 'triage' });
  expect([triage.code, triage.stderr]).toEqual([1, expect.stringContaining('Not found: Table staging.green_triage$202401')]);
  bigQuery.state.tables.get('staging.green_clean')?.schema.fields.pop();
  expect(await load({ run: 'other' })).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('Provided Schema does not match'),
  });
  expect(await load({ month: '2024-13' })).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('expected a month such as 2024-01'),
  });
});
