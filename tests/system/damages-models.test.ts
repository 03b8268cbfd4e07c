// Random damages at the inputs of dbt, training, Spark, the servers and a run that goes on: each ends with 0, 1, 2 or 75, and servers keep answering.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { yellow } from '../../apps/contract/yellow.ts';
import { ensurePythonEnvironment } from '../../workflows/python-env.ts';
import { collectOutput } from '../fixtures/child-output.ts';
import { compileCache } from '../fixtures/compile-cache.ts';
import { type DamagedEnd, findBrokenRuns, runBound, type Scenario } from '../fixtures/damage-runs.ts';
import { asOf, makeWorld, newest } from '../fixtures/damage-world.ts';
import { repository } from '../fixtures/npm-start.ts';
import { findSparkPython, useSpark } from '../fixtures/spark-session.ts';
import { writeSparkPlan } from '../fixtures/spark-tables.ts';

let folder: string;
let world: string;
/** Files of the world, as they are named in this run. */
let found: readonly string[];
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'taxiway-damages-'));
  world = join(folder, 'world');
  await makeWorld(world, 1500);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const python = async (app: string, file: string, args: readonly string[]): Promise<DamagedEnd> =>
  runBound([await ensurePythonEnvironment(app), join(repository, 'apps', app, file), ...args]);

describe('dbt, training and what serves', () => {
  const dbt = (at: (path: string) => string) =>
    python('dbt', 'run.py', [
      ...['--category', 'yellow', '--warehouse', at('w.duckdb'), '--run-date', '2025-01-01'],
      ...['--docs', at('dbt'), '--result', at('dbt.json')],
    ]);
  const ml = (program: string, run: string, at: (path: string) => string) =>
    python('ml', `${program}.py`, [
      ...['--category', 'yellow', '--warehouse', at('w.duckdb'), '--tracking', at('mlflow'), '--models', at('models')],
      ...['--run', run, '--result', at(`${program}.json`), ...(program === 'retrain' ? ['--run-date', '2025-01-01'] : [])],
    ]);
  beforeAll(async () => {
    const at = (path: string) => join(world, path);
    for (const end of [await dbt(at), await ml('train', 'first', at)]) expect(end.code === 0 ? '' : end.stderr).toBe('');
    found = (await readdir(world, { recursive: true })).filter((name) => /^(mlflow\/.*\.(json|db)|models\/.*\.json)$/.test(name));
  });

  test('fifteen damages to dbt, train and retrain', async () => {
    const inputs = ['w.duckdb', ...found];
    const scenarios: Scenario[] = [
      { program: 'dbt', inputs: ['w.duckdb', 'dbt/index.html'], writesMore: true, run: ({ path }) => dbt(path) },
      { program: 'train', inputs, run: ({ path }) => ml('train', 'second', path) },
      { program: 'retrain', inputs, run: ({ path }) => ml('retrain', 'second', path) },
    ];
    expect(await findBrokenRuns({ world, scenarios, runs: 15, seed: 13 })).toEqual([]);
  });

  test('sixty damages to what the servers read', async () => {
    const trip = 'category=yellow&pickup=161&dropoff=236&time=2025-01-15T08:30&passengers=1';
    const scenarios: Scenario[] = [
      {
        program: 'predict',
        inputs: found.filter((name) => name.startsWith('models/')),
        run: ({ path }) => askServer(['predict', '--models', path('models')], ['/', `/?${trip}`, '/api/zones']),
      },
      {
        program: 'docs',
        inputs: ['docs/validation/yellow/2025-01-01/index.html', 'docs/validation/yellow/2025-01-01/result.json'],
        run: ({ path }) => askServer(['docs', '--docs', path('docs')], ['/', '/validation/yellow/2025-01-01/']),
      },
    ];
    expect(await findBrokenRuns({ world, scenarios, runs: 60, seed: 13 })).toEqual([]);
  });
});

/** Starts a server, asks it, and stops it. It must answer every request, with an error of its own only where it says why. */
async function askServer([app = '', ...flags]: readonly string[], paths: readonly string[]): Promise<DamagedEnd> {
  const child = spawn(process.execPath, [join(repository, 'apps', app, 'main.ts'), ...flags, '--port', '0'], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: '/usr/bin:/bin', ...compileCache },
  });
  const ended = collectOutput(child);
  const [line] = (await Promise.race([once(createInterface(child.stdout), 'line'), ended.then(() => [''])])) as [string];
  if (line === '') return ended;
  const { listening } = JSON.parse(line) as { listening: string };
  const statuses = await Promise.all(paths.map(async (path) => (await fetch(new URL(path, listening))).status));
  child.kill('SIGTERM');
  const end = await ended;
  const bad = statuses.filter((status) => ![200, 404, 503].includes(status));
  return bad.length === 0 ? { ...end, stdout: '' } : { ...end, code: 70, stderr: `answered ${bad}: ${end.stderr}` };
}

describe('a run that goes on', () => {
  test('forty damages to what is kept of it', async () => {
    const workflow = [process.execPath, join(repository, 'workflows', 'local.ts')];
    const state = join(folder, 'runs-world', 'state');
    await cp(join(world, 'in'), join(state, 'buckets', 'source', 'yellow'), { recursive: true });
    const parameters = ['category=yellow', 'from=2024-12', 'to=2024-12', 'dry_run=true'];
    await runBound([...workflow, 'backfill', ...parameters.flatMap((one) => ['-p', one]), '--state', state]);
    const [run = ''] = await readdir(join(state, 'runs'));
    const inputs = (await readdir(join(state, 'runs', run), { recursive: true }))
      .filter((name) => /\.(json|yaml)$/.test(name))
      .map((name) => join('state', 'runs', run, name));
    const scenario: Scenario = {
      program: 'workflow',
      inputs,
      writesMore: true,
      run: ({ path }) => runBound([...workflow, '--resume', run, '--state', path('state')]),
    };
    expect(await findBrokenRuns({ world: join(folder, 'runs-world'), scenarios: [scenario], runs: 40, seed: 13 })).toEqual([]);
  });
});

const sparkPython = await findSparkPython();
describe.skipIf(sparkPython === undefined)('Spark', () => {
  const lab = useSpark(sparkPython);
  test('fifteen damages to its plan and its file', async () => {
    const planned = async (at: (path: string) => string) => {
      const { path } = await writeSparkPlan(yellow, [at(`in/${newest}`)], { mode: 'batch', asOf, warehouse: at('s.duckdb') });
      await rename(path, at('plan.json'));
    };
    const small = join(folder, 'spark-world');
    await cp(join(world, 'in'), join(small, 'in'), { recursive: true });
    await planned((path) => join(small, path));
    const scenario: Scenario = {
      program: 'spark',
      inputs: ['plan.json', `in/${newest}`],
      run: async ({ path }) => ({ ...(await lab.runPlan(path('plan.json'), path('result.json'))), stdout: '' }),
    };
    expect(await findBrokenRuns({ world: small, scenarios: [scenario], runs: 15, seed: 13 })).toEqual([]);
  });
});
