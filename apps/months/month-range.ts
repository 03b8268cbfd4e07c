// Ranges of months, and how messages name many months in one line.
import { addMonths } from '../contract/file-name.ts';
import { UsageError } from '../platform/errors.ts';

const longestRange = 600;

/** The months from one to another, both included. Throws UsageError for a range that ends before it begins, or is longer than 600 months. */
export function monthsBetween(from: string, to: string): string[] {
  if (to < from) throw new UsageError(`--to ${to} is before --from ${from}; exchange them`);
  const months = [];
  for (let month = from; month <= to; month = addMonths(month, 1)) {
    if (months.length === longestRange)
      throw new UsageError(`--from ${from} --to ${to}: expected at most ${longestRange} months; ask for less at once`);
    months.push(month);
  }
  return months;
}

/** `2023-01 to 2023-04, 2023-07`: months in order, neighbours as a range; `none` where there is none. */
export function describeMonths(months: readonly string[]): string {
  const ranges: { first: string; last: string }[] = [];
  for (const month of months) {
    const range = ranges.at(-1);
    if (range && addMonths(range.last, 1) === month) range.last = month;
    else ranges.push({ first: month, last: month });
  }
  return ranges.map(({ first, last }) => (first === last ? first : `${first} to ${last}`)).join(', ') || 'none';
}
