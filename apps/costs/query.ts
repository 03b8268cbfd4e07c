// Runs a query: a dry run gives its size, a job with labels and a limit runs it, then its rows are read.
import { randomUUID } from 'node:crypto';
import type { BigQueryConnection } from '../platform/bigquery.ts';
import { runJob } from '../platform/bigquery-job.ts';
import { toLabelValue } from '../platform/bigquery-warehouse.ts';
import { UsageError } from '../platform/errors.ts';

export interface Query {
  readonly what: string;
  readonly sql: string;
  /** Named parameters; a Date is a timestamp. */
  readonly parameters: Readonly<Record<string, string | Date>>;
  /** More is refused before anything is billed. */
  readonly mostBytesBilled: number;
  readonly labels: Readonly<Record<string, string>>;
}

/** A row by its columns' names, as the client gives it. */
export type Row = Readonly<Record<string, unknown>>;

/** Returns the rows. Throws OutcomeError if BigQuery refuses the query, UsageError if it would read too much, TemporaryError. */
export async function runQuery(bigQuery: BigQueryConnection, query: Query): Promise<Row[]> {
  const { what, sql, parameters, mostBytesBilled, labels } = query;
  const request = {
    query: sql,
    params: { ...parameters },
    maximumBytesBilled: String(mostBytesBilled),
    labels: Object.fromEntries(Object.entries(labels).map(([key, value]) => [key, toLabelValue(value)])),
  };
  const { location } = bigQuery;
  const [dry] = await bigQuery.ask(what, (client) => client.createQueryJob({ ...request, location, dryRun: true }));
  const bytes = Number(dry.metadata.statistics?.totalBytesProcessed ?? 0);
  if (bytes > mostBytesBilled)
    throw new UsageError(`${what}: it would read ${bytes} bytes, and may read ${mostBytesBilled}; ask for a shorter time`);
  const { id } = await runJob(bigQuery, {
    // A new name each time: no later process may use this answer.
    id: `taxiway-query-${randomUUID()}`,
    what,
    create: (client, place) => client.createQueryJob({ ...request, ...place }),
  });
  const [rows] = await bigQuery.ask(`${what}: reading the answer`, (client) => client.job(id, { location }).getQueryResults());
  return rows;
}
