// The vocabulary of rules: predicates as data, so that each engine renders them and a contradiction is found before any runs.

export type Predicate =
  | { readonly op: 'present'; readonly column: string }
  | { readonly op: 'one-of'; readonly column: string; readonly values: readonly (number | string)[] }
  | {
      readonly op: 'between';
      readonly column: string;
      readonly atLeast: number;
      readonly below?: number;
      readonly atMost?: number;
    }
  | { readonly op: 'before'; readonly column: string; readonly other: string }
  | { readonly op: 'before-as-of'; readonly column: string }
  | { readonly op: 'in-month'; readonly column: string }
  | { readonly op: 'all'; readonly predicates: readonly Predicate[] };

/** The column has a value. */
export const present = (column: string): Predicate => ({ op: 'present', column });
/** The column's value is one of these. */
export const oneOf = (column: string, values: readonly (number | string)[]): Predicate => ({ op: 'one-of', column, values });
/** atLeast ≤ value, and value ≤ atMost or value < below. */
export const between = (column: string, bounds: { atLeast: number; below?: number; atMost?: number }): Predicate => ({
  op: 'between',
  column,
  ...bounds,
});
/** column < other. */
export const before = (column: string, other: string): Predicate => ({ op: 'before', column, other });
/** The timestamp lies before the run's clock, which is a parameter of the run. */
export const beforeAsOf = (column: string): Predicate => ({ op: 'before-as-of', column });
/** The timestamp lies in the month that the file's name carries: [month, next month). */
export const inMonth = (column: string): Predicate => ({ op: 'in-month', column });
/** Every one of the predicates holds. */
export const all = (...predicates: readonly Predicate[]): Predicate => ({ op: 'all', predicates });

/** The columns that a predicate reads. */
export function columnsRead(predicate: Predicate): string[] {
  if (predicate.op === 'all') return predicate.predicates.flatMap(columnsRead);
  return predicate.op === 'before' ? [predicate.column, predicate.other] : [predicate.column];
}
