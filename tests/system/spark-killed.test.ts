// The driver killed at any moment, started again, gives the tables of an undisturbed run; until then every table is whole, old or new.
import { spawn } from 'node:child_process';
import { cp, mkdtemp, rm } from 'node:fs/promises';
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
import { findSparkPython } from '../fixtures/spark-session.ts';
import { compareTables, noDifference, writeSparkPlan } from '../fixtures/spark-tables.ts';

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
});
