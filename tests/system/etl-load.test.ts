// Months through a bucket into BigQuery: the tables of a DuckDB warehouse, month after month, late, empty, killed.
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { yellow } from '../../apps/contract/yellow.ts';
import { runOnDuckDb } from '../../apps/etl/duckdb-engine.ts';
import { toPlan } from '../../apps/etl/plan.ts';
import type { Mode } from '../../apps/plan/plan-schema.ts';
import { readSchemaGroups } from '../../apps/plan/schema-groups.ts';
import type { Row } from '../fixtures/evaluate-rules.ts';
import { findGcsServer } from '../fixtures/gcs-server.ts';
import { asOf, bucket, type LoadLab, startLoadLab } from '../fixtures/load-lab.ts';
import { writeMonths } from '../fixtures/random-trips.ts';
import { noDifference } from '../fixtures/spark-tables.ts';
import { patience } from '../fixtures/until.ts';
import { cleanTrips, mixed, trips } from '../fixtures/yellow-months.ts';

const tool = findGcsServer();
const { at: pickup, until: dropoff = '' } = yellow.time;
let serial = 0;

describe.skipIf(tool === undefined)('etl, then load', () => {
  let lab: LoadLab;
  beforeAll(async () => {
    lab = await startLoadLab(tool as string);
  });
  afterAll(() => lab?.stop());
  beforeEach(() => lab.reset());

  /** A file a month, in a folder of their own. */
  const write = (months: Readonly<Record<string, readonly Row[]>>) => writeMonths(join(lab.folder, String(serial++)), months);

  /** What DuckDB's own warehouse is after these loads. */
  async function toWarehouse(loads: readonly (readonly string[])[], mode: Mode = 'batch'): Promise<string> {
    const warehouse = join(lab.folder, `${serial++}.duckdb`);
    for (const files of loads) {
      const groups = await readSchemaGroups(yellow, files);
      await runOnDuckDb(toPlan(yellow, { groups, mode, asOf, engine: 'duckdb', destination: { format: 'duckdb' } }), warehouse);
    }
    return warehouse;
  }

  const jobTables = () =>
    [...lab.bigQuery().state.jobs.values()].map(({ request }) =>
      'load' in request.configuration ? request.configuration.load.destinationTable.tableId : 'query',
    );
  const load = async (file: string) => {
    const end = await lab.loadMonth(file, `${/\d{4}-\d{2}/.exec(file.split('/').at(-1) as string)?.[0]}-01`);
    expect([end.code, end.stderr.match(/^(?:etl|load): .*/gm)]).toEqual([0, null]);
    return end;
  };
  const loadAll = async (files: readonly string[], run: string) => {
    const groups = `gs://${bucket}/groups.json`;
    const read = await readSchemaGroups(
      yellow,
      files.map((file) => pathToFileURL(file).href),
    );
    await lab.gcs.client.bucket(bucket).file('groups.json').save(JSON.stringify(read));
    expect(await lab.startEtl({ mode: 'initial_load', groups }).ended).toMatchObject({ code: 0 });
    return lab.startLoad({ run }).ended;
  };

  test('a month with times at borders and in DST nights, nulls, NaN, infinity, 1970 and 2098', async () => {
    const extremes = ['NaN', 'Infinity', '-Infinity'].map((value, at) => ({ ...trips(100 + at, 1)[0], fare_amount: value }));
    const times = [
      '2024-02-01 00:00:00',
      '2024-02-29 23:59:59.999999',
      '2024-03-10 02:30:00',
      '2023-11-05 01:30:00',
      '1969-12-31 23:59:59.999999',
      '1970-01-01 00:00:00',
      '2098-12-31 23:59:59',
      '0001-01-01 00:00:00',
      '9999-12-31 23:59:59.999999',
    ].map((time, at) => ({ ...trips(200 + at, 1)[0], [pickup]: time, [dropoff]: time }));
    const files = await write({ '2024-03': [...cleanTrips('2024-03', 1, 48), ...trips(1, 12), ...extremes, ...times] as Row[] });
    const { result } = await load(files[0] as string);
    expect(await lab.compareWith(await toWarehouse([files]))).toEqual(noDifference(yellow));
    expect(result.rows.read).toBe(72);
    expect(result.rows.clean).toBeGreaterThanOrEqual(48);
    expect(result.jobs.map(({ table, rows }: { table: string; rows: number }) => [table, rows])).toEqual([
      ['dev_staging.yellow_clean$202403', result.rows.clean],
      ['dev_staging.yellow_triage$202403', result.rows.triage],
      ['dev_historical.yellow_monthly$202403', result.rows.monthly],
    ]);
    // Nothing is left of the scratch files.
    expect(await readdir(lab.scratch)).toEqual([]);
  });

  test('a full load, a month after it, and the years 1970 and 2098', async () => {
    const files = await write({
      '1970-01': mixed('1970-01', 2),
      '2023-11': mixed('2023-11', 3),
      '2024-02': mixed('2024-02', 4),
      '2098-12': mixed('2098-12', 5),
    });
    expect((await loadAll(files, 'first')).code).toBe(0);
    expect(jobTables()).toEqual(['yellow_clean', 'yellow_triage', 'yellow_monthly']);
    const warehouse = await toWarehouse([files], 'initial_load');
    expect(await lab.compareWith(warehouse)).toEqual(noDifference(yellow));
    const [november] = (await write({ '2023-11': mixed('2023-11', 6) })) as [string];
    await load(november);
    expect(
      await lab.compareWith(await toWarehouse([[files[0] as string], [files[2] as string], [files[3] as string], [november]])),
    ).toEqual(noDifference(yellow));
    // A full load replaces months, too.
    expect((await loadAll(files, 'again')).code).toBe(0);
    expect(await lab.compareWith(warehouse)).toEqual(noDifference(yellow));
  });

  test('months that are reloaded, late and empty', async () => {
    const [january, february] = (await write({ '2024-01': mixed('2024-01', 7), '2024-02': mixed('2024-02', 8) })) as [
      string,
      string,
    ];
    for (const file of [february, january, february]) await load(file);
    const expected = await toWarehouse([[january, february]], 'initial_load');
    expect(await lab.compareWith(expected)).toEqual(noDifference(yellow));
    const [empty] = (await write({ '2024-02': [] })) as [string];
    expect((await load(empty)).result.rows).toMatchObject({ read: 0, clean: 0, triage: 0, monthly: 0 });
    expect(await lab.compareWith(await toWarehouse([[january]]))).toEqual(noDifference(yellow));
    await load(february);
    expect(await lab.compareWith(expected)).toEqual(noDifference(yellow));
  });

  test('times that BigQuery does not know are triaged', async () => {
    const [late] = (await write({ '2024-02': [{ ...cleanTrips('2024-02', 13, 1)[0], [dropoff]: '10000-01-01 00:00:00' }] })) as [
      string,
    ];
    const { result } = await load(late);
    expect(result.files[0]).toMatchObject({ clean: 0, triage: 1, brokenRules: { [`cast_${dropoff}`]: 1 } });
  });

  test('etl killed at any moment: the next start fills the same folders, and nothing is announced before', async () => {
    const [file] = (await write({ '2024-02': mixed('2024-02', 10) })) as [string];
    for (const objects of [0, 1, 2, 3, 4]) {
      const removed = await lab.names();
      for (const name of removed) await lab.gcs.client.bucket(bucket).file(name).delete();
      const { child, ended } = lab.startEtl({ file });
      await vi.waitFor(async () => expect((await lab.names()).length).toBeGreaterThanOrEqual(objects), {
        timeout: patience,
        interval: 1,
      });
      child.kill('SIGKILL');
      await ended;
      const names = await lab.names('runs/');
      if (names.some((name) => name.endsWith('filled.json'))) expect(names).toHaveLength(4);
      await load(file);
      expect(await lab.compareWith(await toWarehouse([[file]]))).toEqual(noDifference(yellow));
    }
  });

  test.each([0, 1, 2, 3])('load killed after %s tables: the next start ends with the same tables', async (tables) => {
    const [file] = (await write({ '2024-02': mixed('2024-02', 10) })) as [string];
    expect((await lab.startEtl({ file }).ended).code).toBe(0);
    lab.bigQuery().state.pollsOfJobs = 2;
    const { child, ended } = lab.startLoad({ 'run-date': '2024-02-01' });
    const isFar = () => (tables === 0 ? lab.bigQuery().calls.length > 0 : jobTables().length === tables);
    await vi.waitFor(() => expect(isFar()).toBe(true), { timeout: patience, interval: 1 });
    child.kill('SIGKILL');
    await ended;
    // A month that is half there is not announced.
    if (tables < 3) expect([...lab.bigQuery().state.partitions.keys()].filter((key) => key.includes('monthly'))).toEqual([]);
    expect((await lab.startLoad({ 'run-date': '2024-02-01' }).ended).code).toBe(0);
    expect(await lab.compareWith(await toWarehouse([[file]]))).toEqual(noDifference(yellow));
  });

  test('flags that do not go together, and those that are missing', async () => {
    const [file] = (await write({ '2024-02': [] })) as [string];
    for (const [flags, says] of [
      [{ filled: undefined }, '--filled is missing'],
      [{ tables: undefined, filled: undefined }, 'expected --warehouse, or --tables and --filled'],
      [{ warehouse: join(lab.folder, 'a.duckdb') }, '--tables, --filled: not together with --warehouse'],
      [{ 'retention-months': '3' }, '--retention-months: of a DuckDB file alone'],
    ] as const) {
      const { code, stderr } = await lab.startEtl({ file, ...flags }).ended;
      expect([code, stderr]).toEqual([2, expect.stringContaining(says)]);
    }
  });
});
