// Loads the tables of a run into BigQuery: a month replaces its partition, a full load the tables, each by one job.
import type { Dataset } from '../contract/dataset.ts';
import { connectBigQuery } from '../platform/bigquery.ts';
import type { Warehouse } from '../platform/bigquery-warehouse.ts';
import { UsageError } from '../platform/errors.ts';
import { log } from '../platform/log.ts';
import { type LoadResult, loadTable } from './bigquery-load.ts';
import { type RunFiles, readTablesOfRun } from './tables-of-run.ts';
import { checkTargets, toTargets } from './targets.ts';

export interface BigQueryPlace {
  readonly warehouse: Warehouse;
  readonly location: string;
  /** The run's name, a label of the jobs. */
  readonly run: string;
}

export async function loadIntoBigQuery(
  dataset: Dataset,
  files: RunFiles,
  { warehouse, location, run }: BigQueryPlace,
): Promise<{ jobs: LoadResult[] }> {
  if (!files.tables.startsWith('gs://'))
    throw new UsageError(`--tables ${files.tables}: expected a gs:// URI: BigQuery loads from Cloud Storage alone`);
  const bigQuery = connectBigQuery({ project: warehouse.project, location });
  const targets = toTargets(dataset, warehouse, files.runDate);
  await checkTargets(bigQuery, targets);
  const filled = await readTablesOfRun(
    files,
    targets.map(({ layout: { table, fields } }) => ({ table, columns: fields.map(({ name }) => name) })),
  );
  const jobs: LoadResult[] = [];
  for (const [index, target] of targets.entries()) {
    const one = filled[index] as (typeof filled)[number];
    const loaded = await loadTable(bigQuery, { target, run, category: files.category, filled: one });
    log('loaded', { table: loaded.table, rows: loaded.rows, job: loaded.job });
    jobs.push(loaded);
  }
  return { jobs };
}
