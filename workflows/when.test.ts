import { expect, test } from 'vitest';
import { parseWhen } from './when.ts';

test.each([
  ['{{inputs.parameters.retrain}} == true', '{{inputs.parameters.retrain}}', 'true', false],
  ['true!={{a}}', 'true', '{{a}}', true],
  ['  {{ a }} == {{b}}\n', '{{ a }}', '{{b}}', false],
  ['2024-01 == v1.2_3', '2024-01', 'v1.2_3', false],
])('%j', (written, left, right, negated) => {
  expect(parseWhen(written)).toEqual([{ left, right, negated }]);
});

test.each([
  '',
  'true',
  'a = b',
  'a == b == c',
  'a == b && c',
  'a == b && ',
  'a == b || c == d',
  "'a' == b",
  'a == ',
  '{{a} == b',
  '{{a}}b == c',
  'a > b',
  '{{=1}} == {{{b}}}',
])('refuses %j', (written) => {
  expect(() => parseWhen(written)).toThrow(`${JSON.stringify(written)}: the local runner knows "a == b" and "a != b"`);
});

test('comparisons that must all hold', () => {
  expect(parseWhen('{{a}} == true && {{b}} != c')).toEqual([
    { left: '{{a}}', right: 'true', negated: false },
    { left: '{{b}}', right: 'c', negated: true },
  ]);
});
