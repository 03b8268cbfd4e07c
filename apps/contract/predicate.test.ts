import fc from 'fast-check';
import { expect, test } from 'vitest';
import { evaluate } from '../../tests/fixtures/evaluate-rules.ts';
import { predicate, predicateClock, predicateRow } from '../../tests/fixtures/random-predicates.ts';
import { findPatternProblem } from './pattern.ts';
import { any, before, columnsNeeded, columnsRead, ifPresent, not, present } from './predicate.ts';

test('a column that is needed has a value wherever the predicate holds', () => {
  fc.assert(
    fc.property(predicate, predicateRow, (one, row) => {
      fc.pre(evaluate(one, row, predicateClock) === true);
      expect(columnsNeeded(one).filter((column) => row[column] === null)).toEqual([]);
      const read = columnsRead(one);
      expect(columnsNeeded(one).filter((column) => !read.includes(column))).toEqual([]);
    }),
    { numRuns: 2000 },
  );
});

test.each([
  [before('a', 'b'), ['a', 'b']],
  [any(before('a', 'b'), present('a')), ['a']],
  [not(before('a', 'b')), ['a', 'b']],
  [not(present('a')), []],
  [ifPresent('a', present('b')), []],
])('%j needs %j', (one, needed) => {
  expect(columnsNeeded(one)).toEqual(needed);
});

test.each(['[A-Z]\\d{2}', '(?:a|b)+', "O'Neil", '[^,]*', 'é', '[\\w\\-]?'])('the pattern %s is taken', (pattern) => {
  expect(findPatternProblem(pattern)).toBeUndefined();
});

test.each(['', 'a.b', '(a)', 'a++', '[a&&b]', '\\s', '(?=a)', '[[:digit:]]', 'a{2', '[z-a]', '(?:a', '\\b', '^a', 'a$', '[]'])(
  'the pattern %j is refused, since engines read it in different ways or not at all',
  (pattern) => {
    expect(findPatternProblem(pattern)).toBeTypeOf('string');
  },
);
