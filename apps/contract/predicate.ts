// The vocabulary of rules: predicates as data, so that each engine renders them and a contradiction is found before any runs.
import type { Duration } from './duration.ts';

export type Predicate =
  | { readonly op: 'present'; readonly column: string }
  | { readonly op: 'one-of'; readonly column: string; readonly values: readonly (number | string | boolean)[] }
  | {
      readonly op: 'between';
      readonly column: string;
      readonly atLeast: number;
      readonly below?: number;
      readonly atMost?: number;
    }
  | { readonly op: 'matches'; readonly column: string; readonly pattern: string }
  | { readonly op: 'before' | 'not-after'; readonly column: string; readonly other: string }
  | ({ readonly op: 'lasts'; readonly column: string; readonly other: string } & DurationBounds)
  | { readonly op: 'before-as-of'; readonly column: string }
  | { readonly op: 'in-month'; readonly column: string }
  | { readonly op: 'if-present'; readonly column: string; readonly holds: Predicate }
  | { readonly op: 'not'; readonly holds: Predicate }
  | { readonly op: 'all' | 'any'; readonly predicates: readonly Predicate[] };

export interface DurationBounds {
  readonly atLeast?: Duration;
  readonly below?: Duration;
}

/** The column has a value. */
export const present = (column: string): Predicate => ({ op: 'present', column });
/** The column's value is one of these. */
export const oneOf = (column: string, values: readonly (number | string | boolean)[]): Predicate => ({
  op: 'one-of',
  column,
  values,
});
/** atLeast ≤ value, and value ≤ atMost or value < below. */
export const between = (column: string, bounds: { atLeast: number; below?: number; atMost?: number }): Predicate => ({
  op: 'between',
  column,
  ...bounds,
});
/** The whole text is what the pattern says. See `pattern.ts` for what a pattern may hold. */
export const matches = (column: string, pattern: string): Predicate => ({ op: 'matches', column, pattern });
/** column < other. */
export const before = (column: string, other: string): Predicate => ({ op: 'before', column, other });
/** column ≤ other. */
export const notAfter = (column: string, other: string): Predicate => ({ op: 'not-after', column, other });
/** atLeast ≤ other - column < below. */
export const lasts = (column: string, other: string, bounds: DurationBounds): Predicate => ({
  op: 'lasts',
  column,
  other,
  ...bounds,
});
/** The timestamp lies before the run's clock, which is a parameter of the run. */
export const beforeAsOf = (column: string): Predicate => ({ op: 'before-as-of', column });
/** The timestamp lies in the month that the file's name carries: [month, next month). */
export const inMonth = (column: string): Predicate => ({ op: 'in-month', column });
/** The column has no value, or the predicate holds. */
export const ifPresent = (column: string, holds: Predicate): Predicate => ({ op: 'if-present', column, holds });
/** The predicate does not hold. Of a missing value nothing is known, and so of its opposite. */
export const not = (holds: Predicate): Predicate => ({ op: 'not', holds });
/** Every one of the predicates holds. */
export const all = (...predicates: readonly Predicate[]): Predicate => ({ op: 'all', predicates });
/** One of the predicates holds at least. */
export const any = (...predicates: readonly Predicate[]): Predicate => ({ op: 'any', predicates });

/** The columns that a predicate reads, some of them twice. */
export function columnsRead(predicate: Predicate): string[] {
  switch (predicate.op) {
    case 'all':
    case 'any':
      return predicate.predicates.flatMap(columnsRead);
    case 'not':
      return columnsRead(predicate.holds);
    case 'if-present':
      return [predicate.column, ...columnsRead(predicate.holds)];
    case 'before':
    case 'not-after':
    case 'lasts':
      return [predicate.column, predicate.other];
    default:
      return [predicate.column];
  }
}

/** The columns that have a value wherever the predicate holds. */
export function columnsNeeded(predicate: Predicate): string[] {
  switch (predicate.op) {
    case 'all':
      return predicate.predicates.flatMap(columnsNeeded);
    case 'any': {
      const [first = [], ...others] = predicate.predicates.map(columnsNeeded);
      return first.filter((column) => others.every((one) => one.includes(column)));
    }
    case 'if-present':
      return [];
    case 'not':
      // A comparison that does not hold knows its values. `present` that does not hold has none; of a part of several nothing is known.
      return ['present', 'if-present', 'not', 'all', 'any'].includes(predicate.holds.op) ? [] : columnsNeeded(predicate.holds);
    default:
      return columnsRead(predicate);
  }
}
