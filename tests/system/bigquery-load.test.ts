// loadFile against a strict stand-in of BigQuery: started twice, killed, cut off, refused.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import type { Load } from '../../apps/platform/bigquery-load.ts';
import { withDuckDb } from '../../apps/platform/duckdb.ts';
import { type BigQueryStandIn, startBigQuery } from '../fixtures/bigquery-stand-in.ts';
import { startScript } from '../fixtures/run-program.ts';

let folder: string;
let bigQuery: BigQueryStandIn;
const small = () => join(folder, 'small #%.parquet');
const large = () => join(folder, 'large.parquet');
const fields = [
  { name: 'at', type: 'TIMESTAMP', mode: 'NULLABLE' },
  { name: 'a', type: 'FLOAT', mode: 'NULLABLE' },
] as const;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'taxiway-load-'));
  await withDuckDb(':memory:', async (connection) => {
    const at = "make_timestamptz(epoch_us(TIMESTAMP '2024-01-05 10:00:00')) AS at";
    const copy = (rows: number, file: string) =>
      connection.run(`COPY (SELECT ${at}, random() AS a FROM range(${rows})) TO '${file}' (FORMAT parquet)`);
    await copy(1000, small());
    // Three pieces.
    await copy(2_500_000, large());
  });
});
afterAll(() => rm(folder, { recursive: true, force: true }));
beforeEach(async () => {
  bigQuery = await startBigQuery();
  bigQuery.state.datasets.set('staging', {} as never);
  bigQuery.state.tables.set('staging.trips', {
    schema: { fields: [...fields] },
    timePartitioning: { type: 'MONTH', field: 'at' },
  } as never);
});
afterEach(() => bigQuery.stop());

const labels = { run: 'batch-x7k2p', category: 'green', step: 'etl', table: 'clean-202401' };
const start = ({ run = labels.run, ...more }: Partial<Load> & { run?: string } = {}) => {
  const load: Load = {
    dataset: 'staging',
    table: 'trips',
    partition: '202401',
    fields,
    partitionField: 'at',
    clusteredFields: [],
    file: small(),
    content: 'a digest',
    rows: 1000,
    labels: { ...labels, run },
    ...more,
  };
  const program = join(import.meta.dirname, '..', 'fixtures', 'load-program.ts');
  return startScript(program, ['--load', JSON.stringify(load), '--patience-seconds', '2'], bigQuery.env);
};
const load = (more?: Parameters<typeof start>[0]) => start(more).ended;
const big = () => ({ file: large(), rows: 2_500_000 });
const partition = () => bigQuery.state.partitions.get('staging.trips$202401');
const jobs = () => [...bigQuery.state.jobs.values()];

test('a file replaces its partition by a job with labels; again, it replaces what others wrote since', async () => {
  const first = await load();
  expect(first).toMatchObject({ code: 0, result: { table: 'staging.trips$202401', rows: 1000 } });
  expect(partition()).toMatchObject({ rows: 1000, job: first.result.job });
  expect(jobs()[0]?.request.configuration.labels).toEqual(labels);
  await load({ ...big(), content: 'another digest' });
  expect(partition()?.rows).toBe(2_500_000);
  expect((await load()).code).toBe(0);
  expect(partition()).toMatchObject({ rows: 1000, job: `${first.result.job}-2` });
});

test('a large file goes in pieces; a piece whose answer is lost is sent again', async () => {
  bigQuery.faults.push({ on: /^PUT upload/, how: 'done-and-cut', times: 1 }, { on: /^PUT upload/, how: 'cut', times: 1 });
  const { code, result } = await load(big());
  expect([code, result.rows]).toEqual([0, 2_500_000]);
  expect(bigQuery.calls.filter((call) => call.startsWith('PUT')).length).toBeGreaterThanOrEqual(5);
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

test('killed at any moment of an upload, the next start fills the partition', async () => {
  for (const calls of [1, 2, 3, 4, 5]) {
    bigQuery.calls.length = 0;
    bigQuery.state.jobs.clear();
    bigQuery.state.partitions.clear();
    const { child, ended } = start(big());
    await vi.waitFor(() => expect(bigQuery.calls.length).toBeGreaterThanOrEqual(calls), { timeout: 20_000, interval: 1 });
    child.kill('SIGKILL');
    await ended;
    expect((await load(big())).code).toBe(0);
    expect(partition()?.rows).toBe(2_500_000);
  }
});

test('those that are started while it runs wait for the same job', async () => {
  bigQuery.state.pollsOfJobs = 1_000_000;
  const starts = [1, 2, 3].map(() => start().ended);
  await vi.waitFor(() => expect(bigQuery.calls.filter((call) => call.startsWith('GET jobs')).length).toBeGreaterThan(12), {
    timeout: 60_000,
  });
  for (const job of jobs()) job.polls = 3;
  expect([(await Promise.all(starts)).map(({ code }) => code), jobs().length]).toEqual([[0, 0, 0], 1]);
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
  ['notFound', 'Not found: Table staging.trips', 2],
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

test.each([
  [{ status: 429, reason: 'rateLimitExceeded', message: 'slow' }, 75],
  [{ status: 403, reason: 'rateLimitExceeded', message: 'slow' }, 75],
  [{ status: 503, reason: 'backendError', message: 'down' }, 75],
  [{ status: 403, reason: 'quotaExceeded', message: 'Quota exceeded: too many loads' }, 75],
  [{ status: 403, reason: 'accessDenied', message: 'Access Denied: bigquery.jobs.create' }, 2],
])('an upload that is refused by %o all the time ends with %s', async (how, code) => {
  bigQuery.faults.push({ on: /^POST upload/, how, times: 100 });
  const end = await load();
  expect([end.code, end.stderr]).toEqual([code, expect.stringContaining(how.message)]);
  expect(jobs()).toHaveLength(0);
});

test('other rows than expected, a missing table, a missing file, another schema, rows of another month', async () => {
  const rows = await load({ rows: 1001 });
  expect([rows.code, rows.stderr, rows.result]).toEqual([
    1,
    expect.stringContaining('counts 1000 rows, expected 1001'),
    expect.objectContaining({ rows: 1000 }),
  ]);
  expect(await load({ file: join(folder, 'none') })).toMatchObject({ code: 2, stderr: expect.stringContaining('no such file') });
  const other = await load({ table: 'other' });
  expect([other.code, other.stderr]).toEqual([2, expect.stringContaining('Not found: Table staging.other$202401')]);
  expect(await load({ fields: fields.slice(0, 1) })).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('Provided Schema does not match'),
  });
  expect(await load({ partition: '202402' })).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('Some rows belong to different partitions'),
  });
  expect(await load({ partition: '202413' })).toMatchObject({ code: 2 });
});
