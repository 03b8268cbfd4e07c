// What the design that Taxiway replaces gets wrong between a file and its tables. One check a fault, applied to both: ours hold it, the old way does not,
// and the old way without just that fault does. What is right is counted by hand from the rows.
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { addMonths, firstDayOf } from '../../apps/contract/file-name.ts';
import { biView, dimensionTable, featureTable, type TableName } from '../../apps/contract/names.ts';
import { taxiZones } from '../../apps/contract/taxi-zones.ts';
import { yellow } from '../../apps/contract/yellow.ts';
import { sparkEnvironment } from '../../apps/etl/spark-engine.ts';
import { toJobLabels } from '../../apps/load/bigquery-load.ts';
import { toTargets } from '../../apps/load/targets.ts';
import { readSchemaGroups } from '../../apps/plan/schema-groups.ts';
import { withDuckDb } from '../../apps/platform/duckdb.ts';
import { ensurePythonEnvironment } from '../../workflows/python-env.ts';
import { brokenRules, type Row } from '../fixtures/evaluate-rules.ts';
import { repository } from '../fixtures/npm-start.ts';
import { writeMonths } from '../fixtures/random-trips.ts';
import { type EtlFault, loadLikeReference } from '../fixtures/reference-etl.ts';
import { startProgram } from '../fixtures/run-program.ts';
import { runPython } from '../fixtures/run-python.ts';
import { findSparkPython } from '../fixtures/spark-session.ts';

const { at: pickup, until: dropoff = '' } = yellow.time;
const asOf = '2024-03-05T00:00:00Z';

/** A trip of so many minutes that keeps every rule. */
function trip(time: string, minutes: number, more: Row = {}): Row {
  const end = new Date(Date.parse(`${time.replace(' ', 'T')}Z`) + minutes * 60_000);
  return {
    ...Object.fromEntries(yellow.columns.map(({ name, type }) => [name, type === 'string' ? 'N' : 1])),
    [pickup]: time,
    [dropoff]: end.toISOString().slice(0, 19).replace('T', ' '),
    fare_amount: 10,
    PULocationID: 7,
    DOLocationID: 8,
    ...more,
  };
}

/** In the files of both months. */
const nextMonthsFirst = trip('2024-02-01 00:00:00', 60, { DOLocationID: 103 });
/** Zone 7 is busiest at 10, as the whole month is, zone 56 at 20; rules are null in three rows. */
const months: Readonly<Record<string, readonly Row[]>> = {
  '2024-01': [
    ...['2024-01-03', '2024-01-04', '2024-01-31'].map((day) => trip(`${day} 10:15:00`, 30)),
    ...['20:00:00', '20:30:00', '05:00:00'].map((time) => trip(`2024-01-05 ${time}`, 15, { PULocationID: 56 })),
    trip('2024-01-06 10:00:00', 10, { passenger_count: null }),
    trip('2024-01-07 10:00:00', 10, { RatecodeID: null, fare_amount: null }),
    trip('2024-01-08 10:00:00', 10, { fare_amount: 2.49 }),
    nextMonthsFirst,
  ],
  '2024-02': [
    nextMonthsFirst,
    trip('2024-02-10 10:00:00', 20, { DOLocationID: 103 }),
    trip('2024-02-10 10:10:00', 20),
    trip('2024-02-29 23:59:59', 20, { VendorID: null }),
  ],
};

let folder: string;
let files: string[];
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'reference-faults-'));
  files = await writeMonths(join(folder, 'files'), months);
  const uris = files.map((file) => pathToFileURL(file).href);
  const groups = await readSchemaGroups(yellow, uris);
  await writeFile(join(folder, 'groups.json'), JSON.stringify(groups));
  await load('duckdb');
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const warehouseOf = (name: string) => join(folder, `${name}.duckdb`);
const planOf = (name: string) => join(folder, `${name}.json`);

/** All history by our own program, into `<engine>.duckdb`. */
async function load(engine: 'duckdb' | 'spark'): Promise<void> {
  const history = ['--category', 'yellow', '--mode', 'initial_load', '--as-of', asOf, '--groups', join(folder, 'groups.json')];
  const place = ['--engine', engine, '--warehouse', warehouseOf(engine), '--plan', planOf(engine)];
  const { code, stderr } = await startProgram('etl', [...history, ...place], {}).ended;
  expect([code, code === 0 ? '' : stderr]).toEqual([0, '']);
}

async function read(warehouse: string, sql: string): Promise<Record<string, unknown>> {
  const rows = await withDuckDb(warehouse, async (connection) => (await connection.runAndReadAll(sql)).getRowsJS());
  return Object.fromEntries(rows.map(([key, ...values]) => [String(key), values.map(Number)]));
}

/** Month → rows in clean, rows in triage by their file, trips in the monthly table. */
const countRows = (warehouse: string) => {
  const count = (table: string, time: string, column: number) =>
    `SELECT strftime(${time}, '%Y-%m') AS month, ${[0, 1, 2].map((at) => (at === column ? 1 : 0))} FROM ${table}`;
  return read(
    warehouse,
    `SELECT month, sum(c), sum(t), sum(m) FROM (${count('staging.yellow_clean', pickup, 0)} UNION ALL ${count('staging.yellow_triage', 'source_month', 1)}
      UNION ALL SELECT strftime(first_day_of_month, '%Y-%m'), 0, 0, trip_count FROM historical.yellow_monthly) AS rows(month, c, t, m)
      GROUP BY month ORDER BY month`,
  );
};
const tripsIn = (month: string) => (months[month] ?? []).filter((row) => String(row[pickup]).startsWith(month));
const rowsByHand = Object.fromEntries(
  Object.entries(months).map(([month, trips]) => {
    const clock = { month: firstDayOf(month), next: firstDayOf(addMonths(month, 1)), asOf: '2024-03-05 00:00:00' };
    const clean = trips.filter((row) => brokenRules(yellow, row, clock).length === 0).length;
    return [month, [clean, trips.length - clean, tripsIn(month).length]];
  }),
);

/** Pickup zone of January's groups of clean trips → hours driven, busiest hour. */
const sumUpZones = (warehouse: string) =>
  read(
    warehouse,
    `SELECT pickup_zone, sum(total_duration_hours), max(busiest_hour_of_day) FROM historical.yellow_monthly
      WHERE first_day_of_month = DATE '2024-01-01' GROUP BY pickup_zone ORDER BY pickup_zone`,
  );
const zonesByHand = { 7: [2, 10], 56: [0.75, 20] };

const faults: readonly [EtlFault, (warehouse: string) => Promise<object>, expected: object, loads: number][] = [
  ['null rows', countRows, rowsByHand, 1],
  ['append', countRows, rowsByHand, 2],
  ['between', countRows, rowsByHand, 1],
  ['seconds', sumUpZones, zonesByHand, 1],
  ['global hour', sumUpZones, zonesByHand, 1],
];

describe.each(faults)('%s', (fault, check, expected, loads) => {
  test('ours is right', async () => {
    for (let more = loads - 1; more > 0; more--) await load('duckdb');
    expect(await check(warehouseOf('duckdb'))).toEqual(expected);
  });

  test('the old way is wrong, by this fault alone', async () => {
    const found: object[] = [];
    for (const chosen of [[], [fault]]) {
      const warehouse = warehouseOf(`${fault}-${chosen.length}`);
      for (let left = loads; left > 0; left--)
        await loadLikeReference(warehouse, { files, months: Object.keys(months), faults: chosen });
      found.push(await check(warehouse));
    }
    expect(found[0]).toEqual(expected);
    expect(found[1]).not.toEqual(expected);
  });
});

const python = await findSparkPython();
describe.skipIf(python === undefined)('on Spark', () => {
  test('ours is right', async () => {
    await load('spark');
    for (const [, check, expected] of faults) expect(await check(warehouseOf('spark'))).toEqual(expected);
  });

  test('the old way loses the rows whose rules are null, and a month that is loaded again is there twice', async () => {
    const [january, february] = files as [string, string];
    const script = join(repository, 'benchmarks', 'peers', 'etl_reference_spark.py');
    const place = join(folder, 'peer');
    await promisify(execFile)(python as string, [script, place, january, february, february], {
      env: { ...process.env, ...sparkEnvironment },
    });
    await withDuckDb(warehouseOf('peer'), async (connection) => {
      for (const [table, from] of [
        ['staging.yellow_clean', `'${place}/clean/*.parquet'`],
        ['staging.yellow_triage', `(SELECT *, ${pickup} AS source_month FROM '${place}/triage/*.parquet')`],
        [
          'historical.yellow_monthly',
          `(SELECT DATE '2024-01-01' AS first_day_of_month, trip_count FROM '${place}/monthly/*.parquet')`,
        ],
      ]) {
        await connection.run(`CREATE SCHEMA IF NOT EXISTS ${table?.split('.')[0]}`);
        await connection.run(`CREATE TABLE ${table} AS FROM ${from}`);
      }
    });
    const [[first, triaged], [again, triagedAgain]] = Object.values(await countRows(warehouseOf('peer'))) as [number[], number[]];
    const [clean, cleanAgain] = Object.values(rowsByHand).map(([kept]) => kept as number);
    expect([first, again]).toEqual([clean, 2 * (cleanAgain as number)]);
    // The cheap trip and January's one of February: three others, one of them twice, are nowhere.
    expect([triaged, triagedAgain]).toEqual([1, 1]);
  });
});

test("triage's cost is found under its own label", () => {
  const targets = toTargets(yellow, { project: 'taxiway-test', datasetPrefix: '' }, '2024-01-01');
  const labels = targets.map((target) => toJobLabels({ target, run: 'batch-x', category: 'yellow' }).table);
  expect(labels).toEqual(['clean-202401', 'triage-202401', 'monthly-202401']);
});

describe('behind the tables', () => {
  const nameOf = ({ dataset, table }: TableName) => `${dataset}.${table}`;
  const features = nameOf(featureTable('yellow', 'fare'));
  const warehouse = () => warehouseOf('duckdb');
  const run = (...sql: readonly string[]) =>
    withDuckDb(warehouse(), async (connection) => {
      for (const one of sql) await connection.run(one);
    });
  const dbt = async (...args: readonly string[]) => {
    const flags = ['--category', 'yellow', '--warehouse', warehouse(), '--docs', join(folder, 'docs'), ...args];
    const here = { app: 'dbt', file: 'run.py', python: await ensurePythonEnvironment('dbt') };
    const { code, stderr } = await runPython(here, flags, { HOME: folder });
    expect([code, code === 0 ? '' : stderr]).toEqual([0, '']);
  };
  beforeAll(() => dbt('--full-refresh'));

  /** Month → trips in a table of trips. */
  const countTrips = (table: string) =>
    read(warehouse(), `SELECT strftime(date, '%Y-%m'), count(*) FROM ${table} GROUP BY ALL ORDER BY ALL`);
  const cleanByHand = Object.fromEntries(Object.entries(rowsByHand).map(([month, [clean]]) => [month, [clean]]));

  test('zones 56 and 103 are there once, and joins keep the number of trips', async () => {
    expect(await countTrips(features)).toEqual(cleanByHand);
    const trips = `(SELECT first_day_of_month AS date FROM ${nameOf(biView('yellow'))}, range(trip_count))`;
    const inMonths = Object.fromEntries(Object.keys(months).map((month) => [month, [tripsIn(month).length]]));
    expect(await countTrips(trips)).toEqual(inMonths);

    const join = (zones: string) =>
      countTrips(`(SELECT CAST(${pickup} AS DATE) AS date FROM staging.yellow_clean
        JOIN ${zones} AS p ON p.location_id = PULocationID JOIN ${zones} AS d ON d.location_id = DOLocationID)`);
    const zones = nameOf(dimensionTable(taxiZones));
    await run(
      'CREATE SCHEMA IF NOT EXISTS old',
      `CREATE OR REPLACE TABLE old.zones AS FROM ${zones} UNION ALL FROM ${zones} WHERE location_id IN (56, 103)`,
    );
    expect(await join(zones)).toEqual(cleanByHand);
    expect(await join('old.zones')).not.toEqual(cleanByHand);
  });

  test('a month that the feature table takes twice is there once', async () => {
    const before = await countTrips(features);
    await run('CREATE SCHEMA IF NOT EXISTS old', `CREATE OR REPLACE TABLE old.features AS FROM ${features}`);
    await dbt('--run-date', '2024-02-01');
    expect([before, await countTrips(features)]).toEqual([cleanByHand, cleanByHand]);
    // What dbt makes of an incremental model without a key: an INSERT of what the model selects.
    await run(`INSERT INTO old.features FROM ${features} WHERE date >= DATE '2024-02-01'`);
    expect(await countTrips('old.features')).not.toEqual(cleanByHand);
  });
});
