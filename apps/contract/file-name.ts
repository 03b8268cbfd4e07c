// How files are named, and what a name says. A month is written `2024-01` everywhere else; run_date is its first day.
import type { Dataset } from './dataset.ts';

/** How a name may write the month → what it looks like there. */
export const monthForms = { '{YYYY-MM}': /^\d{4}-(?:0[1-9]|1[0-2])$/, '{YYYYMM}': /^\d{4}(?:0[1-9]|1[0-2])$/ } as const;
type MonthForm = keyof typeof monthForms;
/** Whether a text is a month as it is written here. */
export const isMonth = (text: string): boolean => monthForms['{YYYY-MM}'].test(text);

/** What stands before the month and after it. Throws where there is no month: a definition has been checked for that. */
export function partsOfName({ category, files: { name } }: Dataset): { before: string; form: MonthForm; after: string } {
  const form = (Object.keys(monthForms) as MonthForm[]).find((one) => name.includes(one));
  if (form === undefined) throw new Error(`${category}: files.name "${name}" has no month`);
  const [before = '', after = ''] = name.split(form);
  return { before, form, after };
}

/** How names of CSV files end, whichever of these the data set's own ends with: what a file is, its bytes say. The longest come first. */
const csvEndings = ['.csv.gz', '.csv.zip', '.csv', '.zip'] as const;
export const fileEndings = ['.parquet', ...csvEndings] as const;
type FileEnding = (typeof fileEndings)[number];

/** How a name ends; undefined where it is none of `fileEndings`. */
export const endingOf = (name: string): FileEnding | undefined => fileEndings.find((ending) => name.endsWith(ending));

/** Whether transfer makes Parquet of the data set's files. */
export const isCsv = ({ files: { name } }: Dataset): boolean => endingOf(name) !== '.parquet';

/** The endings that files of the data set may have. */
export const endingsOf = (dataset: Dataset): readonly FileEnding[] => (isCsv(dataset) ? csvEndings : ['.parquet']);

/** What a month's CSV file is called in staging, where every file is Parquet. */
export const toStagedName = (fileName: string): string => `${withoutEnding(fileName)}.parquet`;

const withoutEnding = (name: string): string => name.slice(0, name.length - (endingOf(name)?.length ?? 0));

/** A data set as its files are in staging. */
export const asStaged = (dataset: Dataset): Dataset => ({
  ...dataset,
  files: { ...dataset.files, name: toStagedName(dataset.files.name) },
});

/** As people read it: `sales_YYYY-MM.parquet`. */
export const shownFileName = ({ files: { name } }: Dataset): string => name.replaceAll(/[{}]/g, '');

/** The name of a month's file. */
export function fileNameOf(dataset: Dataset, month: string): string {
  const { before, form, after } = partsOfName(dataset);
  return `${before}${form === '{YYYYMM}' ? month.replace('-', '') : month}${after}`;
}

/** The month that a file's name carries, or undefined where the name is not one of the category's. */
export function monthOfFile(dataset: Dataset, fileName: string): string | undefined {
  const { before, form, after } = partsOfName(dataset);
  const ending = endingsOf(dataset).find((one) => fileName.endsWith(one));
  const end = `${withoutEnding(after)}${ending}`;
  if (ending === undefined || !fileName.startsWith(before) || !fileName.endsWith(end)) return undefined;
  const month = fileName.slice(before.length, fileName.length - end.length);
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
