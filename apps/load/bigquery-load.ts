// Loads Parquet files from a bucket into one partition of a table, or into the whole table. One job replaces the old rows; if it fails, they stay.
import { createHash } from 'node:crypto';
import { jobLabels } from '../contract/names.ts';
import { nameOfTable } from '../plan/lake.ts';
import type { BigQueryConnection } from '../platform/bigquery.ts';
import { type DoneJob, runJob } from '../platform/bigquery-job.ts';
import { toLabelValue } from '../platform/bigquery-warehouse.ts';
import { toPlainGsUri } from '../platform/bucket-uri.ts';
import { OutcomeError } from '../platform/errors.ts';
import type { FilledTable } from './filled-table.ts';
import type { Target } from './targets.ts';

export interface Load {
  readonly target: Target;
  readonly filled: FilledTable;
  /** The run and its category, for the job's labels. */
  readonly run: string;
  readonly category: string;
}

export interface LoadResult {
  readonly job: string;
  readonly table: string;
  readonly rows: number;
}

/**
 * Loads the files. Waits for a job that already loads the same files. Throws OutcomeError if BigQuery refuses a file or counts other rows than
 * expected; UsageError, TemporaryError.
 */
export async function loadTable(bigQuery: BigQueryConnection, load: Load): Promise<LoadResult> {
  const { dataset, table, partition } = load.target;
  const name = `${nameOfTable({ dataset, table })}${partition === null ? '' : `$${partition}`}`;
  const what = `loading ${name}`;
  const configuration = toConfiguration(bigQuery.project, load);
  const job = await runJob(bigQuery, {
    id: toJobId(bigQuery.project, name, load),
    what,
    create: (client, place) => client.createJob({ ...place, configuration }),
  });
  return { job: job.id, table: name, rows: countRows(what, job, load.filled.rows) };
}

/** Hashes the versions of the files, the destination and the run, so that a retry finds its job. */
function toJobId(project: string, name: string, { filled: { files }, target: { layout }, run }: Load): string {
  const facts = JSON.stringify([project, name, run, layout.fields, files.map(({ uri, version }) => [uri, version])]);
  const digest = createHash('sha256').update(facts).digest('hex').slice(0, 24);
  return `taxiway-load-${name.replace(/[^A-Za-z0-9]+/g, '-')}-${digest}`;
}

/** The costs step finds a job by these labels: the run, its category, the step, and the table with its month. */
export const toJobLabels = ({ target: { kind, partition }, run, category }: Omit<Load, 'filled'>): Record<string, string> => ({
  [jobLabels.run]: toLabelValue(run),
  [jobLabels.category]: category,
  [jobLabels.step]: 'load',
  [jobLabels.table]: `${kind}-${partition ?? 'all'}`,
});

function toConfiguration(project: string, load: Load) {
  const { dataset, table, partition, layout } = load.target;
  const decimalTargetTypes: ('NUMERIC' | 'BIGNUMERIC')[] = ['NUMERIC', 'BIGNUMERIC'];
  const { fields, partitionField, clusteredFields } = layout;
  return {
    load: {
      sourceUris: load.filled.files.map(({ uri }) => toPlainGsUri(uri)),
      destinationTable: {
        projectId: project,
        datasetId: dataset,
        tableId: partition === null ? table : `${table}$${partition}`,
      },
      sourceFormat: 'PARQUET',
      // Parquet writes a list as a group of groups; this makes it a REPEATED field.
      parquetOptions: { enableListInference: true },
      // Unless it is told so, BigQuery makes no BIGNUMERIC of a decimal.
      ...(fields.some(({ type }) => type === 'BIGNUMERIC') && { decimalTargetTypes }),
      // Loading a whole table without the fields would remove the columns' descriptions.
      schema: { fields: [...fields] },
      timePartitioning: { type: 'MONTH', field: partitionField },
      ...(clusteredFields.length > 0 && { clustering: { fields: [...clusteredFields] } }),
      createDisposition: 'CREATE_NEVER',
      writeDisposition: 'WRITE_TRUNCATE',
      maxBadRecords: 0,
      // Spark writes two tables in one scan, so the clean table's files also have the triage table's columns, filled with nulls.
      ignoreUnknownValues: true,
    },
    labels: toJobLabels(load),
  };
}

function countRows(what: string, { id, statistics }: DoneJob, expected: number): number {
  const rows = Number(statistics.load?.outputRows ?? 0);
  if (rows !== expected)
    throw new OutcomeError(`${what}: BigQuery counts ${rows} rows, expected ${expected} (job ${id}); run etl again`, {
      job: id,
      rows,
      expected,
    });
  return rows;
}
