// The SQL that sums doubles. Its result, rounded to six decimals, hardly depends on the order of the rows.
import type { Aggregate } from '../contract/derive/dialect.ts';

/** Adding 1.5 · 2^42 and taking it away again rounds a double below 2^41 to a multiple of 2^-10; a larger one to a coarser multiple. */
export const coarseUnit = 1.5 * 2 ** 42;

/**
 * Splits each value into a multiple of 2^-10 and a small rest. Sums of such multiples are exact up to 2^43 in any order. The order of the rests
 * changes their sum only far beyond the sixth decimal.
 *
 * @param unit `coarseUnit` as the engine's literal of a double.
 * @param toSixDecimals rounds the total as DuckDB's round(x, 6) does.
 */
export function sumOfDoubles(value: string, unit: string, toSixDecimals: (total: string) => string): Aggregate {
  const coarse = `((${value} + ${unit}) - ${unit})`;
  return { parts: [`sum(${coarse})`, `sum(${value} - ${coarse})`], whole: (sums) => toSixDecimals(`(${sums.join(' + ')})`) };
}
