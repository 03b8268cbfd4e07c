import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { expectationTypes } from './expectation-types.ts';
import { readSuite } from './suite.ts';

test('reads the suite of the reference design, in the format of 0.18', () => {
  const json = JSON.parse(readFileSync(new URL('fixtures/reference-yellow-suite.json', import.meta.url), 'utf8'));
  const suite = readSuite(json, 'reference.json');
  expect(suite.name).toBe('yellow');
  expect(suite.expectations).toHaveLength(15);
  expect(suite.expectations.every(({ severity }) => severity === 'warning')).toBe(true);
});

test('names every problem at once', () => {
  const expectations = [
    { type: 'expect_column_values_to_be_prime', kwargs: { column: 'a' } },
    { type: 'expect_column_values_to_not_be_null', kwargs: { column: 'a', row_condition: 'b > 1', mostly: 2 } },
    { kwargs: {} },
  ];
  expect(() => readSuite({ name: 'x', expectations }, 'x.json')).toThrow(
    /^x\.json: 4 problems: expectations\[0\] expect_column_values_to_be_prime: not supported; the nearest is .*expectations\[1\].*mostly.*row_condition.*expectations\[2\]: it has no type$/,
  );
});

test.each([[{}], [[]], ['x'], [{ expectations: [] }], [{ expectations: [{ type: 'constructor' }] }]])('refuses %j', (json) => {
  expect(() => readSuite(json, 'x.json')).toThrow(/^x\.json: /);
});

test('knows about 40 kinds', () => {
  expect(Object.keys(expectationTypes).length).toBeGreaterThanOrEqual(38);
  expect(Object.keys(expectationTypes).every((name) => name.startsWith('expect_'))).toBe(true);
});
