// What the Spark runner is handed wrong ends with one line and the right exit code, and leaves the tables as they were.
import { execFile } from 'node:child_process';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { yellow } from '../../apps/contract/yellow.ts';
import type { Plan } from '../../apps/plan/plan-schema.ts';
import { repository } from '../fixtures/npm-start.ts';
import { row, writeMonths } from '../fixtures/random-trips.ts';
import { findSparkPython, useSpark } from '../fixtures/spark-session.ts';
import { compareTables, loadOnSpark, noDifference, writeSparkPlan } from '../fixtures/spark-tables.ts';

const python = await findSparkPython();
const load = { mode: 'batch', asOf: '2024-03-05T00:00:00Z' } as const;

describe.skipIf(python === undefined)('the Spark runner', () => {
  const lab = useSpark(python);
  let february: string;
  beforeAll(async () => {
    const trips = fc.sample(row, { numRuns: 300, seed: 5 });
    for (const months of [{ '2024-01': trips }, { '2024-02': trips }]) {
      const [file] = (await writeMonths(join(lab.folder, 'files'), months)) as [string];
      february = file;
      const planned = await writeSparkPlan(yellow, [file], { ...load, warehouse: join(lab.folder, 'before.duckdb') });
      expect((await loadOnSpark(lab, { ...planned, warehouse: join(lab.folder, 'before.duckdb') })).code).toBe(0);
    }
  });

  /** Plans the month anew into the same tables, changes the plan, runs it. */
  async function runChanged(change: (plan: Plan) => object, file = february) {
    const planned = await writeSparkPlan(yellow, [file], { ...load, warehouse: join(lab.folder, 'before.duckdb'), change });
    return lab.runPlan(planned.path, join(lab.folder, 'result.json'));
  }

  /** The Parquet tables still hold what was loaded before. */
  async function expectUnchanged() {
    const again = join(lab.folder, 'again.duckdb');
    await rm(again, { force: true });
    const { loadParquet } = await import('../../apps/etl/load-parquet.ts');
    for (const month of ['2024-01', '2024-02']) {
      const file = join(lab.folder, 'files', `yellow_tripdata_${month}.parquet`);
      const { plan } = await writeSparkPlan(yellow, [file], { ...load, warehouse: join(lab.folder, 'before.duckdb') });
      await loadParquet(plan, again);
    }
    expect(await compareTables(yellow, join(lab.folder, 'before.duckdb'), again)).toEqual(noDifference(yellow));
  }

  const withSink = (plan: Plan, changes: object) => ({
    ...plan,
    sinks: { ...plan.sinks, clean: { ...plan.sinks.clean, ...changes } },
  });

  test.each<[string, (plan: Plan) => object, number, RegExp]>([
    [
      'a plan of another version',
      (plan) => ({ ...plan, version: 1 }),
      2,
      /this plan is of version 1, but this runner runs version 3; use the etl step and the Spark image of one release$/,
    ],
    ['a plan without sinks', ({ sinks, ...plan }) => plan, 2, /not a plan: data must contain .*sinks/],
    ['a field that the schema does not know', (plan) => ({ ...plan, append: true }), 2, /not a plan: .*append/],
    [
      'a partition that is no month',
      (plan) => withSink(plan, { datePartition: '202413' }),
      2,
      /not a plan: data\.sinks\.clean\.datePartition/,
    ],
    [
      'a partition of another month',
      (plan) => withSink(plan, { datePartition: '202403' }),
      2,
      /staging\.yellow_clean: mode overwrite_partition into partition "202403" does not fit batch of 2024-02-01/,
    ],
    ['a plan for DuckDB', (plan) => ({ ...plan, engine: 'duckdb' }), 2, /the plan is for duckdb; make one with --engine spark/],
    [
      'a month twice',
      (plan) => ({ ...plan, sources: [...plan.sources, ...plan.sources] }),
      2,
      /two files are of the month 2024-02-01/,
    ],
    [
      'a footer that promises another number of rows',
      (plan) => ({
        ...plan,
        sources: plan.sources.map((source) => ({
          ...source,
          files: source.files.map((file) => ({ ...file, rows: file.rows + 1 })),
        })),
      }),
      1,
      /yellow_tripdata_2024-02\.parquet: read 301, but clean \d+ \+ triage \d+ \+ outside retention 0 is 300; nothing was changed$/,
    ],
    [
      'a query that loses rows whose rules are null',
      (plan) => ({
        ...plan,
        sinks: {
          ...plan.sinks,
          triage: {
            ...plan.sinks.triage,
            query: plan.sinks.triage.query.replace(/WHERE \(([\s\S]*)\) IS NOT TRUE$/, 'WHERE NOT ($1)'),
          },
        },
      }),
      1,
      /read 300, but clean \d+ \+ triage \d+ .*nothing was changed$/,
    ],
  ])('%s', async (_, change, code, message) => {
    const answer = await runChanged(change);
    expect(answer.stderr.trim().split('\n')).toHaveLength(1);
    expect(answer.stderr.trim()).toMatch(message);
    expect(answer.code).toBe(code);
    await expectUnchanged();
  });

  test('a file that was deleted between plan and run', async () => {
    const answer = await runChanged((plan) => ({
      ...plan,
      sources: plan.sources.map((source) => ({
        ...source,
        files: source.files.map((file) => ({ ...file, uri: file.uri.replace('2024-02', '2024-02-gone') })),
      })),
    }));
    expect([answer.code, answer.stderr.trim()]).toEqual([
      2,
      expect.stringMatching(/^spark: .*2024-02-gone\.parquet.*\(there is no such file\)$/),
    ]);
    await expectUnchanged();
  });

  test('a file with damaged pages', async () => {
    const [file] = (await writeMonths(join(lab.folder, 'damaged'), { '2024-02': fc.sample(row, { numRuns: 400, seed: 6 }) })) as [
      string,
    ];
    const bytes = await readFile(file);
    bytes.fill(0xff, 4, 4000);
    await writeFile(file, bytes);
    const answer = await runChanged((plan) => plan, file);
    expect([answer.code, answer.stderr]).toEqual([1, expect.stringContaining("a file can't be read; fetch it again")]);
    await expectUnchanged();
  });

  test('a table whose other months have a column of another type', async () => {
    const answer = await runChanged((plan) => ({
      ...withSink(plan, {
        query: `SELECT * REPLACED ${plan.sinks.clean.query}`.replace(
          'SELECT * REPLACED SELECT `VendorID`',
          'SELECT CAST(`VendorID` AS STRING) AS `VendorID`',
        ),
        schema: plan.sinks.clean.schema.map((column) => (column.name === 'VendorID' ? { ...column, type: 'string' } : column)),
      }),
    }));
    expect([answer.code, answer.stderr]).toEqual([
      2,
      expect.stringContaining(
        'staging.yellow_clean: column "VendorID" is bigint in the table, but the plan says string; run a full refresh',
      ),
    ]);
    await expectUnchanged();
  });

  test('a query that Spark does not understand: the plan is a file, so it can be damaged or of another release', async () => {
    const answer = await runChanged((plan) => withSink(plan, { query: 'SELECT nonsense FROM source' }));
    expect([answer.code, answer.stderr]).toEqual([
      2,
      expect.stringMatching(/^spark: .*nonsense.*write the plan again with the etl step of this release\)\n$/),
    ]);
    await expectUnchanged();
  });

  test('by itself the runner needs its flags and a plan, and says so before Spark starts', async () => {
    const run = async (...flags: string[]) =>
      promisify(execFile)(python as string, [join(repository, 'apps', 'spark', 'runner.py'), ...flags]).then(
        () => ({ code: 0, stderr: '' }),
        (error: { code: number; stderr: string }) => ({ code: error.code, stderr: error.stderr.trim() }),
      );
    expect(await run('--plan', 'x.json')).toEqual({ code: 2, stderr: expect.stringContaining('--result') });
    expect(await run('--plan', '/nowhere/x.json', '--result', 'r.json')).toEqual({
      code: 2,
      stderr: 'spark: /nowhere/x.json: there is no such file or folder (ENOENT); check the path and its permissions',
    });
    const broken = join(lab.folder, 'broken.json');
    await writeFile(broken, '{"version": 2');
    expect(await run('--plan', broken, '--result', 'r.json')).toEqual({ code: 2, stderr: expect.stringMatching(/not JSON/) });
    await rename(broken, `${broken}.done`);
  });
});
