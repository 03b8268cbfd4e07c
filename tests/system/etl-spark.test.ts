// apps/etl with Spark and BigQuery: it looks at the tables, then writes a plan into the bucket for Spark's pods, and loads nothing.
import { spawnSync } from 'node:child_process';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Plan, planSchema } from '../../apps/plan/plan-schema.ts';
import { type BigQueryStandIn, startBigQuery } from '../fixtures/bigquery-stand-in.ts';
import { findGcsServer, type GcsServer, startGcs } from '../fixtures/gcs-server.ts';
import { repository } from '../fixtures/npm-start.ts';
import { startProgram } from '../fixtures/run-program.ts';
import { makeSampleFiles } from '../fixtures/sample-files.ts';
import { findSparkPython } from '../fixtures/spark-session.ts';

const warehouse = ['--warehouse', 'bigquery://taxiway-test/try_', '--location', 'EU'];
const name = 'yellow_tripdata_2025-01.parquet';
const python = await findSparkPython();

const bucket = 'taxiway-staging';
const planName = 'runs/batch-X.7/plan.json';
const tool = findGcsServer();

let folder: string;
let bigQuery: BigQueryStandIn;
let gcs: GcsServer;
const namesIn = async (prefix = '') => (await gcs.client.bucket(bucket).getFiles({ prefix }))[0].map(({ name }) => name);
const env = () => ({ ...bigQuery.env, ...gcs.env });

describe.skipIf(tool === undefined)('etl for Spark', () => {
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'taxiway-etl-spark-'));
    await makeSampleFiles(folder, { months: 2, rows: 300 });
    bigQuery = await startBigQuery();
    gcs = await startGcs(tool as string, [bucket]);
    await gcs.client.bucket(bucket).upload(join(folder, name), { destination: `yellow data/${name}` });
  });
  afterAll(async () => {
    await bigQuery?.stop();
    await gcs?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const flags = (more: Readonly<Record<string, string | undefined>> = {}) => {
    const given = {
      mode: 'batch',
      file: `gs://${bucket}/yellow%20data/${name}`,
      plan: `gs://${bucket}/${planName}`,
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
      env(),
    ).ended;
  const readPlan = async () => JSON.parse((await gcs.client.bucket(bucket).file(planName).download())[0].toString()) as Plan;

  test('without its tables it writes nothing', async () => {
    const { code, stderr } = await plan();
    expect([code, stderr.trimEnd().split('\n').at(-1)]).toEqual([
      2,
      expect.stringMatching(/try_staging\.yellow_clean: no such table.*run tables first/),
    ]);
    expect(await namesIn()).toEqual([`yellow data/${name}`]);
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
    expect(written.sources.flatMap(({ files }) => files.map(({ uri }) => uri))).toEqual([
      `gs://taxiway-staging/yellow data/${name}`,
    ]);
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
    expect(await namesIn('spark-events/')).toEqual(['spark-events/.keep']);
    expect((await readdir(folder)).filter((one) => !one.startsWith('yellow') && !one.startsWith('.'))).toEqual([]);
    expect(bigQuery.calls.filter((call) => !call.startsWith('GET '))).toEqual([]);
  });

  test.skipIf(python === undefined)('the runner takes the plan', async () => {
    const path = join(folder, 'plan.json');
    await writeFile(path, JSON.stringify(await readPlan()));
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
    [
      'a plan in no bucket',
      { plan: '/tmp/plan.json' },
      /--plan file:\/\/\/tmp\/plan.json: --engine spark into BigQuery reads it from a bucket/,
    ],
    [
      'a plan in a bucket of another cloud',
      { plan: 's3://a-bucket/plan.json' },
      /--plan s3:\/\/a-bucket\/plan.json: .*give a gs:\/\/ URI/,
    ],
    ['a file elsewhere', { file: () => join(folder, name) }, /not in a bucket of Cloud Storage.*transfer the file first/],
  ])('%s: one line, exit code 2', async (_, more, says) => {
    const given = Object.fromEntries(
      Object.entries(more).map(([key, value]) => [key, typeof value === 'string' ? value : value()]),
    );
    const { code, stderr } = await plan(given);
    expect([code, stderr.trimEnd().split('\n').at(-1)]).toEqual([2, expect.stringMatching(says)]);
  });
});
