// apps/etl with Spark and BigQuery: it looks at the tables, then writes a plan that pods without our folders can run, and loads nothing.
import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Plan, planSchema } from '../../apps/plan/plan-schema.ts';
import { type BigQueryStandIn, startBigQuery } from '../fixtures/bigquery-stand-in.ts';
import { repository } from '../fixtures/npm-start.ts';
import { startProgram } from '../fixtures/run-program.ts';
import { makeSampleFiles } from '../fixtures/sample-files.ts';
import { findSparkPython } from '../fixtures/spark-session.ts';

const warehouse = ['--warehouse', 'bigquery://taxiway-test/try_', '--location', 'EU'];
const name = 'yellow_tripdata_2025-01.parquet';
const python = await findSparkPython();

let folder: string;
let bigQuery: BigQueryStandIn;
const staging = () => join(folder, 'staging bucket');
const uriOf = (path: string) => pathToFileURL(path).href;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'taxiway-etl-spark-'));
  await mkdir(staging());
  await makeSampleFiles(join(staging(), 'yellow'), { months: 2, rows: 300 });
  bigQuery = await startBigQuery();
});
afterAll(async () => {
  await bigQuery.stop();
  await rm(folder, { recursive: true, force: true });
});

const flags = (more: Readonly<Record<string, string | undefined>> = {}) => {
  const given = {
    mode: 'batch',
    file: uriOf(join(staging(), 'yellow', name)),
    mount: `${uriOf(staging())}/`,
    bucket: 'gs://taxiway-staging/',
    plan: uriOf(join(staging(), 'runs', 'batch-X.7', 'plan.json')),
    ...more,
  };
  return Object.entries(given).flatMap(([key, value]) => (value === undefined ? [] : [`--${key}`, value]));
};
const plan = (more?: Parameters<typeof flags>[0]) =>
  startProgram(
    'etl',
    [
      ...['--category', 'yellow', '--engine', 'spark', '--as-of', '2025-02-01T06:00:00Z', '--run', 'batch-X.7'],
      ...warehouse,
      ...flags(more),
    ],
    bigQuery.env,
  ).ended;
const readPlan = async () => JSON.parse(await readFile(join(staging(), 'runs', 'batch-X.7', 'plan.json'), 'utf8')) as Plan;

test('without its tables it writes nothing', async () => {
  const { code, stderr } = await plan();
  expect([code, stderr.trimEnd().split('\n').at(-1)]).toEqual([
    2,
    expect.stringMatching(/try_staging\.yellow_clean: no such table.*run tables first/),
  ]);
  expect(await readdir(staging())).toEqual(['yellow']);
});

test('a month: the plan is for the bucket, for BigQuery and for nobody else', async () => {
  expect((await startProgram('tables', ['--category', 'yellow', ...warehouse], bigQuery.env).ended).code).toBe(0);
  bigQuery.calls.length = 0;
  const { code, stderr, result } = await plan();
  expect(code, stderr).toBe(0);
  const written = await readPlan();
  expect(planSchema.parse(written)).toEqual(written);
  expect(result).toEqual({
    mode: 'batch',
    plan: 'gs://taxiway-staging/runs/batch-X.7/plan.json',
    rows: { read: written.sources[0]?.files[0]?.rows },
  });
  expect(result.rows.read).toBeGreaterThan(0);
  expect(written.sources.flatMap(({ files }) => files.map(({ uri }) => uri))).toEqual([`gs://taxiway-staging/yellow/${name}`]);
  expect(written.destination).toEqual({ format: 'bigquery', project: 'taxiway-test', temporaryGcsBucket: 'taxiway-staging' });
  expect(Object.values(written.sinks).map(({ table, datePartition }) => [table.dataset, table.table, datePartition])).toEqual([
    ['try_staging', 'yellow_clean', '202501'],
    ['try_staging', 'yellow_triage', '202501'],
    ['try_historical', 'yellow_monthly', '202501'],
  ]);
  expect(written.sinks.triage.bigQueryJobLabels).toEqual({
    category: 'yellow',
    table: 'triage-202501',
    run: 'batch-x-7',
    step: 'spark',
  });
  expect(JSON.stringify(written)).not.toContain(folder);
  // Spark refuses to log its events into a folder that is not there.
  expect(await readdir(join(staging(), 'spark-events'))).toEqual([]);
  expect(bigQuery.calls.filter((call) => !call.startsWith('GET '))).toEqual([]);
});

test.skipIf(python === undefined)('the runner takes the plan', async () => {
  const path = join(staging(), 'runs', 'batch-X.7', 'plan.json');
  const script =
    'import sys; from plan import parse_plan; print(parse_plan(open(sys.argv[1]).read(), "it")["destination"]["format"])';
  const { stdout, stderr } = spawnSync(python as string, ['-c', script, path], {
    cwd: join(repository, 'apps', 'spark'),
    env: { PYTHONDONTWRITEBYTECODE: '1' },
    encoding: 'utf8',
  });
  expect([stderr, stdout]).toEqual(['', 'bigquery\n']);
});

test('written twice, it is the same', async () => {
  const first = await readPlan();
  expect((await plan()).code).toBe(0);
  expect(await readPlan()).toEqual(first);
});

test.each([
  ['no bucket', { bucket: undefined }, /--engine spark into BigQuery takes --mount and --bucket/],
  ['a bucket of another cloud', { bucket: 's3://a/' }, /--bucket "s3:\/\/a\/": expected gs:\/\/name\//],
  ['a folder without its slash', { mount: '/staging' }, /--mount file:\/\/\/staging: expected a folder's URI/],
  ['files elsewhere', { mount: 'file:///elsewhere/' }, /not below --mount file:\/\/\/elsewhere\/, .*transfer the file first/],
])('%s: one line, exit code 2', async (_, more, says) => {
  const { code, stderr } = await plan(more);
  expect([code, stderr.trimEnd().split('\n').at(-1)]).toEqual([2, expect.stringMatching(says)]);
});
