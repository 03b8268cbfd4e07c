import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  all,
  any,
  before,
  between,
  ifPresent,
  lasts,
  not,
  notAfter,
  oneOf,
  type Predicate,
  present,
} from '../../apps/contract/predicate.ts';
import { evaluate } from '../../tests/fixtures/evaluate-rules.ts';
import { predicate, predicateClock, predicateRow } from '../../tests/fixtures/random-predicates.ts';
import { implies } from './implies.ts';

/** Predicates that have to do with each other: a random one, and what may be made of it. */
const related: fc.Arbitrary<[Predicate, Predicate]> = fc
  .tuple(predicate, predicate)
  .chain(([one, other]) =>
    fc.constantFrom<[Predicate, Predicate]>(
      [one, other],
      [all(one, other), other],
      [one, any(other, one)],
      [one, ifPresent('i', one)],
      [all(one, other), any(one, other)],
      [any(one, other), one],
      [ifPresent('i', one), ifPresent('i', other)],
    ),
  );

test('what follows by the form holds for every row', () => {
  let followed = 0;
  fc.assert(
    fc.property(related, fc.array(predicateRow, { minLength: 20, maxLength: 20 }), ([given, asked], rows) => {
      if (!implies(given, asked)) return;
      followed++;
      for (const row of rows)
        if (evaluate(given, row, predicateClock) === true) expect(evaluate(asked, row, predicateClock)).toBe(true);
    }),
    { numRuns: 3000 },
  );
  expect(followed).toBeGreaterThan(500);
});

const range = (atLeast: number, more: object = {}) => between('i', { atLeast, ...more });

test.each<[string, Predicate, Predicate, boolean]>([
  ['a narrower range', range(1, { atMost: 5 }), range(0, { atMost: 6 }), true],
  ['a wider range', range(0, { atMost: 6 }), range(1, { atMost: 6 }), false],
  ['an open range', range(1), range(1, { atMost: 6 }), false],
  ['an end that is excluded', range(1, { below: 6 }), range(1, { atMost: 6 }), true],
  ['an end that is included', range(1, { atMost: 6 }), range(1, { below: 6 }), false],
  ['fewer values', oneOf('i', [1, 2]), oneOf('i', [1, 2, 3]), true],
  ['more values', oneOf('i', [1, 2, 3]), oneOf('i', [1, 2]), false],
  ['values in a range', oneOf('i', [1, 2]), range(1, { below: 3 }), true],
  ['a value outside', oneOf('i', [1, 3]), range(1, { below: 3 }), false],
  ['another column', oneOf('j', [1]), oneOf('i', [1]), false],
  ['a comparison knows its values', range(0), present('i'), true],
  ['what may be missing', ifPresent('i', range(0)), present('i'), false],
  ['what may not be missing', range(0), ifPresent('i', range(0)), true],
  ['before is not after', before('i', 'j'), notAfter('i', 'j'), true],
  ['not after is not before', notAfter('i', 'j'), before('i', 'j'), false],
  ['a shorter time', lasts('t', 'u', { atLeast: '2m', below: '1h' }), lasts('t', 'u', { atLeast: '90s' }), true],
  ['a longer time', lasts('t', 'u', { below: '2h' }), lasts('t', 'u', { below: '60m' }), false],
  ['an opposite is not looked into', not(range(0)), not(range(1)), false],
  ['one of two', any(range(2), range(3)), range(2), true],
])('%s', (_, given, asked, expected) => {
  expect(implies(given, asked)).toBe(expected);
});
