// Months that arrived and were never loaded, or were overwritten since. Pure.

import type { Records } from '../plan/month-records.ts';
import { isDone } from './backfill.ts';
import { type BatchParameters, type MonthFile, toBatch } from './month-files.ts';

/** A file that is younger may still be copied, and what its arrival started has hardly begun. */
const settledMilliseconds = 10 * 60_000;

export interface FreshnessRequest {
  readonly files: readonly MonthFile[];
  readonly records: Records;
  /** In milliseconds since 1970. */
  readonly now: number;
}

export interface MissingMonths {
  readonly months: readonly BatchParameters[];
  /** Months that are left for the next time: they changed in the last ten minutes. */
  readonly waiting: number;
}

/** The months without a record of the same version, by category and month. */
export function findMissingMonths({ files, records, now }: FreshnessRequest): MissingMonths {
  const missing = files.filter((file) => !isDone(file, records));
  // A time in the future, by a clock that is wrong, must not wait for ever.
  const settled = missing.filter(({ changedAt }) => Math.abs(now - changedAt) >= settledMilliseconds);
  return { months: settled.map(toBatch), waiting: missing.length - settled.length };
}
