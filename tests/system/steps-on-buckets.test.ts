// The steps with every folder in a bucket, of Cloud Storage (fake-gcs-server) and of S3 (versitygw): what they say and write is what they say
// and write over folders.
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { modelOf } from '../../apps/contract/dataset.ts';
import { green } from '../../apps/contract/green.ts';
import { modelPaths } from '../../apps/contract/names.ts';
import { withDuckDb } from '../../apps/platform/duckdb.ts';
import { toBytes } from '../../apps/platform/object-storage-read.ts';
import { repository } from '../fixtures/npm-start.ts';
import { startProgram } from '../fixtures/run-program.ts';
import { makeSampleFiles } from '../fixtures/sample-files.ts';
import { type StorageKind, type StorageLab, storageKinds } from '../fixtures/storages.ts';

const asOf = '2025-03-01T00:00:00Z';
const [folders, ...buckets] = storageKinds as [StorageKind, ...StorageKind[]];

let sample: string;
beforeAll(async () => {
  sample = await mkdtemp(join(tmpdir(), 'steps-sample-'));
  await makeSampleFiles(sample, { months: 3, rows: 2_000 });
});
afterAll(() => rm(sample, { recursive: true, force: true }));

interface World {
  readonly lab: StorageLab;
  /** Of this machine: the warehouse, and nothing else when a step has ended. */
  readonly scratch: string;
  /** Runs a step, and returns its result with the root's URI replaced. Throws where it does not end with 0. */
  readonly run: (app: string, ...args: string[]) => Promise<unknown>;
  readonly stop: () => Promise<void>;
}

async function createWorld(kind: StorageKind): Promise<World> {
  const lab = await kind.start();
  const scratch = await mkdtemp(join(tmpdir(), 'steps-scratch-'));
  const { storage, root } = lab;
  for (const name of await readdir(sample))
    if (name.endsWith('.parquet')) await storage.write(`${root}source/${name}`, await readFile(join(sample, name)));
  await storage.write(`${root}staging/runs/r/dbt/index.html`, Buffer.from('<p>dbt</p>'));
  await storage.write(`${root}models/${modelPaths.champion('green')}`, Buffer.from(toChampion()));
  const model = await readFile(join(repository, 'apps', 'predict', 'fixtures', 'model.json'));
  await storage.write(`${root}models/green/model.json`, model);
  return {
    lab,
    scratch,
    run: async (app, ...args) => {
      const { code, stderr, result } = await startProgram(app, args, toEnv(scratch)).ended;
      expect(code, stderr).toBe(0);
      return JSON.parse(withoutPlace(JSON.stringify(result ?? null), lab));
    },
    stop: async () => {
      await lab.stop();
      await rm(scratch, { recursive: true, force: true });
    },
  };
}

const toEnv = (scratch: string): Record<string, string> => ({
  HOME: scratch,
  TMPDIR: scratch,
  ...Object.fromEntries(
    Object.entries(process.env).flatMap(([name, value]) => (/^(AWS|STORAGE)_/.test(name) ? [[name, value ?? '']] : [])),
  ),
});

const { features, target } = modelOf(green);
const toChampion = () =>
  JSON.stringify({ category: 'green', version: 1, run_id: 'r', rmse: 1.25, model: 'model.json', features, target });

/** Everything that a full refresh does in TypeScript. Returns what the steps say. */
async function runSteps({ lab: { root }, scratch, run }: World): Promise<unknown[]> {
  const category = ['--category', 'yellow'];
  const at = (name: string) => `${root}staging/runs/r/${name}`;
  const suite = join(repository, 'apps/validate/expectations/yellow.json');
  const warehouse = join(scratch, 'warehouse.duckdb');
  const records = ['--records', `${root}staging/months/`];
  const results = [
    await run(
      'transfer',
      '--source',
      `${root}source/`,
      '--destination',
      `${root}staging/yellow/`,
      '--manifest',
      at('files.json'),
    ),
    await run('schema-groups', ...category, '--manifest', at('files.json'), '--groups', at('groups.json')),
    await run(
      'validate',
      ...category,
      '--groups',
      at('groups.json'),
      '--suite',
      suite,
      '--as-of',
      asOf,
      '--run',
      'r',
      '--report',
      `${root}docs/validation/yellow/`,
      '--months',
      at('months.json'),
    ),
    await run(
      'etl',
      ...category,
      '--mode',
      'initial_load',
      '--groups',
      at('groups.json'),
      '--as-of',
      asOf,
      '--plan',
      at('plan.json'),
      '--warehouse',
      warehouse,
    ),
    await run(
      'etl',
      ...category,
      '--mode',
      'batch',
      '--file',
      `${root}staging/yellow/yellow_tripdata_2025-01.parquet`,
      '--as-of',
      asOf,
      '--plan',
      at('plan.json'),
      '--warehouse',
      warehouse,
    ),
    await run('publish', ...category, '--dbt', at('dbt/'), '--docs', `${root}docs/`),
    await run(
      'months',
      '--task',
      'record-all',
      ...category,
      ...records,
      '--manifest',
      at('files.json'),
      '--judged',
      at('months.json'),
    ),
    await run(
      'validate',
      ...category,
      '--file',
      `${root}staging/yellow/yellow_tripdata_2025-01.parquet`,
      '--suite',
      suite,
      '--as-of',
      asOf,
      '--run',
      's',
      '--report',
      `${root}docs/validation/yellow/`,
      ...records,
      '--months',
      at('more.json'),
    ),
    await run(
      'months',
      '--task',
      'backfill',
      ...category,
      ...records,
      '--source',
      `${root}source/`,
      '--from',
      '2024-11',
      '--to',
      '2025-01',
    ),
    await run('months', '--task', 'freshness', ...records, '--source', `${root}source/`),
  ];
  expect(await readdir(scratch)).toEqual(['warehouse.duckdb']);
  return results;
}

/** Without what differs from storage to storage: the root and the versions. */
const withoutPlace = (text: string, { root }: Pick<StorageLab, 'root'>): string =>
  text.replaceAll(root, 'ROOT/').replaceAll(/"(version|sourceVersion)": ?"[^"]*"/g, '"$1":""');

/** Texts by name. */
async function readTexts({ storage, root }: StorageLab): Promise<Record<string, string>> {
  const texts: Record<string, string> = {};
  for await (const object of storage.list(root)) {
    if (object.name.endsWith('.parquet')) continue;
    const text = (await toBytes(storage.read(object))).toString();
    texts[object.name] = withoutPlace(text, { root });
  }
  return texts;
}

const digest = ({ scratch }: World) =>
  withDuckDb(join(scratch, 'warehouse.duckdb'), async (connection) =>
    (
      await connection.runAndReadAll(
        ['staging.yellow_clean', 'staging.yellow_triage', 'historical.yellow_monthly']
          .map((table) => `SELECT count(*), sum(hash(t)) FROM ${table} t`)
          .join(' UNION ALL '),
      )
    ).getRowsJS(),
  );

/** What a server answers at its paths. */
async function ask(
  { scratch }: World,
  [app, ...flags]: readonly [string, ...string[]],
  requests: readonly [string, RequestInit?][],
) {
  const { child } = startProgram(app, [...flags, '--port', '0'], toEnv(scratch));
  try {
    const [line] = await once(createInterface(child.stdout as NonNullable<typeof child.stdout>), 'line');
    const { listening } = JSON.parse(line) as { listening: string };
    return await Promise.all(
      requests.map(async ([path, init]) => {
        const answer = await fetch(new URL(path, listening), init);
        return [path, answer.status, answer.headers.get('content-type'), await answer.text()];
      }),
    );
  } finally {
    child.kill('SIGTERM');
  }
}

const askServers = async (world: World) => {
  const { root } = world.lab;
  const trip = { category: 'green', pickup_zone: 74, dropoff_zone: 132, pickup_datetime: '2024-05-31T08:30', passenger_count: 1 };
  return [
    await ask(
      world,
      ['docs', '--docs', `${root}docs/`],
      [
        ['/'],
        ['/readyz'],
        ['/datasets/yellow.html'],
        ['/dbt/index.html'],
        ['/validation/yellow/2025-01-01/'],
        ['/none.html'],
        ['/.hidden'],
      ],
    ),
    await ask(
      world,
      ['predict', '--models', `${root}models/`],
      [
        ['/readyz'],
        ['/api/predict', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(trip) }],
      ],
    ),
  ];
};

describe('all folders in buckets', () => {
  let expected: { results: unknown; texts: unknown; rows: unknown; answers: unknown };
  beforeAll(async () => {
    const world = await createWorld(folders);
    expected = {
      results: await runSteps(world),
      texts: await readTexts(world.lab),
      rows: await digest(world),
      answers: await askServers(world),
    };
    const statuses = (expected.answers as [string, number][][]).map((answers) => answers.map(([, status]) => status));
    expect(statuses).toEqual([
      [200, 200, 200, 200, 200, 404, 404],
      [200, 200],
    ]);
    await world.stop();
  }, 120_000);

  for (const kind of buckets)
    test.skipIf(kind.isMissing)(
      `of ${kind.name}`,
      async () => {
        const world = await createWorld(kind);
        try {
          expect(await runSteps(world)).toEqual(expected.results);
          expect(await readTexts(world.lab)).toEqual(expected.texts);
          expect(await digest(world)).toEqual(expected.rows);
          expect(await askServers(world)).toEqual(expected.answers);
        } finally {
          await world.stop();
        }
      },
      180_000,
    );
});
