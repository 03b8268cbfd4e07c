// Five hundred random damages at the programs' inputs: each ends with 0, 1, 2 or 75, and where it fails, with one line and no stack trace.
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { yellow } from '../../apps/contract/yellow.ts';
import { generateSample } from '../../apps/sample/generate.ts';
import { type Damage, damage, damageFile } from '../fixtures/damage-file.ts';
import { repository } from '../fixtures/npm-start.ts';
import { startProgram } from '../fixtures/run-program.ts';

const asOf = '2026-01-01T00:00:00Z';
const newest = 'yellow_tripdata_2025-01.parquet';

interface Scenario {
  readonly app: string;
  readonly args: (at: (path: string) => string) => readonly string[];
  /** Files that may be damaged, below the world's folder. */
  readonly inputs: readonly string[];
}

const month = ['--category', 'yellow', '--mode', 'batch', '--as-of', asOf];
const scenarios: readonly Scenario[] = [
  {
    app: 'transfer',
    args: (at) => ['--source', at('in/'), '--destination', at('copied/'), '--manifest', at('copied.json')],
    inputs: [`in/${newest}`],
  },
  {
    app: 'schema-groups',
    args: (at) => ['--category', 'yellow', '--manifest', at('files.json'), '--groups', at('out.json')],
    inputs: ['files.json', `in/${newest}`],
  },
  {
    app: 'validate',
    args: (at) => [
      '--file',
      at(`in/${newest}`),
      '--suite',
      at('suite.json'),
      '--records',
      at('records/'),
      '--report',
      at('report/'),
    ],
    inputs: [`in/${newest}`, 'suite.json', 'records/yellow/2024-12-01.json'],
  },
  {
    app: 'validate',
    args: (at) => ['--groups', at('groups.json'), '--suite', at('suite.json'), '--months', at('out.json')],
    inputs: ['groups.json', 'suite.json', `in/${newest}`],
  },
  {
    app: 'etl',
    args: (at) => [...month, '--file', at(`in/${newest}`), '--warehouse', at('w.duckdb'), '--plan', at('plan.json')],
    inputs: [`in/${newest}`, 'w.duckdb'],
  },
  {
    app: 'etl',
    args: (at) => [
      '--category',
      'yellow',
      '--mode',
      'initial_load',
      '--as-of',
      asOf,
      '--groups',
      at('groups.json'),
      '--warehouse',
      at('new.duckdb'),
      '--plan',
      at('plan.json'),
    ],
    inputs: ['groups.json', `in/${newest}`],
  },
  {
    app: 'months',
    args: (at) => [
      '--task',
      'record-all',
      '--records',
      at('records/'),
      '--category',
      'yellow',
      '--manifest',
      at('files.json'),
      '--judged',
      at('months.json'),
    ],
    inputs: ['files.json', 'months.json', 'records/yellow/2024-12-01.json'],
  },
  {
    app: 'months',
    args: (at) => ['--task', 'freshness', '--records', at('records/'), '--source', at('in/')],
    inputs: ['records/yellow/2024-12-01.json', `in/${newest}`],
  },
  {
    app: 'publish',
    args: (at) => ['--category', 'yellow', '--dbt', at('dbt/'), '--docs', at('docs/')],
    inputs: ['docs/validation/yellow/2025-01-01/result.json', 'dbt/index.html'],
  },
];

let folder: string;
let world: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'taxiway-damages-'));
  world = join(folder, 'world');
  const at = (path: string) => pathToFileURL(join(world, path)).href;
  await generateSample({ category: yellow, destination: at('in/'), newest: '2025-01', months: 2, rows: 300, seed: 1 });
  await rm(join(world, 'in', '.sample.json'));
  await cp(join(repository, 'apps/validate/expectations/yellow.json'), join(world, 'suite.json'));
  const done = async (app: string, ...args: string[]) => {
    const end = await startProgram(app, args, {}).ended;
    expect(end.stderr.includes('bug') ? end.stderr : end.code).toBe(0);
  };
  await done('transfer', '--source', at('in/'), '--destination', at('in/'), '--manifest', at('files.json'));
  await done('schema-groups', '--category', 'yellow', '--manifest', at('files.json'), '--groups', at('groups.json'));
  await done(
    'validate',
    '--groups',
    at('groups.json'),
    '--suite',
    at('suite.json'),
    '--months',
    at('months.json'),
    '--report',
    at('docs/validation/yellow/'),
    '--run',
    'r',
    '--as-of',
    asOf,
  );
  await done(
    'months',
    '--task',
    'record-all',
    '--records',
    at('records/'),
    '--category',
    'yellow',
    '--manifest',
    at('files.json'),
    '--judged',
    at('months.json'),
  );
  await done(
    'etl',
    '--category',
    'yellow',
    '--mode',
    'initial_load',
    '--as-of',
    asOf,
    '--groups',
    at('groups.json'),
    '--warehouse',
    at('w.duckdb'),
    '--plan',
    at('plan.json'),
  );
  await mkdir(join(world, 'dbt'));
  await writeFile(join(world, 'dbt', 'index.html'), '<html>dbt</html>');
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test('five hundred damages, none of them a bug', async () => {
  const broken: string[] = [];
  const chosen = fc
    .constantFrom(...scenarios)
    .chain((scenario) => fc.tuple(fc.constant(scenario), fc.constantFrom(...scenario.inputs), damage));
  const samples = fc.sample(chosen, { numRuns: 500, seed: 13 });
  const next = samples.entries();
  const work = async () => {
    for (const [number, [scenario, input, one]] of next) {
      const problem = await runDamaged(number, scenario, { input, damage: one });
      if (problem !== undefined)
        broken.push(`${number}: ${scenario.app} ${input} ${JSON.stringify(one).slice(0, 200)}: ${problem}`);
    }
  };
  await Promise.all([work(), work()]);
  expect(broken).toEqual([]);
});

/** What is wrong with how the program ended; undefined where nothing is. */
async function runDamaged(
  number: number,
  { app, args }: Scenario,
  { input, damage: one }: { input: string; damage: Damage },
): Promise<string | undefined> {
  const place = join(folder, `run-${number}`);
  try {
    // Relative paths inside of the files stay those of the world: each program reads its damaged copy.
    await cp(world, place, { recursive: true });
    await moveWorld(place);
    await damageFile(join(place, input), one);
    const at = (path: string) => pathToFileURL(join(place, path)).href;
    const { code, stderr, failed } = await startProgram(app, args(at), {}).ended.then(
      (end) => ({ ...end, failed: undefined }),
      (error: Error) => ({ code: null, stderr: '', failed: error.message }),
    );
    if (failed !== undefined) return `its result is no JSON: ${failed}`;
    const lines = stderr.split('\n').filter((line) => line !== '' && !/^\d{4}-\d\d-\d\dT\S+ /.test(line));
    if (code === 0) return undefined;
    if (code === null || ![1, 2, 75].includes(code)) return `exit ${code}: ${stderr.slice(-600)}`;
    if (lines.length !== 1 || !lines[0]?.startsWith(`${app}: `)) return `not one line: ${JSON.stringify(lines).slice(0, 600)}`;
    return undefined;
  } finally {
    await rm(place, { recursive: true, force: true });
  }
}

/** The JSON files name the world's files by their URIs: a copy names its own. */
async function moveWorld(place: string): Promise<void> {
  for (const name of (await readdir(place)).filter((one) => one.endsWith('.json'))) {
    const path = join(place, name);
    await writeFile(path, (await readFile(path, 'utf8')).replaceAll(pathToFileURL(world).href, pathToFileURL(place).href));
  }
}
