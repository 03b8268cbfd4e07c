// Lists the Parquet files of a table, and compares them with the rows that the engine says it has written.
import { readFooter } from '../plan/parquet-footer.ts';
import { mapConcurrently } from '../platform/concurrent.ts';
import { OutcomeError, UsageError } from '../platform/errors.ts';
import type { StoredObject } from '../platform/object-storage.ts';
import { openStorage } from '../platform/object-storage-open.ts';

export interface FilledTable {
  readonly files: readonly StoredObject[];
  readonly rows: number;
}

/** BigQuery's limit for one load job. https://cloud.google.com/bigquery/quotas#load_jobs */
const mostFiles = 10_000;
const readsAtOnce = 32;

/**
 * Lists the Parquet files below a folder. Throws OutcomeError if a column of the table is missing in a file (BigQuery would fill it with nulls), or
 * if the footers' rows do not add up to those that were written (files are missing, or come from another run).
 */
export async function readFilledTable(
  folder: string,
  { name, rows, columns }: { name: string; rows: number; columns: readonly string[] },
): Promise<FilledTable> {
  const files: StoredObject[] = [];
  for await (const object of openStorage(folder).list(folder)) if (object.name.endsWith('.parquet')) files.push(object);
  if (files.length === 0) throw new UsageError(`${folder}: there are no Parquet files of ${name}; run etl again`);
  if (files.length > mostFiles)
    throw new UsageError(`${folder}: ${name} has ${files.length} files, and BigQuery loads at most ${mostFiles} at once`);
  const footers = await mapConcurrently(files, readsAtOnce, async ({ uri }) => ({ uri, ...(await readFooter(uri)) }));
  for (const { uri, columns: found } of footers) {
    const missing = columns.filter((column) => !found.some(({ name: one }) => one === column));
    if (missing.length > 0)
      throw new OutcomeError(`${uri}: the columns ${missing.join(', ')} of ${name} are missing; run etl of this release again`);
  }
  const found = footers.reduce((sum, footer) => sum + footer.rows, 0);
  if (found !== rows)
    throw new OutcomeError(`${folder}: the files of ${name} have ${found} rows, but ${rows} were written; run etl again`);
  return { files, rows };
}
