// Hands a plan to Spark's pods, which have no folder of ours: each file by its URI in the bucket, each table by its name in BigQuery.
// The workflow's next step runs the plan; nothing is loaded here.
import type { Dataset } from '../contract/dataset.ts';
import { jobLabels, sparkEvents } from '../contract/names.ts';
import type { Destination, Plan, Sink } from '../plan/plan-schema.ts';
import { connectBigQuery, endpointVariable } from '../platform/bigquery.ts';
import { toLabelValue } from '../platform/bigquery-warehouse.ts';
import { parseBucketUri } from '../platform/bucket-uri.ts';
import { UsageError } from '../platform/errors.ts';
import { writeJsonObject, writeObject } from '../platform/objects.ts';
import { checkMonths, checkTargets, toTargets } from './bigquery-targets.ts';
import type { BigQueryWarehouse } from './warehouse-option.ts';

/** Tables in BigQuery, through the bucket that the plan is in. Throws UsageError where the plan is in none of Cloud Storage's. */
export function toBigQueryDestination({ project }: BigQueryWarehouse, planUri: string): Destination {
  if (!planUri.startsWith('gs://'))
    throw new UsageError(`--plan ${planUri}: --engine spark into BigQuery reads it from a bucket; give a gs:// URI`);
  return { format: 'bigquery', project, temporaryGcsBucket: parseBucketUri('gs', planUri).bucket };
}

/** What was planned: rows are known by the files' footers alone, Spark's step says what became of them. */
export interface PlannedResult {
  readonly mode: string;
  /** As Spark reads it. */
  readonly plan: string;
  readonly rows: { readonly read: number };
}

interface Handover {
  readonly dataset: Dataset;
  readonly warehouse: BigQueryWarehouse;
  readonly planUri: string;
}

/**
 * Checks BigQuery's tables, then writes the plan. Throws UsageError where a table lacks or differs, a month can't be a partition, or a file is
 * not in the bucket; TemporaryError.
 */
export async function handToSpark(plan: Plan, { dataset, warehouse, planUri }: Handover): Promise<PlannedResult> {
  checkMonths(plan);
  const forPods = toPodsPlan(plan, warehouse);
  const bigQuery = connectBigQuery({ ...warehouse, endpoint: process.env[endpointVariable] });
  await checkTargets(bigQuery, toTargets(plan, dataset, warehouse));
  // Spark's driver ends where the folder of its events is not there: in a bucket a folder is what an object is in.
  await writeObject(`gs://${parseBucketUri('gs', planUri).bucket}/${sparkEvents}/.keep`, '');
  await writeJsonObject(planUri, forPods);
  const files = plan.sources.flatMap((source) => source.files);
  return { mode: plan.mode, plan: toHadoopUri(planUri), rows: { read: files.reduce((sum, { rows }) => sum + rows, 0) } };
}

/** The plan as pods without our folders can run it. Pure. Throws UsageError where a file is not in the bucket. */
export function toPodsPlan(plan: Plan, { datasetPrefix, run }: Pick<BigQueryWarehouse, 'datasetPrefix' | 'run'>): Plan {
  const toSink = (sink: Sink): Sink => ({
    ...sink,
    table: { ...sink.table, dataset: `${datasetPrefix}${sink.table.dataset}` },
    bigQueryJobLabels: { ...sink.bigQueryJobLabels, [jobLabels.run]: toLabelValue(run), [jobLabels.step]: 'spark' },
  });
  const { clean, triage, monthly } = plan.sinks;
  return {
    ...plan,
    sources: plan.sources.map((source) => ({
      ...source,
      files: source.files.map((file) => ({ ...file, uri: toHadoopUri(file.uri) })),
    })),
    sinks: { clean: toSink(clean), triage: toSink(triage), monthly: toSink(monthly) },
  };
}

/** Hadoop takes names as they are, without percent signs for other characters. */
function toHadoopUri(uri: string): string {
  if (!uri.startsWith('gs://'))
    throw new UsageError(`${uri}: not in a bucket of Cloud Storage, which is all that Spark's pods see; transfer the file first`);
  const { bucket, key } = parseBucketUri('gs', uri);
  return `gs://${bucket}/${key}`;
}
