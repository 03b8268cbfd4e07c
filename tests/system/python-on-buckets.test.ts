// dbt's documentation and the champion's files, written into buckets by the vendors' own clients in Python.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { modelPaths } from '../../apps/contract/names.ts';
import { toBytes } from '../../apps/platform/object-storage-read.ts';
import { ensureImagePython, ensurePythonEnvironment } from '../../workflows/python-env.ts';
import { startProgram } from '../fixtures/run-program.ts';
import { runPython } from '../fixtures/run-python.ts';
import { makeSampleFiles } from '../fixtures/sample-files.ts';
import { type StorageLab, storageKinds } from '../fixtures/storages.ts';

let folder: string;
const variables = () =>
  Object.fromEntries(Object.entries(process.env).filter(([name]) => /^(AWS|STORAGE)_/.test(name))) as Record<string, string>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'python-on-buckets-'));
  for (const app of ['dbt', 'ml']) await ensureImagePython(app);
  await makeSampleFiles(folder, { months: 1, rows: 2_000 });
  const flags = [
    '--category',
    'yellow',
    '--mode',
    'batch',
    '--as-of',
    '2025-03-01T00:00:00Z',
    '--warehouse',
    join(folder, 'w.duckdb'),
  ];
  const file = ['--file', join(folder, 'yellow_tripdata_2025-01.parquet'), '--plan', join(folder, 'plan.json')];
  const { code, stderr } = await startProgram('etl', [...flags, ...file], {}).ended;
  expect(code, stderr).toBe(0);
}, 300_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

const run = (app: string, file: string, args: readonly string[], env?: Readonly<Record<string, string>>, python?: string) =>
  runPython({ app, file, python }, ['--category', 'yellow', '--warehouse', join(folder, 'w.duckdb'), ...args], {
    HOME: folder,
    ...variables(),
    ...env,
  });
const runDbt = (docs: string) => run('dbt', 'run.py', ['--full-refresh', '--docs', docs]);
const train = (models: string, env?: Readonly<Record<string, string>>, python?: string) =>
  run('ml', 'train.py', ['--run', 'r', '--tracking', join(folder, 'mlflow'), '--models', models], env, python);
const lastLine = (text: string) => text.trim().split('\n').at(-1);

describe.each(storageKinds)('$name', ({ name, isMissing, start }) => {
  let lab: StorageLab;
  beforeAll(async () => {
    if (!isMissing) lab = await start();
  });
  afterAll(() => lab?.stop());
  const bytesOf = async (path: string) => {
    const object = await lab.storage.look(`${lab.root}${path}`);
    return object && toBytes(lab.storage.read(object));
  };

  test.skipIf(isMissing)(
    'docs and models are there, and are not written again',
    async () => {
      const built = await runDbt(`${lab.root}docs%20of%20dbt`);
      expect(built.code, built.stderr).toBe(0);
      expect((await bytesOf('docs%20of%20dbt/index.html'))?.toString()).toContain('dbt__ml__yellow_fare');
      lab.proxy?.reset();
      for (let times = 0; times < 2; times += 1) {
        const trained = await train(`${lab.root}models/`);
        expect(trained.code, trained.stderr).toBe(0);
      }
      const champion = JSON.parse(String(await bytesOf(`models/${modelPaths.champion('yellow')}`)));
      const model = await bytesOf(`models/yellow/${champion.model}`);
      expect(champion).toMatchObject({ category: 'yellow', version: 1, model: 'model-1.json' });
      expect(JSON.parse(String(model))).toHaveProperty('learner');
      // The model and its description.
      expect(lab.proxy?.requests.filter((request) => /^(PUT|POST)/.test(request)).length ?? 2).toBe(2);
    },
    120_000,
  );

  describe.skipIf(isMissing || name === 'folder')('what the bucket says no to is one line', () => {
    test('no such bucket', async () => {
      const scheme = lab.root.split('://')[0];
      const { code, stderr } = await train(`${scheme}://no-such-bucket/models`);
      expect([code, lastLine(stderr)]).toEqual([2, expect.stringMatching(/^train: \w+:\/\/no-such-bucket.*no such bucket/)]);
    });
    test('no sign-in, not allowed, and busy for ever', async () => {
      lab.proxy?.reset();
      const proxy = lab.proxy as NonNullable<StorageLab['proxy']>;
      proxy.faults = [{ fault: { kind: 'answer', status: 403 } }];
      const refused = await train(`${lab.root}models`);
      expect([refused.code, lastLine(refused.stderr)]).toEqual([2, expect.stringContaining('not allowed')]);
      proxy.faults = [{ fault: { kind: 'answer', status: 503 }, times: 2 }];
      const busy = await train(`${lab.root}models`);
      expect(busy.code, busy.stderr).toBe(0);
      proxy.reset();
      const none = { AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: '', STORAGE_EMULATOR_HOST: '', NO_GCE_CHECK: 'true' };
      const unknown = await train(`${lab.root}models`, none);
      expect([unknown.code, lastLine(unknown.stderr)]).toEqual([2, expect.stringContaining('no sign-in was found')]);
    }, 120_000);
  });
});

test('a Python without the clients of buckets says what is missing', async () => {
  const python = await ensurePythonEnvironment('ml');
  const { code, stderr } = await train('s3://a-bucket/models', {}, python);
  expect([code, lastLine(stderr)]).toEqual([2, expect.stringContaining('this Python lacks boto3; run the app')]);
}, 120_000);
