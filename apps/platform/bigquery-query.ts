// A query of ours: a job with labels and an upper bound, then its rows, page by page.
import { randomUUID } from 'node:crypto';
import type { BigQuery } from './bigquery.ts';
import { runJob } from './bigquery-job.ts';
import { toLabelValue } from './bigquery-warehouse.ts';

export interface Query {
  readonly what: string;
  readonly sql: string;
  /** Named parameters; a Date is a timestamp. */
  readonly parameters: Readonly<Record<string, string | Date>>;
  /** More is refused before anything is billed. */
  readonly mostBytesBilled: number;
  readonly labels: Readonly<Record<string, string>>;
}

/** A row by its columns' names; numbers are texts, as BigQuery sends them. */
export type Row = Readonly<Record<string, string | null>>;

interface Page {
  readonly schema?: { readonly fields: readonly { readonly name: string }[] };
  readonly rows?: readonly { readonly f: readonly { readonly v: string | null }[] }[];
  readonly pageToken?: string;
}

/** Its rows. Throws OutcomeError where BigQuery refuses the query, UsageError, TemporaryError. */
export async function runQuery(bigQuery: BigQuery, { what, sql, parameters, mostBytesBilled, labels }: Query): Promise<Row[]> {
  const job = await runJob(bigQuery, {
    // Never adopted by another process: its answer is of its time.
    id: `taxiway-query-${randomUUID()}`,
    what,
    configuration: {
      query: {
        query: sql,
        useLegacySql: false,
        parameterMode: 'NAMED',
        queryParameters: Object.entries(parameters).map(([name, value]) => ({
          name,
          parameterType: { type: typeof value === 'string' ? 'STRING' : 'TIMESTAMP' },
          parameterValue: { value: typeof value === 'string' ? value : value.toISOString() },
        })),
        maximumBytesBilled: String(mostBytesBilled),
      },
      labels: Object.fromEntries(Object.entries(labels).map(([key, value]) => [key, toLabelValue(value)])),
    },
  });
  const rows: Row[] = [];
  let pageToken: string | undefined;
  do {
    const page: Page = await bigQuery.ask<Page>({
      what: `${what}: reading the answer`,
      method: 'GET',
      path: `queries/${job.jobReference.jobId}`,
      query: { location: bigQuery.location, maxResults: '1000', ...(pageToken !== undefined && { pageToken }) },
    });
    const names = page.schema?.fields.map(({ name }) => name) ?? [];
    for (const { f } of page.rows ?? []) rows.push(Object.fromEntries(names.map((name, index) => [name, f[index]?.v ?? null])));
    pageToken = page.pageToken;
  } while (pageToken !== undefined);
  return rows;
}
