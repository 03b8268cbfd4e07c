import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { allDatasets } from '../categories.ts';
import type { Dataset } from '../dataset.ts';
import { defineDataset } from '../define-dataset.ts';
import { green } from '../green.ts';
import { all, any, between, ifPresent, lasts, matches, not, notAfter, oneOf, present } from '../predicate.ts';
import { yellow } from '../yellow.ts';
import { toExpectationSuite } from './expectations.ts';

const { at: pickup, until: dropoff = '' } = yellow.time;

test('speaks of no column that some files lack or spell otherwise', () => {
  for (const dataset of allDatasets) {
    const uncertain = new Set(dataset.columns.filter((column) => column.optional || column.aliases).map(({ name }) => name));
    const named = toExpectationSuite(dataset).expectations.flatMap(({ kwargs }) =>
      [kwargs.column, kwargs.column_A, kwargs.column_B, kwargs.column_set].flat(),
    );
    expect(named.filter((name) => uncertain.has(name as string))).toEqual([]);
  }
});

test('says each thing once', () => {
  const keys = toExpectationSuite(yellow).expectations.map(({ type, kwargs: { mostly: _, ...rest } }) =>
    JSON.stringify([type, rest]),
  );
  expect(new Set(keys).size).toBe(keys.length);
});

test('a made-up category needs no other edit', () => {
  const scooter = defineDataset({
    ...yellow,
    category: 'scooter',
    columns: [...yellow.columns, { name: 'battery', type: 'int', description: 'Charge.', codes: { 1: 'low', 2: 'full' } }],
    rules: [
      { name: 'battery', description: 'Some.', holds: oneOf('battery', [1, 2]) },
      { name: 'miles', description: 'Short.', holds: between('trip_distance', { atLeast: 0, below: 9 }) },
    ],
    expectations: [{ type: 'expect_table_row_count_to_be_between', kwargs: { min_value: 7 }, severity: 'info' }],
  });
  const { name, expectations } = toExpectationSuite(scooter);
  expect(name).toBe('scooter');
  expect(expectations).toContainEqual({
    type: 'expect_column_values_to_be_in_set',
    kwargs: { column: 'battery', value_set: [1, 2], mostly: 0.95 },
    meta: { from: 'codes' },
    severity: 'warning',
  });
  expect(expectations).toContainEqual({
    type: 'expect_column_values_to_be_between',
    kwargs: { column: 'trip_distance', min_value: 0, max_value: 9, strict_max: true, mostly: 0.75 },
    meta: { from: 'rule miles' },
    severity: 'warning',
  });
  expect(expectations.at(-1)).toMatchObject({ kwargs: { min_value: 7 }, severity: 'info' });
});

test('a key is unique: by its one column, or by all of them together', () => {
  const uniqueness = (key: readonly string[]) =>
    toExpectationSuite(defineDataset({ ...yellow, category: 'scooter', key })).expectations.filter(
      ({ meta }) => meta.from === 'key',
    );
  expect(uniqueness(['VendorID'])).toEqual([
    { type: 'expect_column_values_to_be_unique', kwargs: { column: 'VendorID' }, meta: { from: 'key' }, severity: 'critical' },
  ]);
  expect(uniqueness(['VendorID', pickup])).toEqual([
    {
      type: 'expect_compound_columns_to_be_unique',
      kwargs: { column_list: ['VendorID', pickup] },
      meta: { from: 'key' },
      severity: 'critical',
    },
  ]);
  expect(toExpectationSuite(yellow).expectations.filter(({ meta }) => meta.from === 'key')).toEqual([]);
});

test('says of a rule what an expectation can say, and nothing where it may be missing', () => {
  const { expectations } = toExpectationSuite(
    defineDataset({
      ...yellow,
      rules: [
        { name: 'order', description: 'In order.', holds: notAfter(pickup, dropoff) },
        {
          name: 'flag',
          description: 'One letter.',
          holds: ifPresent('store_and_fwd_flag', all(present('store_and_fwd_flag'), matches('store_and_fwd_flag', '[A-Z]'))),
        },
        { name: 'long', description: 'Not long.', holds: any(lasts(pickup, dropoff, { below: '1d' }), not(present('extra'))) },
      ],
      expectations: [],
    }),
  );
  const ofRules = expectations.filter(({ meta }) => String(meta.from).startsWith('rule '));
  expect(ofRules.map(({ type, kwargs: { mostly: _, ...kwargs } }) => [type, kwargs])).toEqual([
    ['expect_column_pair_values_a_to_be_greater_than_b', { column_A: dropoff, column_B: pickup, or_equal: true }],
    ['expect_column_values_to_match_regex', { column: 'store_and_fwd_flag', regex: '^(?:[A-Z])$' }],
  ]);
});

test.each(allDatasets.map((dataset) => [dataset.category, dataset] as const))(
  'the suite of %s that validate reads is the derived one',
  (category, dataset) => {
    const written = JSON.parse(readFileSync(new URL(`../../validate/expectations/${category}.json`, import.meta.url), 'utf8'));
    expect(written).toEqual(JSON.parse(JSON.stringify(toExpectationSuite(dataset))));
  },
);

test('the promised number of rows is a warning; nothing is expected where nothing is promised', () => {
  const { promises: _, ...silent } = green;
  const rowsOf = (dataset: Dataset) =>
    toExpectationSuite(dataset).expectations.filter(({ type }) => type === 'expect_table_row_count_to_be_between');
  const made = (kwargs: object) => ({ kwargs, severity: 'warning', meta: { from: 'promises' } });
  expect(rowsOf({ ...green, promises: { rowsPerMonth: { atLeast: 5, atMost: 9 } } })[0]).toMatchObject(
    made({ min_value: 5, max_value: 9 }),
  );
  expect(rowsOf({ ...green, promises: { rowsPerMonth: { atMost: 9 } } })[0]?.kwargs).toEqual({ max_value: 9 });
  expect(rowsOf(silent)).toHaveLength(1);
});
