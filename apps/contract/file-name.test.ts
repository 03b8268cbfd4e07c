import fc from 'fast-check';
import { expect, test } from 'vitest';
import { addMonths, fileNameOf, monthOfFile } from './file-name.ts';
import { green } from './green.ts';
import { yellow } from './yellow.ts';

test('a month comes back from its file name', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 12 * 9999 }), (index) => {
      const month = addMonths('0000-01', index);
      expect(monthOfFile(yellow, fileNameOf(yellow, month))).toBe(month);
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

test('months go over the years', () => {
  expect(addMonths('2023-12', 1)).toBe('2024-01');
  expect(addMonths('2024-01', -1)).toBe('2023-12');
  expect(monthOfFile(green, 'green_tripdata_2020-02.parquet')).toBe('2020-02');
});
