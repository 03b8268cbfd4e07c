import { expect, test } from 'vitest';
import { logicalOf } from '../column-type.ts';
import { type FileColumn, type ParquetType, plainTypes } from '../file-schema.ts';
import { yellow } from '../yellow.ts';
import { toCasts } from './casts.ts';

const usual: FileColumn[] = yellow.columns.map(
  (column): FileColumn => ({
    name: column.name,
    type: plainTypes[logicalOf(column.type)],
  }),
);
const without = (name: string) => usual.filter((column) => column.name !== name);
const withType = (name: string, type: ParquetType) => usual.map((column) => (column.name === name ? { name, type } : column));

test('a file of the usual schema needs no cast and has no problem', () => {
  const plan = toCasts(yellow, usual);
  expect(plan.problems).toEqual([]);
  expect(plan.casts.map((cast) => cast.source)).toEqual(yellow.columns.map((column) => column.name));
});

test('an alias is found, an optional column may lack, an unknown one is left out', () => {
  const columns = [
    ...without('airport_fee').filter((column) => column.name !== 'cbd_congestion_fee'),
    { name: 'Airport_fee', type: 'DOUBLE' as const },
    { name: 'request_source', type: 'STRING' as const },
  ];
  const plan = toCasts(yellow, columns);
  expect(plan.problems).toEqual([]);
  expect(plan.ignored).toEqual(['request_source']);
  expect(plan.casts.find((cast) => cast.column === 'airport_fee')?.source).toBe('Airport_fee');
  expect(plan.casts.find((cast) => cast.column === 'cbd_congestion_fee')).toEqual({
    column: 'cbd_congestion_fee',
    to: 'double',
    source: null,
    from: 'NULL',
  });
});

test.each<[string, FileColumn[], string]>([
  ['lacks a column', without('fare_amount'), 'no column "fare_amount"'],
  [
    'has a column under two names',
    [...usual, { name: 'Airport_fee', type: 'DOUBLE' }],
    'columns airport_fee and Airport_fee both are "airport_fee"',
  ],
  ['has a nested column', withType('VendorID', 'OTHER'), 'column "VendorID" is OTHER, which can\'t become int'],
  [
    'has numbers for times',
    withType('tpep_pickup_datetime', 'INT64'),
    'column "tpep_pickup_datetime" is INT64, which can\'t become timestamp',
  ],
])('a file that %s is refused', (_, columns, problem) => {
  expect(toCasts(yellow, columns).problems).toEqual([problem]);
});

test('words for no value are known where a column is text, and nowhere else', () => {
  const dataset = { ...yellow, files: { ...yellow.files, nulls: ['NA', ' '] } };
  const { casts } = toCasts(dataset, withType('fare_amount', 'STRING'));
  expect(casts.filter(({ nulls }) => nulls !== undefined).map(({ column, nulls }) => [column, nulls])).toEqual([
    ['store_and_fwd_flag', ['NA', ' ']],
    ['fare_amount', ['NA', ' ']],
  ]);
});
