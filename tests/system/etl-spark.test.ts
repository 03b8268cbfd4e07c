// etl with Spark in a cluster: it writes a plan into the bucket, Spark's own runner fills the bucket by the real connector, load takes it from there.
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { yellow } from '../../apps/contract/yellow.ts';
import { runOnDuckDb } from '../../apps/etl/duckdb-engine.ts';
import { toPlan } from '../../apps/etl/plan.ts';
import { type Plan, planSchema } from '../../apps/plan/plan-schema.ts';
import { readSchemaGroups } from '../../apps/plan/schema-groups.ts';
import { findGcsServer } from '../fixtures/gcs-server.ts';
import { asOf, bucket, type LoadLab, run, startLoadLab } from '../fixtures/load-lab.ts';
import { writeMonths } from '../fixtures/random-trips.ts';
import { runOnSparkInBucket } from '../fixtures/spark-in-bucket.ts';
import { fetchJar } from '../fixtures/spark-jars.ts';
import { findSparkPython } from '../fixtures/spark-session.ts';
import { noDifference } from '../fixtures/spark-tables.ts';
import { mixed } from '../fixtures/yellow-months.ts';

const tool = findGcsServer();
const python = await findSparkPython();
const jarFolder = await mkdtemp(join(tmpdir(), 'taxiway-jar-'));
const connector = python && fetchJar('gcs-connector', jarFolder);
afterAll(() => rm(jarFolder, { recursive: true, force: true }));
const planName = `runs/${run}/plan.json`;

describe.skipIf(tool === undefined)('etl for Spark', () => {
  let lab: LoadLab;
  let files: string[];
  const uriOf = (month: string) => `gs://${bucket}/yellow%20data/yellow_tripdata_${month}.parquet`;
  beforeAll(async () => {
    lab = await startLoadLab(tool as string);
    files = await writeMonths(join(lab.folder, 'files'), { '2024-01': mixed('2024-01', 1), '2024-02': mixed('2024-02', 2) });
    for (const file of files) await upload(file);
  });
  afterAll(() => lab?.stop());
  beforeEach(() => lab.reset());

  const upload = (file: string) =>
    lab.gcs.client.bucket(bucket).upload(file, { destination: `yellow data/${file.split('/').at(-1)}` });
  const plan = (flags: Readonly<Record<string, string>> = {}) =>
    lab.startEtl({ engine: 'spark', file: uriOf('2024-01'), plan: `gs://${bucket}/${planName}`, ...flags }).ended;
  const readPlan = async () => JSON.parse(String(await lab.gcs.read(bucket, planName))) as Plan;

  test('a month: the plan is for the bucket and for nobody else, twice the same', async () => {
    const { code, stderr, result } = await plan();
    expect(code, stderr).toBe(0);
    const written = await readPlan();
    expect(planSchema.parse(written)).toEqual(written);
    expect(result).toEqual({ mode: 'batch', plan: `gs://${bucket}/${planName}`, rows: { read: 80 } });
    expect(written.sources.flatMap(({ files }) => files.map(({ uri }) => uri))).toEqual([
      `gs://${bucket}/yellow data/yellow_tripdata_2024-01.parquet`,
    ]);
    expect(written.destination).toEqual({ format: 'parquet', folder: `gs://${bucket}/runs/${run}/tables/` });
    expect(Object.values(written.sinks).map(({ table, datePartition }) => [table.dataset, table.table, datePartition])).toEqual([
      ['staging', 'yellow_clean', '202401'],
      ['staging', 'yellow_triage', '202401'],
      ['historical', 'yellow_monthly', '202401'],
    ]);
    expect(JSON.stringify(written)).not.toContain(lab.folder);
    // Spark refuses to log its events into a folder that is not there.
    expect(await lab.names('spark-events/')).toEqual(['spark-events/.keep']);
    expect((await readdir(lab.folder)).sort()).toEqual(['files', 'scratch']);
    expect(lab.bigQuery().calls).toEqual([]);
    expect((await plan()).code).toBe(0);
    expect(await readPlan()).toEqual(written);
  });

  test.each([
    ['a plan in no bucket', { plan: '/tmp/plan.json' }, /file:\/\/\/tmp\/plan.json: not in a bucket/],
    ['tables elsewhere', { tables: '/tmp/tables/' }, /file:\/\/\/tmp\/tables\/: not in a bucket/],
    ['a file elsewhere', { file: () => files[0] as string }, /not in a bucket.*give gs:\/\/ or s3:\/\/ URIs/],
  ])('%s: one line, exit code 2', async (_, more, says) => {
    const given = Object.fromEntries(
      Object.entries(more).map(([key, value]) => [key, typeof value === 'string' ? value : value()]),
    );
    const { code, stderr } = await plan(given);
    expect([code, stderr.trimEnd().split('\n').at(-1)]).toEqual([2, expect.stringMatching(says)]);
  });

  describe.skipIf(connector === undefined)("run by Spark's runner", () => {
    const runSpark = async () => {
      const { code, stderr } = await runOnSparkInBucket(python as string, {
        connector: connector as string,
        endpoint: lab.gcs.proxy.url,
        args: ['--plan', `gs://${bucket}/${planName}`, '--result', `gs://${bucket}/runs/${run}/filled.json`],
      });
      expect(code, stderr).toBe(0);
    };
    /** Rows that only BigQuery's tables, or only those of DuckDB, have. */
    const compare = async (of: readonly string[]) => {
      const warehouse = join(lab.folder, 'duckdb.duckdb');
      await rm(warehouse, { force: true });
      for (const file of of) {
        const groups = await readSchemaGroups(yellow, [file]);
        const destination = { format: 'duckdb' } as const;
        await runOnDuckDb(toPlan(yellow, { groups, mode: 'batch', asOf, engine: 'duckdb', destination }), warehouse);
      }
      return lab.compareWith(warehouse);
    };

    test('a month, then an empty one: BigQuery has what DuckDB has', async () => {
      expect((await plan()).code).toBe(0);
      await runSpark();
      const { code, stderr } = await lab.startLoad({ 'run-date': '2024-01-01' }).ended;
      expect(code, stderr).toBe(0);
      expect(await compare(files.slice(0, 1))).toEqual(noDifference(yellow));
      const [empty] = (await writeMonths(join(lab.folder, 'empty'), { '2024-01': [] })) as [string];
      await upload(empty);
      expect((await plan()).code).toBe(0);
      await runSpark();
      expect((await lab.startLoad({ 'run-date': '2024-01-01', run: 'second' }).ended).code).toBe(0);
      expect(await compare([empty])).toEqual(noDifference(yellow));
      await upload(files[0] as string);
    });

    test('all months', async () => {
      const groups = await readSchemaGroups(yellow, files);
      const inBucket = JSON.stringify(groups).replaceAll(join(lab.folder, 'files'), `gs://${bucket}/yellow%20data`);
      await lab.gcs.client.bucket(bucket).file('groups.json').save(inBucket);
      const planned = await lab.startEtl({
        engine: 'spark',
        mode: 'initial_load',
        groups: `gs://${bucket}/groups.json`,
        plan: `gs://${bucket}/${planName}`,
      }).ended;
      expect(planned.code, planned.stderr).toBe(0);
      await runSpark();
      const { code, stderr } = await lab.startLoad({ run: 'all' }).ended;
      expect(code, stderr).toBe(0);
      expect(await compare(files)).toEqual(noDifference(yellow));
    });
  });
});
