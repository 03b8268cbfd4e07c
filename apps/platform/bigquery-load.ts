// Parquet files into one partition of a table, or into the whole table: the rows that were there are replaced.
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import type { BigQuery } from './bigquery.ts';
import { type Job, runJob } from './bigquery-job.ts';
import { uploadJob } from './bigquery-upload.ts';
import { toLabelValue } from './bigquery-warehouse.ts';
import { OutcomeError, UsageError } from './errors.ts';
import { fileSize } from './files.ts';
import { toPath } from './uri.ts';

export interface Load {
  readonly dataset: string;
  readonly table: string;
  /** `2024-01`; undefined replaces the whole table. */
  readonly month?: string | undefined;
  /** BigQuery's fields: their descriptions are written with a whole table, which would lose them. */
  readonly fields: readonly object[];
  readonly partitionField: string;
  readonly clusteredFields: readonly string[];
  /** A file on this machine, or gs:// with at most one `*`. */
  readonly source: string;
  /** Of files on gs://: another text for another content, such as a digest. */
  readonly version?: string | undefined;
  /** What the files hold. */
  readonly rows: number;
  readonly labels: Readonly<Record<string, string>>;
}

export interface LoadResult {
  readonly job: string;
  readonly table: string;
  readonly rows: number;
}

/**
 * Loads, once however often it is started. Throws OutcomeError where BigQuery refuses the files or counts other rows than expected,
 * UsageError, TemporaryError. A load that fails leaves the old rows.
 */
export async function loadParquet(bigQuery: BigQuery, load: Load): Promise<LoadResult> {
  const name = `${load.dataset}.${load.table}${load.month === undefined ? '' : `$${load.month.replace('-', '')}`}`;
  const what = `loading ${load.source} into ${name}`;
  const { version, ...source } = await lookAt(load);
  const job = await runJob(bigQuery, {
    id: toJobId(bigQuery.project, name, { ...load, version }),
    what,
    configuration: toConfiguration(bigQuery.project, load),
    ...('path' in source && { start: (body: object) => uploadJob(bigQuery, body, { what, ...source }) }),
  });
  return { job: job.jobReference.jobId, table: name, rows: countRows(what, job, load.rows) };
}

async function lookAt({
  source,
  version,
}: Load): Promise<{ version: string } | { version: string; path: string; bytes: number }> {
  if (source.startsWith('gs://')) {
    if (version === undefined) throw new UsageError(`${source}: files on gs:// need a --version, such as their digest`);
    return { version };
  }
  const path = toPath(source);
  const bytes = await fileSize(path);
  if (bytes === undefined || bytes === 0)
    throw new UsageError(`${source}: no such file, or an empty one; expected a Parquet file`);
  const digest = createHash('sha256');
  for await (const piece of createReadStream(path, { highWaterMark: 1 << 20 })) digest.update(piece as Buffer);
  return { version: digest.digest('hex'), path, bytes };
}

/** The same for the same content into the same place of the same run and step: a retry finds its job. */
function toJobId(project: string, name: string, { source, version, labels, fields }: Load): string {
  const facts = JSON.stringify([project, name, source, version, labels, fields]);
  const digest = createHash('sha256').update(facts).digest('hex').slice(0, 24);
  return `taxiway-load-${name.replace(/[^A-Za-z0-9]+/g, '-')}-${digest}`;
}

function toConfiguration(project: string, load: Load): object {
  const { dataset, table, month, fields, partitionField, clusteredFields, source, labels } = load;
  return {
    load: {
      ...(source.startsWith('gs://') && { sourceUris: [source] }),
      destinationTable: {
        projectId: project,
        datasetId: dataset,
        tableId: month === undefined ? table : `${table}$${month.replace('-', '')}`,
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
  const rows = Number(job.statistics?.load?.outputRows ?? Number.NaN);
  if (rows !== expected)
    throw new OutcomeError(
      `${what}: BigQuery counts ${rows} rows, expected ${expected} (job ${job.jobReference.jobId}); the files are not those that were counted: run etl again`,
      { job: job.jobReference.jobId, rows, expected },
    );
  return rows;
}
