// How files are named, and what a name says. A month is written `2024-01` everywhere else; run_date is its first day.
import type { Dataset } from './dataset.ts';

/** How a name may write the month → what it looks like there. */
export const monthForms = { '{YYYY-MM}': /^\d{4}-(?:0[1-9]|1[0-2])$/, '{YYYYMM}': /^\d{4}(?:0[1-9]|1[0-2])$/ } as const;
type MonthForm = keyof typeof monthForms;

/** What stands before the month and after it. Throws where there is no month: a definition has been checked for that. */
export function partsOfName({ category, files: { name } }: Dataset): { before: string; form: MonthForm; after: string } {
  const form = (Object.keys(monthForms) as MonthForm[]).find((one) => name.includes(one));
  if (form === undefined) throw new Error(`${category}: files.name "${name}" has no month`);
  const [before = '', after = ''] = name.split(form);
  return { before, form, after };
}

/** What files may be, by how their names end. */
export const fileEndings = ['.parquet', '.csv', '.csv.gz', '.csv.zip', '.zip'] as const;

/** How the names of a data set's files end; undefined where it is none of `fileEndings`. */
export const endingOf = ({ files: { name } }: Dataset): string | undefined =>
  fileEndings.filter((ending) => name.endsWith(ending)).sort((one, other) => other.length - one.length)[0];

/** Whether transfer makes Parquet of the data set's files. */
export const isCsv = (dataset: Dataset): boolean => endingOf(dataset) !== '.parquet';

/** What a month's CSV file is called in staging, where every file is Parquet. */
export const toStagedName = (fileName: string): string => fileName.replace(/(?:\.csv(?:\.gz|\.zip)?|\.zip)$/, '.parquet');

/** A data set as its files are in staging. */
export const asStaged = (dataset: Dataset): Dataset => ({
  ...dataset,
  files: { ...dataset.files, name: toStagedName(dataset.files.name) },
});

/** As people read it: `yellow_tripdata_YYYY-MM.parquet`. */
export const shownFileName = ({ files: { name } }: Dataset): string => name.replaceAll(/[{}]/g, '');

/** The name of a month's file. */
export function fileNameOf(dataset: Dataset, month: string): string {
  const { before, form, after } = partsOfName(dataset);
  return `${before}${form === '{YYYYMM}' ? month.replace('-', '') : month}${after}`;
}

/** The month that a file's name carries, or undefined where the name is not one of the category's. */
export function monthOfFile(dataset: Dataset, fileName: string): string | undefined {
  const { before, form, after } = partsOfName(dataset);
  if (!fileName.startsWith(before) || !fileName.endsWith(after)) return undefined;
  const month = fileName.slice(before.length, fileName.length - after.length);
  return monthForms[form].test(month) ? `${month.slice(0, 4)}-${month.slice(-2)}` : undefined;
}

/** The data set and month of an object in a source, by its key or path below the source. */
export interface MonthOfObject {
  readonly dataset: Dataset;
  readonly month: string;
  readonly filename: string;
}

/**
 * Which objects are months: those with a file's name, in any folder. Not those that are put aside: below a folder `archive`, or a name or folder
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
