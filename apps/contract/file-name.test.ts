import fc from 'fast-check';
import { expect, test } from 'vitest';
import { addMonths, asStaged, fileNameOf, monthOfFile, shownFileName, toStagedName } from './file-name.ts';
import { green } from './green.ts';
import { yellow } from './yellow.ts';

const rides = { ...yellow, files: { name: 'JC-{YYYYMM}-tripdata.parquet' } };
const bare = { ...yellow, files: { name: '{YYYY-MM}.parquet' } };

test('a month comes back from its file name', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 12 * 9999 }), fc.constantFrom(yellow, rides, bare), (index, dataset) => {
      const month = addMonths('0000-01', index);
      expect(monthOfFile(dataset, fileNameOf(dataset, month))).toBe(month);
      expect(addMonths(addMonths(month, 7), -7)).toBe(month);
    }),
  );
});

test.each([
  'yellow_tripdata_2024-13.parquet',
  'yellow_tripdata_2024-00.parquet',
  'yellow_tripdata_2024-1.parquet',
  'yellow_tripdata.parquet',
  'yellow_tripdata_2024-01.parquet.tmp',
  'yellow_tripdata_2024-01.sample.parquet',
  'green_tripdata_2024-01.parquet',
  '',
])('%s carries no month of yellow', (name) => {
  expect(monthOfFile(yellow, name)).toBeUndefined();
});

test('a name is written and read in its own form', () => {
  expect([yellow, rides, bare].map((dataset) => fileNameOf(dataset, '2024-01'))).toEqual([
    'yellow_tripdata_2024-01.parquet',
    'JC-202401-tripdata.parquet',
    '2024-01.parquet',
  ]);
  expect([yellow, rides].map(shownFileName)).toEqual(['yellow_tripdata_YYYY-MM.parquet', 'JC-YYYYMM-tripdata.parquet']);
  for (const name of [
    'JC-2024-01-tripdata.parquet',
    'JC-202413-tripdata.parquet',
    'JC-202401-tripdata.csv',
    'JC-tripdata.parquet',
    'JC-',
  ])
    expect(monthOfFile(rides, name)).toBeUndefined();
});

test.each([
  ['JC-{YYYYMM}-tripdata.csv.zip', 'JC-202401-tripdata.csv.zip', 'JC-202401-tripdata.parquet'],
  ['{YYYY-MM}.csv.gz', '2024-01.csv.gz', '2024-01.parquet'],
  ['r_{YYYY-MM}.csv', 'r_2024-01.csv', 'r_2024-01.parquet'],
  ['{YYYYMM}-a.zip', '202401-a.zip', '202401-a.parquet'],
  ['r_{YYYY-MM}.parquet', 'r_2024-01.parquet', 'r_2024-01.parquet'],
])('files %s are Parquet in staging', (name, file, staged) => {
  const dataset = { ...yellow, files: { name } };
  expect(fileNameOf(dataset, '2024-01')).toBe(file);
  expect(toStagedName(file)).toBe(staged);
  expect(monthOfFile(asStaged(dataset), staged)).toBe('2024-01');
});

test('months go over the years', () => {
  expect(addMonths('2023-12', 1)).toBe('2024-01');
  expect(addMonths('2024-01', -1)).toBe('2023-12');
  expect(monthOfFile(green, 'green_tripdata_2020-02.parquet')).toBe('2020-02');
});
