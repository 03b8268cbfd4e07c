// What became of the rows, as the runner of apps/spark wrote it into the bucket.
import { z } from 'zod';
import { TemporaryError, UsageError } from '../platform/errors.ts';
import { readJsonObject } from '../platform/objects.ts';

const count = z.int().min(0);
const report = z.object({
  rows: z.object({ read: count, clean: count, triage: count, outsideRetention: count, monthly: count }),
});
export type JobRows = z.output<typeof report>['rows'];

/** The rows of the report at a URI. Throws TemporaryError where there is none yet, UsageError where it is no report. */
export async function readRows(uri: string): Promise<JobRows> {
  const found = await readJsonObject(uri).catch((error: Error) => {
    throw error instanceof SyntaxError ? refuse(uri, error.message) : error;
  });
  // Written before the driver ended: a bucket may show it later, and a retry finds the job completed.
  if (found === undefined)
    throw new TemporaryError(`${uri}: the job completed, but its report is not there; a retry looks again`);
  const checked = report.safeParse(found);
  if (checked.success) return checked.data.rows;
  const { path: field = [], message = '' } = checked.error.issues[0] ?? {};
  throw refuse(uri, `${field.join('.')}: ${message}`);
}

const refuse = (uri: string, why: string) =>
  new UsageError(`${uri}: not the report of a job: ${why}; use the images cluster and spark of one release`);
