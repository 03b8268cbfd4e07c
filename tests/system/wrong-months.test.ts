// Months with mistakes that real pipelines make, from the shared generator: each is refused by the check that is named here, or loads as it says.
import { execFileSync } from 'node:child_process';
import { existsSync, writeSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { summaryOf } from '../../apps/contract/dataset.ts';
import { green } from '../../apps/contract/green.ts';
import { monthlyTable } from '../../apps/contract/names.ts';
import { withDuckDb } from '../../apps/platform/duckdb.ts';
import { repository } from '../fixtures/npm-start.ts';
import { type ProgramEnd, startProgram } from '../fixtures/run-program.ts';
import { findSparkPython, useSpark } from '../fixtures/spark-session.ts';
import { loadOnBoth, noDifference } from '../fixtures/spark-tables.ts';
import { findTestPython } from '../fixtures/test-python.ts';

const shared = join(repository, '..', 'shared');
const source = join(shared, 'data', 'green_tripdata_2024-01.parquet');
const make = join(shared, 'faults', 'make.py');
const python = existsSync(source) && existsSync(make) ? await findTestPython('writers') : undefined;
if (python === undefined)
  writeSync(2, 'wrong-months.test.ts is skipped: it needs ../shared/faults/make.py and the real green month\n');
const sparkPython = await findSparkPython();
const asOf = '2026-11-01T00:00:00Z';
const fileName = 'green_tripdata_2024-01.parquet';

/** Fault → the check that refuses it, where one does. */
const refused: Readonly<Record<string, string>> = {
  times_as_12_hour_text: 'check cast_lpep_pickup_datetime: got 0 % of the values of lpep_pickup_datetime can be cast',
  fares_in_cents: 'fare_median',
  every_row_twice: 'check repeated_rows: got 50.01 % of the rows repeat another row, expected at most 1 %',
  one_pickup_zone: 'check pickup_zones: got 1 distinct values of PULocationID, expected at least 20',
  half_of_it_broken: 'check triaged_rows: got 53.65 % of the rows break a rule and would be triaged, expected at most 43 %',
  last_years_month: 'check in_month: got 0 % of the rows lie in 2024-01, expected at least 90 %',
};
/** Fault → reasons of triage that the good month does not have, and drift that it does not have. */
const loaded: Readonly<Record<string, { readonly casts?: Readonly<Record<string, number>>; readonly drift?: string }>> = {
  nan_fare_amount: { casts: { cast_fare_amount: 3 } },
  nan_tip_amount: { casts: { cast_tip_amount: 3 } },
  nan_trip_distance: { casts: { cast_trip_distance: 3 } },
  // The generator writes the nulls of the column as NaN, too: 3,415 and three more.
  nan_passenger_count: { casts: { cast_passenger_count: 3418 } },
  nan_among_plausible_fares: { casts: { cast_fare_amount: 5 } },
  infinite_distance: { casts: { cast_trip_distance: 2 } },
  instants_in_utc: { drift: 'lpep_pickup_datetime TIMESTAMP_MICROS_UTC as timestamp in America/New_York' },
  null_typed_fee: { drift: 'ehail_fee NULL as double' },
  unknown_column: { drift: 'surge_factor unknown, left out' },
  fares_shuffled: {},
};

describe.skipIf(python === undefined)('a month that', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'taxiway-faults-'));
    execFileSync(python as string, [make, source, folder]);
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  const fileOf = (fault: string) => join(folder, fault, fileName);
  const suite = join(repository, 'apps/validate/expectations/green.json');
  const validate = (fault: string, ...more: string[]): Promise<ProgramEnd> =>
    startProgram(
      'validate',
      ['--file', fileOf(fault), '--suite', suite, '--as-of', asOf, '--report', join(folder, fault, 'report'), ...more],
      {},
    ).ended;
  const etl = (fault: string): Promise<ProgramEnd> => {
    const place = join(folder, fault);
    const flags = ['--category', 'green', '--mode', 'batch', '--file', fileOf(fault), '--as-of', asOf];
    return startProgram('etl', [...flags, '--warehouse', join(place, 'w.duckdb'), '--plan', join(place, 'plan.json')], {}).ended;
  };

  test.each(Object.entries(refused))('has %s is refused, the report shows why, and a reason lets it in', async (fault, line) => {
    const { code, stderr } = await validate(fault);
    expect(code).toBe(1);
    expect(stderr.trimEnd().split('\n').at(-1)).toContain(line);
    const page = await readFile(join(folder, fault, 'report', 'index.html'), 'utf8');
    expect(page).toContain('Refused');
    const accepted = await validate(fault, '--accept', 'checked by hand');
    expect({ code: accepted.code, reason: accepted.result.accepted.reason }).toEqual({ code: 0, reason: 'checked by hand' });
    expect(await readFile(join(folder, fault, 'report', 'index.html'), 'utf8')).toContain('checked by hand');
  });

  test.each(Object.entries(loaded))('has %s loads, and both steps count alike', async (fault, { casts = {}, drift }) => {
    const judged = await validate(fault);
    expect(judged.code).toBe(0);
    const filled = await etl(fault);
    expect(filled.code).toBe(0);
    const [file] = filled.result.files;
    expect(judged.result.brokenRules).toEqual(file.brokenRules);
    expect(judged.result.triaged).toBe(file.triage);
    expect(file.read).toBe(file.clean + file.triage);
    const castsOf = Object.fromEntries(Object.entries(file.brokenRules).filter(([name]) => name.startsWith('cast_')));
    expect(castsOf).toEqual(casts);
    if (drift) expect(judged.result.drift).toContain(drift);
    // No sum is NaN or infinite.
    await withDuckDb(join(folder, fault, 'w.duckdb'), async (connection) => {
      const { dataset, table } = monthlyTable('green');
      const sums = Object.keys(summaryOf(green).figures);
      const reader = await connection.runAndReadAll(
        `SELECT count(*) FILTER (WHERE ${sums.map((name) => `NOT isfinite(${name})`).join(' OR ')}) FROM ${dataset}.${table}`,
      );
      expect(Number(reader.getRowsJS()[0]?.[0])).toBe(0);
    });
  });

  test('has instants gives the same rows as the wall-clock times that they are', async () => {
    const plain = await startProgram(
      'etl',
      [
        '--category',
        'green',
        '--mode',
        'batch',
        '--file',
        source,
        '--as-of',
        asOf,
        '--warehouse',
        join(folder, 'plain.duckdb'),
        '--plan',
        join(folder, 'plan.json'),
      ],
      {},
    ).ended;
    expect((await etl('instants_in_utc')).result.files).toEqual(plain.result.files);
  });

  test('has two columns of one name is refused by name in every step', async () => {
    const names = /columns fare_amount and Fare_Amount both are "fare_amount"/;
    const manifest = join(folder, 'files.json');
    const uri = `file://${fileOf('two_fares_by_case')}`;
    await writeFile(
      manifest,
      JSON.stringify({
        version: 2,
        files: [{ uri, name: fileName, bytes: 1, state: 'copied', source: uri, sourceVersion: '' }],
        failed: [],
      }),
    );
    const groups = startProgram(
      'schema-groups',
      ['--category', 'green', '--manifest', manifest, '--groups', join(folder, 'groups.json')],
      {},
    ).ended;
    for (const end of await Promise.all([groups, validate('two_fares_by_case'), etl('two_fares_by_case')])) {
      expect(end.code).toBe(1);
      expect(end.stderr).toMatch(names);
    }
  });

  describe.skipIf(sparkPython === undefined)('on Spark', () => {
    const lab = useSpark(sparkPython);
    test.each(Object.keys(loaded))('has %s gives equal tables', async (fault) => {
      const place = await lab.place();
      const { spark, duckdb, differences } = await loadOnBoth(lab, green, {
        folder: place,
        files: [fileOf(fault)],
        mode: 'batch',
        asOf,
      });
      expect(spark.stderr).toBe('');
      expect(differences).toEqual(noDifference(green));
      expect(spark.result).toMatchObject(duckdb);
    });
  });
});
