import fc from 'fast-check';
import { expect, test } from 'vitest';
import { categories } from '../contract/generated/categories.ts';
import { parseBucketUri } from '../platform/bucket-uri.ts';
import type { Arrival } from './arrival.ts';
import { toMonthFile } from './month-file.ts';
import { workflowName } from './workflow.ts';

const datasets = Object.values(categories);
const object = (key: string, more: Partial<Arrival> = {}): Arrival => ({
  bucket: 'source',
  key,
  sequencer: 'A1',
  version: undefined,
  size: 4,
  time: undefined,
  ...more,
});

test.each([
  ['yellow_tripdata_2024-01.parquet', 'yellow', '2024-01-01', 's3://source/yellow_tripdata_2024-01.parquet'],
  ['green_tripdata_2009-12.parquet', 'green', '2009-12-01', 's3://source/green_tripdata_2009-12.parquet'],
  [
    'a b/;$(rm -rf)/green_tripdata_2024-02.parquet',
    'green',
    '2024-02-01',
    's3://source/a%20b/%3B%24(rm%20-rf)/green_tripdata_2024-02.parquet',
  ],
])('%s is a month of %s', (key, category, runDate, uri) => {
  expect(toMonthFile(object(key), datasets)).toEqual({
    uri,
    filename: key.slice(key.lastIndexOf('/') + 1),
    run_date: runDate,
    category,
  });
});

test.each([
  ['yellow_tripdata_2024-13.parquet', 'no data set has files of that name'],
  ['yellow_tripdata_2024-00.parquet', 'no data set has files of that name'],
  ['yellow_tripdata_.parquet', 'no data set has files of that name'],
  ['yellow_tripdata_2024-01.parquet.tmp', 'no data set has files of that name'],
  ['yellow_tripdata_2024-01.parquet/', 'no data set has files of that name'],
  ['pink_tripdata_2024-01.parquet', 'no data set has files of that name'],
  ['yellow_tripdata_2024-01.parquet;$(rm -rf)', 'no data set has files of that name'],
  ['', 'no data set has files of that name'],
  ['archive/yellow_tripdata_2024-01.parquet', 'no data set has files of that name'],
  ['a/_temporary/0/yellow_tripdata_2024-01.parquet', 'no data set has files of that name'],
  ['.staging/yellow_tripdata_2024-01.parquet', 'no data set has files of that name'],
  ['a/../yellow_tripdata_2024-01.parquet', 'its key holds what no path may hold'],
  ['./yellow_tripdata_2024-01.parquet', 'its key holds what no path may hold'],
  ['a\nb/yellow_tripdata_2024-01.parquet', 'its key holds what no path may hold'],
  ['a\u0000/yellow_tripdata_2024-01.parquet', 'its key holds what no path may hold'],
  ['a\u2028/yellow_tripdata_2024-01.parquet', 'its key holds what no path may hold'],
  ['\ud800/yellow_tripdata_2024-01.parquet', 'its key holds what no path may hold'],
  ['{{workflow.name}}/yellow_tripdata_2024-01.parquet', 'its key holds what no path may hold'],
  [`${'a'.repeat(1000)}/yellow_tripdata_2024-01.parquet`, 'its key is longer than S3 allows'],
])('%j is none: %s', (key, reason) => {
  expect(toMonthFile(object(key), datasets)).toEqual({ not: reason });
});

test('an object without bytes is none; one of unknown size may be', () => {
  expect(toMonthFile(object('yellow_tripdata_2024-01.parquet', { size: 0 }), datasets)).toEqual({ not: 'it is empty' });
  expect(toMonthFile(object('yellow_tripdata_2024-01.parquet', { size: undefined }), datasets)).toMatchObject({
    category: 'yellow',
  });
});

test('property: what is handed over leads back to the object, whatever its folder, and no expression is in it', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
      const key = `${text}/yellow_tripdata_2024-01.parquet`;
      const file = toMonthFile(object(key), datasets);
      if ('not' in file) return;
      expect(parseBucketUri('s3', file.uri)).toEqual({ bucket: 'source', key });
      expect(JSON.stringify(file)).not.toMatch(/\{\{|\\|\s/);
    }),
  );
});

test('property: names of workflows are DNS labels, the same for the same version, and others for others', () => {
  const text = fc.string({ unit: 'grapheme', maxLength: 300 });
  const file = toMonthFile(object('yellow_tripdata_2024-01.parquet'), datasets);
  if ('not' in file) throw new Error(file.not);
  fc.assert(
    fc.property(text, text, text, (bucket, key, sequencer) => {
      const name = workflowName(file, object(key, { bucket, sequencer }));
      expect(name).toMatch(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/);
      expect(workflowName(file, object(key, { bucket, sequencer, time: 'x', size: 9 }))).toBe(name);
      expect(workflowName(file, object(key, { bucket, sequencer: `${sequencer}1` }))).not.toBe(name);
      expect(workflowName(file, object(`${bucket}${key}`, { bucket: '', sequencer }))).not.toBe(bucket === '' ? '' : name);
    }),
  );
});
