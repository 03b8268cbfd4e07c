// full-refresh and batch with every bucket in Cloud Storage (fake-gcs-server) and in S3 (versitygw), and MLflow's server with its artifacts there:
// tables, pages, models and records are those of a run over folders, also of a run that was killed.
import { mkdtemp, rm } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { championAlias, modelPaths, registeredModel } from '../../apps/contract/names.ts';
import { type BucketPipeline, bucketVariables, readAll, readOutcome, startBucketPipeline } from '../fixtures/bucket-pipelines.ts';
import { runPython } from '../fixtures/run-python.ts';
import { makeSampleFiles } from '../fixtures/sample-files.ts';
import { type StorageKind, storageKinds } from '../fixtures/storages.ts';

const [folders, gs, s3] = storageKinds as [StorageKind, StorageKind, StorageKind];
const kinds = [gs, s3];
const newest = 'yellow_tripdata_2025-01.parquet';

let folder: string;
let expected: Awaited<ReturnType<typeof readOutcome>>;
let pipelines: Map<StorageKind, BucketPipeline>;
const start = (kind: StorageKind) => startBucketPipeline(kind, { folder, files: join(folder, 'files') });

/** Two months, then the newest. */
async function runBoth({ root, run }: BucketPipeline, kills: { full?: readonly RegExp[]; batch?: readonly RegExp[] } = {}) {
  const source = `${root}source/`;
  await run('full-refresh', { category: 'yellow', source, prefixes: 'yellow_tripdata_2024' }, kills.full);
  const month = { uri: `${source}${newest}`, filename: newest, run_date: '2025-01-01' };
  await run('batch', { category: 'yellow', ...month }, kills.batch);
}

beforeAll(async () => {
  if (kinds.every(({ isMissing }) => isMissing)) return;
  folder = await mkdtemp(join(tmpdir(), 'buckets-end-to-end-'));
  await makeSampleFiles(join(folder, 'files'), { months: 3, rows: 2_000 });
  // MLflow's servers take long to start: meanwhile the run over folders.
  const there = kinds.filter(({ isMissing }) => !isMissing);
  const [started] = await Promise.all([
    Promise.all(there.map(async (kind) => [kind, await start(kind)] as const)),
    runOverFolders(),
  ]);
  pipelines = new Map(started);
});
afterAll(async () => {
  if (folder) await rm(folder, { recursive: true, force: true });
});

async function runOverFolders() {
  const pipeline = await start(folders);
  await runBoth(pipeline);
  expected = await readOutcome(pipeline);
  expect(Object.keys(expected.objects)).toEqual(
    expect.arrayContaining([
      'docs/datasets/yellow.html',
      'docs/dbt/index.html',
      'docs/validation/yellow/2025-01-01/RUN-2/index.html',
      'models/yellow/champion.json',
      'models/yellow/model-1.json',
      'models/yellow/model-2.json',
      'staging/months/yellow/2024-11-01.json',
      `staging/yellow/${newest}`,
    ]),
  );
  await pipeline.stop();
}

/** The champion in MLflow is the one that serves, and MLflow's client has put its file into the bucket. */
async function expectSameInMlflow({ lab: { storage }, mlflow, root }: BucketPipeline) {
  const { url, artifacts } = mlflow as NonNullable<typeof mlflow>;
  const models = await readAll(storage, `${root}models/`);
  const champion = JSON.parse(String(models.get(modelPaths.champion('yellow'))));
  const names = new URLSearchParams({ name: registeredModel('yellow', 'fare'), alias: championAlias });
  const answer = await fetch(`${url}/api/2.0/mlflow/registered-models/alias?${names}`);
  const { model_version: found } = (await answer.json()) as { model_version: Record<string, string> };
  expect({ version: Number(found.version), run_id: found.run_id }).toEqual({
    version: champion.version,
    run_id: champion.run_id,
  });
  expect(found.source).toBe(
    `${artifacts.by === 'server' ? 'mlflow-artifacts:' : artifacts.root}/1/${champion.run_id}/artifacts/model`,
  );
  const inMlflow = models.get(`mlflow/1/${champion.run_id}/artifacts/model/model.json`);
  expect(inMlflow?.equals(models.get(`yellow/${champion.model}`) as Buffer)).toBe(true);
}

/** What happens to requests for MLflow's files, and how training then ends; the server keeps its bucket's reasons in its own log. */
const troubles: Record<string, [what: string, request: RegExp, status: 403 | 503, code: number, says: RegExp][]> = {
  S3: [
    ['it may not write', /^PUT .*mlflow/, 403, 2, /MLflow's artifacts: not allowed/],
    ['it may not list', /^GET .*prefix=.*mlflow/, 403, 2, /MLflow's artifacts: not allowed/],
    ['it may not read', /^HEAD .*mlflow/, 403, 2, /MLflow's artifacts: not allowed/],
    ['the bucket is busy when it writes', /^PUT .*mlflow/, 503, 75, /MLflow's artifacts: the bucket is busy/],
    ['the bucket is busy when it reads', /^HEAD .*mlflow/, 503, 75, /MLflow's artifacts: they can't be reached/],
  ],
  'Cloud Storage': [
    ['the server may not list', /^GET .*prefix=.*mlflow/, 403, 75, /MLflow's server gives no answer/],
    ['the server may not read', /^GET .*mlflow.*model\.json/, 403, 75, /MLflow's server gives no answer/],
  ],
};

describe.each(kinds)('$name', (kind) => {
  let pipeline: BucketPipeline;
  beforeAll(async () => {
    if (kind.isMissing) return;
    pipeline = pipelines.get(kind) as BucketPipeline;
    await runBoth(pipeline);
  });
  afterAll(() => pipeline?.stop());

  test.skipIf(kind.isMissing)('both workflows leave what they leave in folders, by the clients of its vendor', async () => {
    expect(await readOutcome(pipeline)).toEqual(expected);
    await expectSameInMlflow(pipeline);
    const agents = [...(pipeline.lab.proxy?.agents ?? [])].join('\n');
    const clients = kind.name === 'S3' ? [/^aws-sdk-js\//m, /^Boto3\//m] : [/^gcloud-node-storage\//m, /^gcloud-python\//m];
    for (const client of clients) expect(agents).toMatch(client);
  });

  test.skipIf(kind.isMissing).each(troubles[kind.name] ?? [])(
    'training says so where %s',
    async (what, request, status, code, says) => {
      const { proxy } = pipeline.lab;
      if (proxy === undefined) throw new Error('expected a proxy before the bucket');
      const when = ({ method, url }: IncomingMessage) => request.test(`${method} ${url}`);
      proxy.faults = [{ fault: { kind: 'answer', status }, when }];
      const end = await train(pipeline, what);
      proxy.reset();
      expect([end.code, end.stderr.trim().split('\n').at(-1)], end.stderr).toEqual([code, expect.stringMatching(says)]);
    },
  );

  test.skipIf(kind.isMissing)("a model that is gone from MLflow's files is no trouble of the bucket", async () => {
    const { storage } = pipeline.lab;
    for await (const { uri } of storage.list(`${pipeline.root}models/mlflow/`)) await storage.remove(uri);
    const { code, stderr } = await train(pipeline, 'gone');
    expect([code, stderr], stderr).toEqual([2, expect.stringContaining('MLflow has no file model/model.json of its run')]);
  });
});

/** A training by itself, which registers another version; it waits for MLflow's server no longer than a test may. */
const train = ({ state, root, mlflow }: BucketPipeline, run: string) =>
  runPython(
    { app: 'ml', file: 'train.py' },
    [
      ...['--category', 'yellow', '--warehouse', join(state, 'warehouse.duckdb'), '--run', run],
      ...['--tracking', mlflow?.url ?? '', '--models', `${root}models/`],
    ],
    { HOME: state, MLFLOW_HTTP_REQUEST_MAX_RETRIES: '1', ...bucketVariables() },
  );

// One kind, for the time that it takes: here the training itself writes MLflow's artifacts, and is killed while it does.
test.skipIf(s3.isMissing)('S3: killed while it writes files, reports and models, and resumed, too', async () => {
  const pipeline = await start(s3);
  try {
    await runBoth(pipeline, {
      full: [/^(POST|PUT) .*staging.*yellow_tripdata_2024-12/, /mlflow.*model\.json/],
      batch: [/^(POST|PUT) .*docs.*result\.json/, /champion\.json/],
    });
    expect(await readOutcome(pipeline)).toEqual(expected);
    await expectSameInMlflow(pipeline);
  } finally {
    await pipeline.stop();
  }
});
