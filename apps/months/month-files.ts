// The months' files in the source: one object a category and month.
import type { Dataset } from '../contract/dataset.ts';
import { firstDayOf, monthOfObject } from '../contract/file-name.ts';
import { keyOf } from '../plan/month-records.ts';
import type { ObjectStorage, StoredObject } from '../platform/object-storage.ts';

export interface MonthFile {
  readonly category: string;
  /** `2023-01`. */
  readonly month: string;
  readonly filename: string;
  readonly uri: string;
  readonly bytes: number;
  readonly version: string;
  readonly changedAt: number;
}

/** What a batch takes, by its parameters' names. */
export interface BatchParameters {
  readonly category: string;
  readonly uri: string;
  readonly filename: string;
  readonly run_date: string;
}

export interface FoundMonths {
  /** By category and month. */
  readonly files: readonly MonthFile[];
  /** Months with several objects: which is the month's? They wait until somebody removes all but one; others go on. */
  readonly doubles: readonly MonthWithDoubles[];
  /** Objects that are no month's file of these categories. */
  readonly ignored: number;
}

export interface MonthWithDoubles {
  readonly category: string;
  readonly month: string;
  readonly uris: readonly string[];
}

/** Lists the source, its folders too. */
export async function findMonths(storage: ObjectStorage, source: string, datasets: readonly Dataset[]): Promise<FoundMonths> {
  const found: MonthFile[] = [];
  let ignored = 0;
  for await (const object of storage.list(source)) {
    const file = toMonthFile(object, datasets);
    if (file === undefined) ignored += 1;
    else found.push(file);
  }
  const months = [...Map.groupBy(found.sort(byCategoryAndMonth), keyOf).values()];
  return {
    files: months.flatMap((files) => (files.length === 1 ? files : [])),
    doubles: months.filter(({ length }) => length > 1).map(toDoubles),
    ignored,
  };
}

function toDoubles(files: readonly MonthFile[]): MonthWithDoubles {
  const { category, month } = files[0] as MonthFile;
  return { category, month, uris: files.map(({ uri }) => uri).sort() };
}

/** What is wrong with such a month, and what to do. */
export const describeDoubles = ({ uris }: MonthWithDoubles): string =>
  `${uris.slice(0, 3).join(' and ')}${uris.length > 3 ? ` and ${uris.length - 3} more` : ''} are of the same month; remove all but one, the month waits until then`;

function toMonthFile(
  { uri, name, bytes, version, changedAt }: StoredObject,
  datasets: readonly Dataset[],
): MonthFile | undefined {
  const found = monthOfObject(datasets, name);
  return (
    found && { category: found.dataset.category, month: found.month, filename: found.filename, uri, bytes, version, changedAt }
  );
}

const byCategoryAndMonth = (one: MonthFile, other: MonthFile): number => (keyOf(one) < keyOf(other) ? -1 : 1);

export const toBatch = ({ category, uri, filename, month }: MonthFile): BatchParameters => ({
  category,
  uri,
  filename,
  run_date: firstDayOf(month),
});
