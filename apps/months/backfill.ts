// The plan of a backfill: which months of a range are to be done, and what that may cost. Pure.
import type { Dataset } from '../contract/dataset.ts';
import { shownFileName } from '../contract/file-name.ts';
import { keyOf, type Records } from '../plan/month-records.ts';
import { UsageError } from '../platform/errors.ts';
import { type Cost, estimateCost } from './cost.ts';
import { type BatchParameters, describeDoubles, type MonthFile, type MonthWithDoubles, toBatch } from './month-files.ts';
import { describeMonths, monthsBetween } from './month-range.ts';
import { toTable } from './table.ts';

export interface BackfillRequest {
  readonly dataset: Dataset;
  readonly from: string;
  readonly to: string;
  readonly source: string;
  readonly files: readonly MonthFile[];
  readonly doubles: readonly MonthWithDoubles[];
  readonly records: Records;
}

export interface Backfill {
  /** To be done, oldest first. */
  readonly months: readonly BatchParameters[];
  /** Of the months to be done. */
  readonly bytes: number;
  /** Months that have been done with the same version of their file. */
  readonly skipped: number;
  /** Months of the range that wait, since several objects are of each. */
  readonly doubles?: readonly MonthWithDoubles[];
  readonly cost: Cost;
}

/** Plans a backfill. Throws UsageError for a range that is none, or that has months without a file. */
export function planBackfill(request: BackfillRequest): { plan: Backfill; table: string } {
  const { wanted, doubles } = monthsOfRange(request);
  const toDo = wanted.filter(({ done }) => !done);
  const cost = estimateCost(toDo);
  const bytes = toDo.reduce((sum, file) => sum + file.bytes, 0);
  const plan = {
    months: toDo.map(toBatch),
    bytes,
    skipped: wanted.length - toDo.length,
    ...(doubles.length > 0 && { doubles }),
    cost,
  };
  const waiting = doubles.map((month) => `${month.month}  left out: ${describeDoubles(month)}`);
  return { plan, table: [...waiting, toTable(wanted, cost)].join('\n') };
}

function monthsOfRange({ dataset, from, to, source, files, doubles, records }: BackfillRequest): {
  wanted: (MonthFile & { done: boolean })[];
  doubles: MonthWithDoubles[];
} {
  const months = monthsBetween(from, to);
  const found = new Map(files.map((file) => [file.month, file]));
  const waiting = doubles.filter(({ month }) => months.includes(month));
  const known = new Set([...found.keys(), ...waiting.map(({ month }) => month)]);
  const missing = months.filter((month) => !known.has(month));
  if (missing.length > 0)
    throw new UsageError(
      `${source}: no ${dataset.category} file for ${describeMonths(missing)}; there is ${describeMonths([...known].sort())}; ` +
        `change --from and --to, or add ${shownFileName(dataset)}`,
    );
  const wanted = months.flatMap((month) => found.get(month) ?? []).map((file) => ({ ...file, done: isDone(file, records) }));
  return { wanted, doubles: waiting };
}

/** Done with these very bytes: an overwritten file is to be done again. */
export const isDone = (file: MonthFile, records: Records): boolean => records.get(keyOf(file))?.sourceVersion === file.version;
