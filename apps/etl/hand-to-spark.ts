// Hands a plan to Spark's pods, which have no folder of ours: each file by its URI in the bucket, each table by its name in BigQuery.
// The workflow's next step runs the plan; nothing is loaded here.
import { z } from 'zod';
import type { Dataset } from '../contract/dataset.ts';
import { jobLabels, sparkEvents } from '../contract/names.ts';
import type { Destination, Plan, Sink } from '../plan/plan-schema.ts';
import { connectBigQuery, endpointVariable } from '../platform/bigquery.ts';
import { toLabelValue } from '../platform/bigquery-warehouse.ts';
import { UsageError } from '../platform/errors.ts';
import { makeFolder, writeFileAtomically } from '../platform/files.ts';
import { joinUri, toPath, toUri } from '../platform/uri.ts';
import { checkMonths, checkTargets, toTargets } from './bigquery-targets.ts';
import type { BigQueryWarehouse } from './warehouse-option.ts';

/** Where Spark finds what this program sees below a folder. A workflow gives both whatever the engine. */
export const bucketFlags = {
  mount: z.string().transform(toUri).optional().describe("Spark into BigQuery: URI of the staging bucket's folder here"),
  bucket: z
    .string()
    .regex(/^gs:\/\/[a-z0-9][a-z0-9._-]*\/$/, { error: 'expected gs://name/' })
    .optional()
    .describe('Spark into BigQuery: the same bucket, gs://name/'),
} as const;

export interface Bucket {
  readonly mount: string;
  readonly bucket: string;
}

/** Throws UsageError where a flag lacks, or the folder has no slash at its end. */
export function toBucket({ mount, bucket }: z.output<z.ZodObject<typeof bucketFlags>>): Bucket {
  if (mount === undefined || bucket === undefined)
    throw new UsageError("--engine spark into BigQuery takes --mount and --bucket: Spark's pods read the bucket, not a folder");
  if (!mount.endsWith('/')) throw new UsageError(`--mount ${mount}: expected a folder's URI, with "/" at its end`);
  return { mount, bucket };
}

/** Tables in BigQuery, through the bucket. */
export const toBigQueryDestination = ({ project }: BigQueryWarehouse, { bucket }: Bucket): Destination => ({
  format: 'bigquery',
  project,
  temporaryGcsBucket: bucket.slice('gs://'.length, -1),
});

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
  readonly bucket: Bucket;
}

/**
 * Checks BigQuery's tables, then writes the plan. Throws UsageError where a table lacks or differs, a month can't be a partition, or a file is
 * not in the bucket; TemporaryError.
 */
export async function handToSpark(plan: Plan, { dataset, warehouse, planUri, bucket }: Handover): Promise<PlannedResult> {
  checkMonths(plan);
  const forPods = toPodsPlan(plan, warehouse, bucket);
  const seen = toBucketUri(planUri, bucket);
  const bigQuery = connectBigQuery({ ...warehouse, endpoint: process.env[endpointVariable] });
  await checkTargets(bigQuery, toTargets(plan, dataset, warehouse));
  await makeFolder(toPath(joinUri(bucket.mount, sparkEvents)));
  await writeFileAtomically(toPath(planUri), `${JSON.stringify(forPods, null, 2)}\n`);
  const files = plan.sources.flatMap((source) => source.files);
  return { mode: plan.mode, plan: seen, rows: { read: files.reduce((sum, { rows }) => sum + rows, 0) } };
}

/** The plan as pods without our folders can run it. Pure. Throws UsageError where a file is not in the bucket. */
export function toPodsPlan(
  plan: Plan,
  { datasetPrefix, run }: Pick<BigQueryWarehouse, 'datasetPrefix' | 'run'>,
  bucket: Bucket,
): Plan {
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
      files: source.files.map((file) => ({ ...file, uri: toBucketUri(file.uri, bucket) })),
    })),
    sinks: { clean: toSink(clean), triage: toSink(triage), monthly: toSink(monthly) },
  };
}

/** Hadoop takes names as they are, without percent signs for other characters. */
function toBucketUri(uri: string, { mount, bucket }: Bucket): string {
  if (!uri.startsWith(mount))
    throw new UsageError(`${uri}: not below --mount ${mount}, and Spark's pods see that bucket alone; transfer the file first`);
  return `${bucket}${decodeURIComponent(uri.slice(mount.length))}`;
}
