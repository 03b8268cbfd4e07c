import { expect, test } from 'vitest';
import type { Dataset } from './dataset.ts';
import { defineDataset } from './define-dataset.ts';
import { yellow } from './yellow.ts';

test.each<[string, Partial<Dataset>, string]>([
  [
    'CSV of Parquet',
    { files: { name: 'y_{YYYYMM}.parquet', csv: { delimiter: ';' } } },
    'files.csv goes with CSV, but files.name "y_{YYYYMM}.parquet" is of Parquet',
  ],
  [
    'a delimiter of two characters',
    { files: { name: 'y_{YYYYMM}.csv', csv: { delimiter: '||' } } },
    'files.csv.delimiter "||" must be one character',
  ],
  [
    'a delimiter that is the quote',
    { files: { name: 'y_{YYYYMM}.csv', csv: { delimiter: '"' } } },
    'files.csv.delimiter "\\"" is the quote, too',
  ],
  [
    'an unknown encoding',
    { files: { name: 'y_{YYYYMM}.csv', csv: { encoding: 'utf-7' } } },
    'files.csv.encoding "utf-7" is not known; expected a name of the Encoding Standard',
  ],
  ['a word twice', { files: { name: 'y_{YYYYMM}.csv', nulls: ['NA', 'NA'] } }, 'files.nulls: "NA" is listed twice'],
])('refuses %s', (_, change, problem) => {
  expect(() => defineDataset({ ...yellow, ...change })).toThrow(problem);
});
