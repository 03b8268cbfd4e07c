// Whether one predicate follows from another, by their forms alone: a rule that follows from those before lets every clean row stay clean.
import { isDeepStrictEqual } from 'node:util';
import { toSeconds } from '../../apps/contract/duration.ts';
import { columnsNeeded, type Predicate } from '../../apps/contract/predicate.ts';

/** True where every row that keeps `given` keeps `asked`. False where that is not so, or can't be seen from the forms. */
export function implies(given: Predicate, asked: Predicate): boolean {
  if (isDeepStrictEqual(given, asked)) return true;
  if (asked.op === 'all') return asked.predicates.every((part) => implies(given, part));
  if (given.op === 'any') return given.predicates.length > 0 && given.predicates.every((part) => implies(part, asked));
  if (given.op === 'all' && given.predicates.some((part) => implies(part, asked))) return true;
  if (asked.op === 'any') return asked.predicates.some((part) => implies(given, part));
  if (asked.op === 'if-present') {
    if (given.op === 'if-present' && given.column === asked.column) return implies(given.holds, asked.holds);
    return implies(given, asked.holds);
  }
  return asked.op === 'present' ? columnsNeeded(given).includes(asked.column) : impliesSame(given, asked);
}

function impliesSame(given: Predicate, asked: Predicate): boolean {
  if (!('column' in given) || !('column' in asked) || given.column !== asked.column) return false;
  if (asked.op === 'between') {
    if (given.op === 'one-of') return given.values.every((value) => typeof value === 'number' && isInside(value, asked));
    return given.op === 'between' && given.atLeast >= asked.atLeast && endsBefore(given, asked);
  }
  if (asked.op === 'one-of') return given.op === 'one-of' && given.values.every((value) => asked.values.includes(value));
  if (asked.op === 'not-after') return given.op === 'before' && given.other === asked.other;
  if (asked.op !== 'lasts' || given.op !== 'lasts' || given.other !== asked.other) return false;
  const seconds = (bound: string | undefined, open: number) => (bound === undefined ? open : (toSeconds(bound) ?? Number.NaN));
  return (
    seconds(given.atLeast, Number.NEGATIVE_INFINITY) >= seconds(asked.atLeast, Number.NEGATIVE_INFINITY) &&
    seconds(given.below, Number.POSITIVE_INFINITY) <= seconds(asked.below, Number.POSITIVE_INFINITY)
  );
}

type Range = Extract<Predicate, { op: 'between' }>;

const isInside = (
  value: number,
  { atLeast, atMost = Number.POSITIVE_INFINITY, below = Number.POSITIVE_INFINITY }: Range,
): boolean => value >= atLeast && value <= atMost && value < below;

/** Each bound above that is asked for is given, or a stricter one. */
function endsBefore(given: Range, { atMost, below }: Range): boolean {
  const isAtMost = (bound: number) =>
    (given.atMost ?? Number.POSITIVE_INFINITY) <= bound || (given.below ?? Number.POSITIVE_INFINITY) <= bound;
  const isBelow = (bound: number) =>
    (given.atMost ?? Number.POSITIVE_INFINITY) < bound || (given.below ?? Number.POSITIVE_INFINITY) <= bound;
  return (atMost === undefined || isAtMost(atMost)) && (below === undefined || isBelow(below));
}
