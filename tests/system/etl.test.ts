// The etl step on small random files, against the rules evaluated row by row, and against kills, reruns and other orders.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { summaryOf } from '../../apps/contract/dataset.ts';
import { addMonths, firstDayOf } from '../../apps/contract/file-name.ts';
import { monthlyTable } from '../../apps/contract/names.ts';
import { yellow } from '../../apps/contract/yellow.ts';
import { runOnDuckDb } from '../../apps/etl/duckdb-engine.ts';
import { toPlan } from '../../apps/etl/plan.ts';
import type { EtlResult } from '../../apps/etl/result.ts';
import { newestMonth } from '../../apps/etl/warehouse.ts';
import type { Mode } from '../../apps/plan/plan-schema.ts';
import { readSchemaGroups } from '../../apps/plan/schema-groups.ts';
import { withDuckDb } from '../../apps/platform/duckdb.ts';
import { brokenRules, type Row } from '../fixtures/evaluate-rules.ts';
import { row, rows, type Writer, writeMonths } from '../fixtures/random-trips.ts';

let folder: string;
let serial = 0;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'taxiway-etl-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const asOf = '2024-03-05T00:00:00Z';
const { at: pickup, until: dropoff = '' } = yellow.time;
const writeFiles = (months: Readonly<Record<string, readonly Row[]>>, writer?: Writer) =>
  writeMonths(join(folder, String(serial++)), months, writer);

async function load(
  files: string[],
  warehouse: string,
  { mode = 'batch', retentionMonths }: { mode?: Mode; retentionMonths?: number } = {},
): Promise<EtlResult> {
  const plan = toPlan(yellow, {
    groups: await readSchemaGroups(yellow, files),
    engine: 'duckdb',
    destination: { format: 'duckdb' },
    mode,
    asOf,
    retentionMonths,
    newestLoaded: await newestMonth(warehouse, monthlyTable('yellow')),
  });
  return runOnDuckDb(plan, warehouse);
}

/** Everything in the three tables, in an order of its own. */
const contentOf = (warehouse: string): Promise<string[][]> =>
  withDuckDb(warehouse, async (connection) => {
    const read = async (table: string) =>
      (await connection.runAndReadAll(`SELECT CAST(t AS VARCHAR) FROM ${table} t ORDER BY ALL`))
        .getRowsJS()
        .map(([text]) => String(text));
    return [await read('staging.yellow_clean'), await read('staging.yellow_triage'), await read('historical.yellow_monthly')];
  });

const newWarehouse = () => join(folder, `${serial++}.duckdb`);

test('each row is clean or triaged with exactly the rules that it breaks', async () => {
  await fc.assert(
    fc.asyncProperty(
      rows,
      rows,
      fc.constantFrom<Writer>('usual', 'text times and DOUBLE ids'),
      async (january, february, writer) => {
        const months = { '2024-01': january, '2024-02': february };
        const warehouse = newWarehouse();
        const { files } = await load(await writeFiles(months, writer), warehouse, { mode: 'initial_load' });
        for (const [month, trips] of Object.entries(months)) {
          const clock = { month: firstDayOf(month), next: firstDayOf(addMonths(month, 1)), asOf: '2024-03-05 00:00:00' };
          const broken = trips.map((trip) => brokenRules(yellow, trip, clock));
          const counts = new Map<string, number>();
          for (const rule of broken.flat()) counts.set(rule, (counts.get(rule) ?? 0) + 1);
          const file = files.find((one) => one.month === month);
          expect(file).toMatchObject({
            read: trips.length,
            clean: broken.filter((names) => names.length === 0).length,
            triage: broken.filter((names) => names.length > 0).length,
            outsideRetention: 0,
          });
          expect(file?.brokenRules).toEqual(Object.fromEntries(counts));
        }
      },
    ),
    { numRuns: 15 },
  );
});

test('the monthly table sums up every in-month row by group', async () => {
  await fc.assert(
    fc.asyncProperty(rows, async (trips) => {
      const warehouse = newWarehouse();
      await load(await writeFiles({ '2024-02': trips }), warehouse);
      const inMonth = trips.filter(
        (trip) =>
          String(trip[pickup]) >= '2024-02-01 00:00:00' && String(trip[pickup]) < '2024-03-01 00:00:00' && trip[pickup] !== null,
      );
      const groups = Map.groupBy(inMonth, (trip) =>
        JSON.stringify(Object.values(summaryOf(yellow).keys).map((column) => trip[column])),
      );
      const found = await withDuckDb(warehouse, async (connection) =>
        (await connection.runAndReadAll('SELECT * FROM historical.yellow_monthly')).getRowObjectsJS(),
      );
      expect(found.length).toBe(groups.size);
      for (const group of found) {
        const members =
          groups.get(
            JSON.stringify(
              Object.keys(summaryOf(yellow).keys).map((key) =>
                typeof group[key] === 'bigint' ? Number(group[key]) : group[key],
              ),
            ),
          ) ?? [];
        expect(Number(group.trip_count)).toBe(members.length);
        const fares = members.flatMap((trip) => (typeof trip.fare_amount === 'number' ? [trip.fare_amount] : []));
        if (fares.length === 0) expect(group.monthly_fare_amount).toBeNull();
        else
          expect(group.monthly_fare_amount).toBeCloseTo(
            fares.reduce((total, fare) => total + fare, 0),
            5,
          );
        const hours = members.map((trip) => Number(String(trip[pickup]).slice(11, 13)));
        const counts = Array.from({ length: 24 }, (_, hour) => hours.filter((other) => other === hour).length);
        expect(Number(group.busiest_hour_of_day)).toBe(counts.indexOf(Math.max(...counts)));
        const seconds = members.flatMap((trip) =>
          trip[dropoff] === null ? [] : [(Date.parse(`${trip[dropoff]}Z`) - Date.parse(`${trip[pickup]}Z`)) / 1000],
        );
        if (seconds.length > 0)
          expect(group.total_duration_hours).toBeCloseTo(seconds.reduce((total, one) => total + one, 0) / 3600, 6);
      }
    }),
    { numRuns: 12 },
  );
});

describe('a month', () => {
  const sampled = (seed: number, count = 40) => fc.sample(row, { numRuns: count, seed });

  test('twice, late, out of order or in a full load gives the same tables', async () => {
    const files = await writeFiles({ '2024-01': sampled(1), '2024-02': sampled(2), '2024-03': sampled(3) });
    const [first, second, third] = files as [string, string, string];
    const full = newWarehouse();
    await load(files, full, { mode: 'initial_load' });
    const expected = await contentOf(full);
    for (const order of [
      [first, second, third],
      [third, first, second, first],
      [second, second, third, first, third],
    ]) {
      const warehouse = newWarehouse();
      for (const file of order) await load([file], warehouse);
      expect(await contentOf(warehouse)).toEqual(expected);
    }
    await load(files, full, { mode: 'initial_load' });
    expect(await contentOf(full)).toEqual(expected);
  });

  test('that shrinks leaves nothing of its former rows', async () => {
    const warehouse = newWarehouse();
    await load(await writeFiles({ '2024-02': sampled(4) }), warehouse);
    const { rows: counts } = await load(await writeFiles({ '2024-02': [] }), warehouse);
    expect(counts).toEqual({ read: 0, clean: 0, triage: 0, outsideRetention: 0, monthly: 0 });
    expect((await contentOf(warehouse)).flat()).toEqual([]);
  });

  test('that cannot be read leaves the tables as they were', async () => {
    const warehouse = newWarehouse();
    await load(await writeFiles({ '2024-02': sampled(5) }), warehouse);
    const before = await contentOf(warehouse);
    const [file] = (await writeFiles({ '2024-02': sampled(6, 400) })) as [string];
    const bytes = await readFile(file);
    bytes.fill(0xff, 4, 4000);
    await writeFile(file, bytes);
    await expect(load([file], warehouse)).rejects.toMatchObject({ exitCode: 1 });
    expect(await contentOf(warehouse)).toEqual(before);
  });

  test('older than the retention is summed up and counted as outside', async () => {
    const files = await writeFiles({ '2023-11': sampled(7), '2024-01': sampled(8), '2024-02': sampled(9) });
    const warehouse = newWarehouse();
    const { files: loaded } = await load(files, warehouse, { mode: 'initial_load', retentionMonths: 2 });
    expect(loaded.map((file) => [file.month, file.outsideRetention])).toEqual([
      ['2023-11', 40],
      ['2024-01', 0],
      ['2024-02', 0],
    ]);
    const late = await load([files[0] as string], warehouse, { retentionMonths: 2 });
    expect(late.rows).toMatchObject({ read: 40, clean: 0, triage: 0, outsideRetention: 40 });
  });
});

test('values that cannot be cast become null, are named and counted', async () => {
  const trip = {
    ...(fc.sample(row, { numRuns: 1, seed: 1 })[0] as Row),
    VendorID: 1.5,
    passenger_count: 2,
    [pickup]: 'yesterday',
    [dropoff]: '2024-02-02 10:00:00',
  };
  const warehouse = newWarehouse();
  const { files } = await load(await writeFiles({ '2024-02': [trip] }, 'text times and DOUBLE ids'), warehouse);
  expect(files[0]?.brokenRules).toMatchObject({
    cast_VendorID: 1,
    [`cast_${pickup}`]: 1,
    vendor: 1,
    in_month: 1,
    pickup_before_dropoff: 1,
  });
  const triaged = await withDuckDb(warehouse, async (connection) =>
    (
      await connection.runAndReadAll(
        `SELECT VendorID, ${pickup}, source_file, CAST(source_month AS VARCHAR) FROM staging.yellow_triage`,
      )
    ).getRowsJS(),
  );
  expect(triaged).toEqual([[null, null, 'yellow_tripdata_2024-02.parquet', '2024-02-01']]);
});
