// The driver killed at any moment, started again, gives the tables of an undisturbed run; until then every table is whole, old or new.
// The etl step killed takes its driver with it.
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { cp, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { yellow } from '../../apps/contract/yellow.ts';
import { loadParquet } from '../../apps/etl/load-parquet.ts';
import { sparkEnvironment } from '../../apps/etl/spark-engine.ts';
import type { Plan } from '../../apps/plan/plan-schema.ts';
import { repository } from '../fixtures/npm-start.ts';
import { row, writeMonths } from '../fixtures/random-trips.ts';
import { startProgram } from '../fixtures/run-program.ts';
import { findSparkPython } from '../fixtures/spark-session.ts';
import { compareTables, noDifference, writeSparkPlan } from '../fixtures/spark-tables.ts';
import { until } from '../fixtures/until.ts';

const python = await findSparkPython();

describe.skipIf(python === undefined)('a killed Spark driver', () => {
  let folder: string;
  const lake = () => join(folder, 'spark.parquet');
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'taxiway-spark-killed-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));

  const plan = async (seed: number) => {
    const files = await writeMonths(join(folder, String(seed)), { '2024-02': fc.sample(row, { numRuns: 200, seed }) });
    return writeSparkPlan(yellow, files, {
      mode: 'batch',
      asOf: '2024-03-05T00:00:00Z',
      warehouse: join(folder, 'spark.duckdb'),
    });
  };

  /** Runs the runner as a process; kills it after so many milliseconds. Returns its exit code, null when killed, and how long it ran. */
  async function run(path: string, killAfter?: number): Promise<{ code: number | null; milliseconds: number }> {
    const started = performance.now();
    const flags = ['--plan', path, '--result', `${path}.result`];
    const child = spawn(python as string, [join(repository, 'apps', 'spark', 'runner.py'), ...flags], {
      stdio: 'ignore',
      env: { ...process.env, ...sparkEnvironment },
    });
    const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
    const stop = new AbortController();
    if (killAfter !== undefined)
      wait(killAfter, undefined, { signal: stop.signal }).then(
        () => child.kill('SIGKILL'),
        () => undefined,
      );
    const code = await ended;
    stop.abort();
    return { code, milliseconds: performance.now() - started };
  }

  async function tablesOf(planned: Plan, name: string): Promise<string> {
    const warehouse = join(folder, `${name}.duckdb`);
    await rm(warehouse, { force: true });
    await loadParquet(planned, warehouse);
    return warehouse;
  }

  test('leaves old tables or new ones, and the next run heals', async () => {
    const old = await plan(1);
    expect((await run(old.path)).code).toBe(0);
    const before = await tablesOf(old.plan, 'before');
    await cp(lake(), join(folder, 'old.parquet'), { recursive: true });
    const next = await plan(2);
    const { code, milliseconds } = await run(next.path);
    expect(code).toBe(0);
    const after = await tablesOf(next.plan, 'after');
    expect(await compareTables(yellow, before, after)).not.toEqual(noDifference(yellow));

    for (const share of [0.35, 0.6 + Math.random() * 0.3, 0.97]) {
      await rm(lake(), { recursive: true, maxRetries: 5 });
      await cp(join(folder, 'old.parquet'), lake(), { recursive: true });
      const killed = await run(next.path, milliseconds * share);
      const found = await tablesOf(next.plan, 'found');
      const [toOld, toNew] = [await compareTables(yellow, before, found), await compareTables(yellow, after, found)];
      for (const table of Object.keys(toOld)) {
        const whole = toOld[table]?.length === 0 || toNew[table]?.length === 0;
        expect({ table, share, killed: killed.code === null, whole }).toEqual({
          table,
          share,
          killed: killed.code === null,
          whole: true,
        });
      }
    }
    expect((await run(next.path)).code).toBe(0);
    expect(await compareTables(yellow, after, await tablesOf(next.plan, 'healed'))).toEqual(noDifference(yellow));
  });

  // Processes are found by a variable of their environment, which only Linux shows.
  test.skipIf(process.platform !== 'linux')('the etl step killed leaves no process behind, and the next run heals', async () => {
    const mark = randomUUID();
    const trips = { '2024-02': fc.sample(row, { numRuns: 200, seed: 3 }) };
    const [file] = (await writeMonths(join(folder, 'etl'), trips)) as [string];
    const etl = (engine: string) => {
      const warehouse = join(folder, `etl-${engine}.duckdb`);
      const month = ['--category', 'yellow', '--mode', 'batch', '--as-of', '2024-03-05T00:00:00Z', '--file', file];
      const place = ['--engine', engine, '--warehouse', warehouse, '--plan', `${warehouse}.json`];
      return { warehouse, ...startProgram('etl', [...month, ...place], { TAXIWAY_TEST_MARK: mark }) };
    };
    const hasJava = async () => (await processesOf(mark)).some((command) => command.includes('java'));
    const writes = () => existsSync(join(folder, 'etl-spark.parquet', '_staging'));
    const moments: readonly (readonly [string, () => boolean | Promise<boolean>])[] = [
      ['Java', hasJava],
      ['tables being written', writes],
    ];
    for (const [what, isThere] of moments) {
      const { child } = etl('spark');
      await until(
        () => child.exitCode !== null || isThere(),
        () => what,
      );
      expect(child.exitCode, what).toBeNull();
      child.kill('SIGKILL');
      await until(
        async () => (await processesOf(mark)).length === 0,
        () => 'no process',
      );
    }
    const [spark, duckdb] = [etl('spark'), etl('duckdb')];
    expect([(await spark.ended).code, (await duckdb.ended).code]).toEqual([0, 0]);
    expect(await compareTables(yellow, duckdb.warehouse, spark.warehouse)).toEqual(noDifference(yellow));
    expect(await processesOf(mark)).toEqual([]);
  });
});

/** Command lines of the processes whose environment has a mark. */
async function processesOf(mark: string): Promise<string[]> {
  const ids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const read = (id: string, name: string) => readFile(join('/proc', id, name), 'utf8').catch(() => '');
  const found = await Promise.all(ids.map(async (id) => ((await read(id, 'environ')).includes(mark) ? read(id, 'cmdline') : '')));
  return found.filter((command) => command !== '').map((command) => command.replaceAll('\0', ' '));
}
