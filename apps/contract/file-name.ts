// How files are named, and what a name says: `<filePrefix>YYYY-MM.parquet`. A month is written `2024-01`, run_date is its first day.
import type { Dataset } from './dataset.ts';

/** The name of a month's file. */
export function fileNameOf(dataset: Dataset, month: string): string {
  return `${dataset.filePrefix}${month}.parquet`;
}

/** The month that a file's name carries, or undefined where the name is not one of the category's. */
export function monthOfFile(dataset: Dataset, fileName: string): string | undefined {
  if (!fileName.startsWith(dataset.filePrefix)) return undefined;
  return /^(\d{4}-(?:0[1-9]|1[0-2]))\.parquet$/.exec(fileName.slice(dataset.filePrefix.length))?.[1];
}

/** The data set and month of an object in a source, by its key or path below the source. */
export interface MonthOfObject {
  readonly dataset: Dataset;
  readonly month: string;
  readonly filename: string;
}

/**
 * Which objects are months: `<folders>/<filePrefix>YYYY-MM.parquet`. Not those that are put aside: below a folder `archive`, or a name or folder
 * that begins with `_` or `.`, where writers keep what is not finished. Undefined for all others.
 */
export function monthOfObject(datasets: readonly Dataset[], key: string): MonthOfObject | undefined {
  const parts = key.split('/');
  const filename = parts.at(-1) as string;
  if (parts.some((part) => /^[._]/.test(part)) || parts.slice(0, -1).includes('archive')) return undefined;
  for (const dataset of datasets) {
    const month = monthOfFile(dataset, filename);
    if (month !== undefined) return { dataset, month, filename };
  }
  return undefined;
}

/** `2024-01` → `2024-01-01`. */
export const firstDayOf = (month: string): string => `${month}-01`;
/** `2024-12-01` → `2024-12`. */
export const monthOf = (runDate: string): string => runDate.slice(0, 7);

/** `nextMonth('2023-12')` is `2024-01`; negative counts go back. */
export function addMonths(month: string, count: number): string {
  const [year, number] = month.split('-').map(Number) as [number, number];
  const index = year * 12 + number - 1 + count;
  return `${String(Math.floor(index / 12)).padStart(4, '0')}-${String((index % 12) + 1).padStart(2, '0')}`;
}
