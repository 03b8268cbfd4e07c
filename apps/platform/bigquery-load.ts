// A Parquet file into one partition of a table, or into the whole table: the rows that were there are replaced.
import { createHash } from 'node:crypto';
import type { BigQuery } from './bigquery.ts';
import { type Job, runJob } from './bigquery-job.ts';
import { uploadJob } from './bigquery-upload.ts';
import { toLabelValue } from './bigquery-warehouse.ts';
import { OutcomeError, UsageError } from './errors.ts';
import { fileSize } from './files.ts';

export interface Load {
  readonly dataset: string;
  readonly table: string;
  /** `202401`; null replaces the whole table. */
  readonly partition: string | null;
  /** BigQuery's fields: their descriptions are written with a whole table, which would lose them. */
  readonly fields: readonly object[];
  readonly partitionField: string;
  readonly clusteredFields: readonly string[];
  /** The file's path. */
  readonly file: string;
  /** The same text for the same rows, in whatever order the file has them. */
  readonly content: string;
  /** What the file holds. */
  readonly rows: number;
  readonly labels: Readonly<Record<string, string>>;
}

export interface LoadResult {
  readonly job: string;
  readonly table: string;
  readonly rows: number;
}

/**
 * Loads; a load of the same content that still runs is waited for. Throws OutcomeError where BigQuery refuses the file or counts other rows than expected,
 * UsageError, TemporaryError. A load that fails leaves the old rows.
 */
export async function loadFile(bigQuery: BigQuery, load: Load): Promise<LoadResult> {
  const { file, dataset, table, partition } = load;
  const name = `${dataset}.${table}${partition === null ? '' : `$${partition}`}`;
  const what = `loading ${name}`;
  const bytes = await fileSize(file);
  if (bytes === undefined || bytes === 0)
    throw new UsageError(`${what}: ${file}: no such file, or an empty one; expected a Parquet file`);
  const job = await runJob(bigQuery, {
    id: toJobId(bigQuery.project, name, load),
    what,
    configuration: toConfiguration(bigQuery.project, load),
    start: (body) => uploadJob(bigQuery, body, { what, path: file, bytes }),
  });
  return { job: job.jobReference.jobId, table: name, rows: countRows(what, job, load.rows) };
}

/** The same for the same content into the same place of the same run and step: a retry finds its job. */
function toJobId(project: string, name: string, { content, labels, fields }: Load): string {
  const facts = JSON.stringify([project, name, content, labels, fields]);
  const digest = createHash('sha256').update(facts).digest('hex').slice(0, 24);
  return `taxiway-load-${name.replace(/[^A-Za-z0-9]+/g, '-')}-${digest}`;
}

function toConfiguration(project: string, load: Load): object {
  const { dataset, table, partition, fields, partitionField, clusteredFields, labels } = load;
  return {
    load: {
      destinationTable: {
        projectId: project,
        datasetId: dataset,
        tableId: partition === null ? table : `${table}$${partition}`,
      },
      sourceFormat: 'PARQUET',
      // Parquet writes a list as a group of groups; this makes it a REPEATED field.
      parquetOptions: { enableListInference: true },
      schema: { fields },
      timePartitioning: { type: 'MONTH', field: partitionField },
      ...(clusteredFields.length > 0 && { clustering: { fields: clusteredFields } }),
      createDisposition: 'CREATE_NEVER',
      writeDisposition: 'WRITE_TRUNCATE',
      maxBadRecords: 0,
    },
    labels: Object.fromEntries(Object.entries(labels).map(([key, value]) => [key, toLabelValue(value)])),
  };
}

function countRows(what: string, job: Job, expected: number): number {
  const rows = Number(job.statistics?.load?.outputRows ?? 0);
  if (rows !== expected)
    throw new OutcomeError(
      `${what}: BigQuery counts ${rows} rows, expected ${expected} (job ${job.jobReference.jobId}); run etl again`,
      { job: job.jobReference.jobId, rows, expected },
    );
  return rows;
}
