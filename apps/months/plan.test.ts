import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { addMonths, fileNameOf, firstDayOf } from '../contract/file-name.ts';
import { green } from '../contract/green.ts';
import { yellow } from '../contract/yellow.ts';
import { keyOf, type MonthRecord, type Records } from '../plan/month-records.ts';
import type { StoredObject } from '../platform/object-storage.ts';
import { planBackfill } from './backfill.ts';
import { findMissingMonths } from './freshness.ts';
import { findMonths, type MonthFile } from './month-files.ts';

const source = 's3://source/';
const now = Date.UTC(2026, 0, 1);

const fileOf = (month: string, version = 'v1', bytes = 50 << 20): MonthFile => ({
  category: 'yellow',
  month,
  filename: fileNameOf(yellow, month),
  uri: `${source}${fileNameOf(yellow, month)}`,
  bytes,
  version,
  changedAt: now - 3_600_000,
});
const recordsOf = (files: readonly MonthFile[]): Records =>
  new Map(
    files.map(({ version, ...file }) => [keyOf(file), { ...file, version: 1, sourceVersion: version } satisfies MonthRecord]),
  );
const planOf = (files: readonly MonthFile[], records: Records, [from, to] = ['2023-01', '2023-12']) =>
  planBackfill({ dataset: yellow, source, files, doubles: [], records, from: from as string, to: to as string });
const year = Array.from({ length: 12 }, (_, index) => fileOf(addMonths('2023-01', index)));

describe('backfill', () => {
  test('what is done with the same version is skipped; nothing is done twice, nothing is left out', () => {
    fc.assert(
      fc.property(fc.subarray(year), fc.subarray(year), (recorded, overwritten) => {
        const files = year.map((file) => (overwritten.includes(file) ? { ...file, version: 'v2' } : file));
        const { plan } = planOf(files, recordsOf(recorded));
        const done = recorded.filter((file) => !overwritten.includes(file));
        expect(plan.skipped).toBe(done.length);
        expect(plan.months.map((one) => one.run_date)).toEqual(
          year.filter((file) => !done.includes(file)).map(({ month }) => firstDayOf(month)),
        );
        expect(plan.bytes).toBe(plan.months.length * (50 << 20));
        // Once all of that is recorded, there is nothing to do.
        expect(planOf(files, recordsOf(files)).plan).toMatchObject({ months: [], bytes: 0, skipped: 12, cost: { usd: 0 } });
      }),
    );
  });

  test('the parameters of a batch', () => {
    expect(planOf(year, new Map(), ['2023-02', '2023-02']).plan.months).toEqual([
      {
        category: 'yellow',
        uri: 's3://source/yellow_tripdata_2023-02.parquet',
        filename: 'yellow_tripdata_2023-02.parquet',
        run_date: '2023-02-01',
      },
    ]);
  });

  test('months without a file are named, with those that there are', () => {
    expect(() => planOf([...year.slice(0, 2), ...year.slice(4, 11)], new Map())).toThrow(
      's3://source/: no yellow file for 2023-03 to 2023-04, 2023-12; there is 2023-01 to 2023-02, 2023-05 to 2023-11; ' +
        'change --from and --to, or add yellow_tripdata_YYYY-MM.parquet',
    );
    expect(() => planOf([], new Map())).toThrow('there is none;');
  });

  test('the table fits a screen, with 3 months and with 600', () => {
    const { table } = planOf(year, recordsOf(year.slice(0, 1)), ['2023-01', '2023-03']);
    expect(table.split('\n')).toEqual([
      '2023-01    50.0 MiB  done',
      '2023-02    50.0 MiB  to do',
      '2023-03    50.0 MiB  to do',
      'to do     100.0 MiB  2 of 3 months',
      expect.stringMatching(/^expected cost: \$0\.03 \(an estimate, not a bill; BigQuery on demand at \$6\.25 a TiB/),
    ]);
    const many = Array.from({ length: 600 }, (_, index) => fileOf(addMonths('1960-01', index)));
    const years = planOf(many, new Map(), ['1960-01', '2009-12']).table.split('\n');
    expect(years).toHaveLength(52);
    expect(years[0]).toBe('1960      600.0 MiB  12 of 12 months to do');
  });
});

describe('freshness', () => {
  test('finds what has no record and what was overwritten, and leaves what has just changed', () => {
    const overwritten = fileOf('2023-02', 'v2');
    const young = { ...fileOf('2023-03'), changedAt: now - 599_999 };
    const fromTheFuture = { ...fileOf('2023-04'), changedAt: now + 3_600_000 };
    const files = [fileOf('2023-01'), overwritten, young, fromTheFuture, fileOf('2023-05')];
    const found = findMissingMonths({ files, records: recordsOf([fileOf('2023-01'), fileOf('2023-02')]), now });
    expect(found.months.map(({ run_date }) => run_date)).toEqual(['2023-02-01', '2023-04-01', '2023-05-01']);
    expect(found.waiting).toBe(1);
    expect(findMissingMonths({ files, records: recordsOf(files), now })).toEqual({ months: [], waiting: 0 });
  });
});

describe('the files of the source', () => {
  const storageOf = (names: readonly string[]) => ({
    async *list(): AsyncIterable<StoredObject> {
      for (const name of names) yield { uri: `${source}${name}`, name, bytes: 1, version: 'v', changedAt: 0 };
    },
  });
  const find = (...names: string[]) => findMonths(storageOf(names) as never, source, [yellow, green]);

  test('are sorted by category and month; others are counted', async () => {
    const { files, ignored } = await find(
      'b/yellow_tripdata_2023-02.parquet',
      'yellow_tripdata_2023-13.parquet',
      'a/yellow_tripdata_2023-01.parquet',
      'yellow_tripdata_2023-01.parquet.bak',
      'green_tripdata_2024-01.parquet',
      'notes.txt',
    );
    expect(files.map(keyOf)).toEqual(['green/2024-01', 'yellow/2023-01', 'yellow/2023-02']);
    expect(ignored).toBe(3);
  });

  test('two objects for one month are named and block that month alone', async () => {
    const { files, doubles } = await find(
      'a/yellow_tripdata_2023-01.parquet',
      'b/yellow_tripdata_2023-01.parquet',
      'yellow_tripdata_2023-02.parquet',
    );
    const uris = [`${source}a/yellow_tripdata_2023-01.parquet`, `${source}b/yellow_tripdata_2023-01.parquet`];
    expect(files.map(({ month }) => month)).toEqual(['2023-02']);
    expect(doubles).toEqual([{ category: 'yellow', month: '2023-01', uris }]);
    const range = { from: '2023-01', to: '2023-02' };
    const { plan, table } = planBackfill({ dataset: yellow, source, files, doubles, records: new Map(), ...range });
    expect([plan.months.map(({ run_date }) => run_date), plan.doubles]).toEqual([['2023-02-01'], doubles]);
    expect(table.split('\n')[0]).toBe(
      `2023-01  left out: ${uris.join(' and ')} are of the same month; remove all but one, the month waits until then`,
    );
  });
});
