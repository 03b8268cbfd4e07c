// A Spark job to its end, then what it says of the rows: this step's output, and the pipeline's metric.
import { statsdName, statsdVariable } from '../contract/names.ts';
import type { Connection } from '../platform/kubernetes-connection.ts';
import { sendSamples } from '../platform/statsd.ts';
import { type JobRows, readRows } from './job-rows.ts';
import type { SparkJob } from './spark-application.ts';
import { runSparkJob, type SparkResult } from './spark-job.ts';
import { listenForStop } from './stop.ts';

/** Runs the job, and reads its report at a URI. Throws as both do. */
export async function runAndReport(
  connection: Connection,
  { job, report }: { readonly job: SparkJob; readonly report: string },
): Promise<SparkResult & { readonly rows: JobRows }> {
  const result = await runSparkJob(connection, job, listenForStop());
  const rows = await readRows(report);
  await sendSamples(
    (['clean', 'triage'] as const).map((kind) => ({
      name: statsdName('rows', job.category, kind),
      value: rows[kind],
      type: 'counter',
    })),
    process.env[statsdVariable],
  );
  return { ...result, rows };
}
