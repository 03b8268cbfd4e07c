// The plan of a backfill: which months of a range are to be done, and what that may cost. Pure.
import type { Dataset } from '../contract/dataset.ts';
import { keyOf, type Records } from '../plan/month-records.ts';
import { UsageError } from '../platform/errors.ts';
import { type Cost, estimateCost } from './cost.ts';
import { type BatchParameters, type MonthFile, toBatch } from './month-files.ts';
import { describeMonths, monthsBetween } from './month-range.ts';
import { toTable } from './table.ts';

export interface BackfillRequest {
  readonly dataset: Dataset;
  readonly from: string;
  readonly to: string;
  readonly source: string;
  readonly files: readonly MonthFile[];
  readonly records: Records;
}

export interface Backfill {
  /** To be done, oldest first. */
  readonly months: readonly BatchParameters[];
  /** Of the months to be done. */
  readonly bytes: number;
  /** Months that have been done with the same version of their file. */
  readonly skipped: number;
  readonly cost: Cost;
}

/** Plans a backfill. Throws UsageError for a range that is none, or that has months without a file. */
export function planBackfill(request: BackfillRequest): { plan: Backfill; table: string } {
  const wanted = monthsOfRange(request).map((file) => ({ ...file, done: isDone(file, request.records) }));
  const toDo = wanted.filter(({ done }) => !done);
  const cost = estimateCost(toDo);
  const bytes = toDo.reduce((sum, file) => sum + file.bytes, 0);
  return { plan: { months: toDo.map(toBatch), bytes, skipped: wanted.length - toDo.length, cost }, table: toTable(wanted, cost) };
}

function monthsOfRange({ dataset, from, to, source, files }: BackfillRequest): MonthFile[] {
  const months = monthsBetween(from, to);
  const found = new Map(files.map((file) => [file.month, file]));
  const missing = months.filter((month) => !found.has(month));
  if (missing.length > 0)
    throw new UsageError(
      `${source}: no ${dataset.category} file for ${describeMonths(missing)}; there is ${describeMonths([...found.keys()].sort())}; ` +
        `change --from and --to, or add ${dataset.filePrefix}YYYY-MM.parquet`,
    );
  return months.map((month) => found.get(month) as MonthFile);
}

/** Done with these very bytes: an overwritten file is to be done again. */
export const isDone = (file: MonthFile, records: Records): boolean => records.get(keyOf(file))?.sourceVersion === file.version;
