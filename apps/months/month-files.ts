// The months' files in the source: one object a category and month.
import type { Dataset } from '../contract/dataset.ts';
import { firstDayOf, monthOfFile } from '../contract/file-name.ts';
import { keyOf } from '../plan/month-records.ts';
import { UsageError } from '../platform/errors.ts';
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
  /** Objects that are no month's file of these categories. */
  readonly ignored: number;
}

/** Lists the source, its folders too. Throws UsageError where two objects have the same base name: which is the month's? */
export async function findMonths(storage: ObjectStorage, source: string, datasets: readonly Dataset[]): Promise<FoundMonths> {
  const files = new Map<string, MonthFile>();
  let ignored = 0;
  for await (const object of storage.list(source)) {
    const file = toMonthFile(object, datasets);
    if (file === undefined) {
      ignored += 1;
      continue;
    }
    const other = files.get(file.filename);
    if (other) throw new UsageError(`${file.filename} is there twice: ${other.uri} and ${file.uri}; remove one`);
    files.set(file.filename, file);
  }
  return { files: [...files.values()].sort(byCategoryAndMonth), ignored };
}

function toMonthFile(
  { uri, name, bytes, version, changedAt }: StoredObject,
  datasets: readonly Dataset[],
): MonthFile | undefined {
  const filename = name.slice(name.lastIndexOf('/') + 1);
  for (const dataset of datasets) {
    const month = monthOfFile(dataset, filename);
    if (month !== undefined) return { category: dataset.category, month, filename, uri, bytes, version, changedAt };
  }
  return undefined;
}

const byCategoryAndMonth = (one: MonthFile, other: MonthFile): number => (keyOf(one) < keyOf(other) ? -1 : 1);

export const toBatch = ({ category, uri, filename, month }: MonthFile): BatchParameters => ({
  category,
  uri,
  filename,
  run_date: firstDayOf(month),
});
