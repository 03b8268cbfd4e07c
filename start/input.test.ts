import { expect, test } from 'vitest';
import { green } from '../apps/contract/green.ts';
import { sortFiles } from './input.ts';

const csv = { ...green, files: { name: 'r_{YYYYMM}.csv.zip' } };

test('files of other categories and other kinds are left out, months come oldest first', () => {
  const names = [
    'green_tripdata_2024-01.parquet',
    'green_tripdata_2020-04.parquet',
    'taxi_zones.csv',
    'yellow_tripdata_2025-02.sample.parquet',
  ];
  expect(sortFiles(green, names, 'in')).toEqual({
    files: [
      { month: '2020-04', name: 'green_tripdata_2020-04.parquet' },
      { month: '2024-01', name: 'green_tripdata_2024-01.parquet' },
    ],
    ignored: ['taxi_zones.csv', 'yellow_tripdata_2025-02.sample.parquet'],
  });
});

test("a data set's own files are taken, though those of another begin alike", () => {
  const rides = { ...green, category: 'rides', files: { name: 'green_tripdata_{YYYYMM}.parquet' } };
  expect(sortFiles(rides, ['green_tripdata_202401.parquet', 'green_tripdata_2024-01.parquet'], 'in')).toEqual({
    files: [{ month: '2024-01', name: 'green_tripdata_202401.parquet' }],
    ignored: ['green_tripdata_2024-01.parquet'],
  });
});

test.each([
  [
    ['green_tripdata_2024-01.parquet', 'green_tripdata.parquet'],
    'green_tripdata.parquet: the name carries no month of a green file; expected green_tripdata_YYYY-MM.parquet; rename or remove it',
  ],
  [['trips.parquet', 'a.parquet'], 'rename or remove them'],
  [['readme.md'], 'no green file there; expected green_tripdata_YYYY-MM.parquet, found readme.md'],
  [[], 'found nothing'],
])('%j is refused', (names, message) => {
  expect(() => sortFiles(green, names, 'in')).toThrow(message);
});

test('a CSV file may end as any CSV file does, and a month has one', () => {
  expect(
    sortFiles(csv, ['r_202402.zip', 'r_202401.csv', 'r_202312.csv.gz', 'r_202311.csv.zip', 'r_202310.parquet'], 'in'),
  ).toEqual({
    files: [
      { month: '2023-11', name: 'r_202311.csv.zip' },
      { month: '2023-12', name: 'r_202312.csv.gz' },
      { month: '2024-01', name: 'r_202401.csv' },
      { month: '2024-02', name: 'r_202402.zip' },
    ],
    ignored: ['r_202310.parquet'],
  });
  expect(() => sortFiles(csv, ['r_202401.csv.zip', 'r_202401.csv'], 'in')).toThrow(
    '--input in: r_202401.csv, r_202401.csv.zip are of the same month; remove all but one',
  );
});
