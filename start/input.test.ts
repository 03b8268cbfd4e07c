import { expect, test } from 'vitest';
import { green } from '../apps/contract/green.ts';
import { sortFiles } from './input.ts';

test('files of other categories and other kinds are left out, months come oldest first', () => {
  const names = [
    'green_tripdata_2024-01.parquet',
    'green_tripdata_2020-04.parquet',
    'taxi_zones.csv',
    'yellow_tripdata_2025-02.sample.parquet',
  ];
  expect(sortFiles(green, names, 'in')).toEqual({
    months: ['2020-04', '2024-01'],
    ignored: ['taxi_zones.csv', 'yellow_tripdata_2025-02.sample.parquet'],
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
