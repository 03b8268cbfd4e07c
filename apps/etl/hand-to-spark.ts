// Writes a plan for Spark's pods. They see buckets only, so all files and the tables' folder are URIs of buckets.
// The workflow's next step runs the plan.
import { sparkEvents } from '../contract/names.ts';
import type { Plan } from '../plan/plan-schema.ts';
import { toHadoopUri } from '../platform/bucket-uri.ts';
import { UsageError } from '../platform/errors.ts';
import { writeJsonObject, writeObject } from '../platform/objects.ts';
import { joinUri } from '../platform/uri.ts';

/** What was planned: rows are known by the files' footers alone, Spark's step says what became of them. */
export interface PlannedResult {
  readonly mode: string;
  /** As Spark reads it. */
  readonly plan: string;
  readonly rows: { readonly read: number };
}

/** Writes the plan. Throws UsageError where it, a file or the tables are not in a bucket; TemporaryError. */
export async function handToSpark(plan: Plan, planUri: string): Promise<PlannedResult> {
  const forPods = toPodsPlan(plan);
  const uri = toPodsUri(planUri);
  // Spark's driver ends where the folder of its events is not there: in a bucket a folder is what an object is in.
  await writeObject(joinUri(bucketOf(planUri), sparkEvents, '.keep'), '');
  await writeJsonObject(planUri, forPods);
  const files = plan.sources.flatMap((source) => source.files);
  return { mode: plan.mode, plan: uri, rows: { read: files.reduce((sum, { rows }) => sum + rows, 0) } };
}

/** The plan as pods without our folders can run it. Pure. Throws UsageError where a file is not in the bucket. */
export function toPodsPlan(plan: Plan): Plan {
  const { destination } = plan;
  return {
    ...plan,
    sources: plan.sources.map((source) => ({
      ...source,
      files: source.files.map((file) => ({ ...file, uri: toPodsUri(file.uri) })),
    })),
    destination: destination.format === 'parquet' ? { ...destination, folder: toPodsUri(destination.folder) } : destination,
  };
}

/** The URI of an object's bucket. */
const bucketOf = (uri: string): string => /^[a-z0-9]+:\/\/[^/]+\//.exec(uri)?.[0] ?? uri;

/** Throws UsageError if the URI is not of a bucket. */
function toPodsUri(uri: string): string {
  if (uri.startsWith('file:'))
    throw new UsageError(`${uri}: not in a bucket, which is all that Spark's pods see; give gs:// or s3:// URIs`);
  return toHadoopUri(uri);
}
