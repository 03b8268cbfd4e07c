// Asks BigQuery for its jobs of a span of time.
import { allDatasets } from '../contract/categories.ts';
import { jobLabels } from '../contract/names.ts';
import type { BigQueryConnection } from '../platform/bigquery.ts';
import { type JobUsage, toJobsSql, toJobUsage } from './jobs-sql.ts';
import { runQuery } from './query.ts';

/** The list of jobs of a month of a busy project; more is a mistake. */
const mostBytesBilled = 100 * 2 ** 30;

/** Usage by run, category and step; of one run and of what its category's jobs without a run's name used, or of all. */
export async function readJobs(
  bigQuery: BigQueryConnection,
  { from, to, run = '', category = '' }: { from: Date; to: Date; run?: string; category?: string },
): Promise<JobUsage[]> {
  const categories = allDatasets.map((dataset) => dataset.category);
  const rows = await runQuery(bigQuery, {
    what: "reading BigQuery's jobs",
    sql: toJobsSql(bigQuery.project, bigQuery.location, categories),
    parameters: { begin: from, end: to, run, category },
    mostBytesBilled,
    labels: { [jobLabels.step]: 'costs', ...(run !== '' && { [jobLabels.run]: run, [jobLabels.category]: category }) },
  });
  return rows.map(toJobUsage);
}
