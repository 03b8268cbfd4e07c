// What became of the rows, as the runner of apps/spark wrote it into the bucket that this pod sees as a folder.
import { z } from 'zod';
import { TemporaryError, UsageError } from '../platform/errors.ts';
import { readJsonIfAny } from '../platform/files.ts';
import { toPath } from '../platform/uri.ts';

const count = z.int().min(0);
const report = z.object({
  rows: z.object({ read: count, clean: count, triage: count, outsideRetention: count, monthly: count }),
});
export type JobRows = z.output<typeof report>['rows'];

/** The rows of the report at a URI. Throws TemporaryError where there is none yet, UsageError where it is no report. */
export async function readRows(uri: string): Promise<JobRows> {
  const path = toPath(uri);
  const found = await readJsonIfAny(path).catch((error: Error) => {
    throw error instanceof SyntaxError ? refuse(path, error.message) : error;
  });
  // Written before the driver ended: a bucket may show it later, and a retry finds the job completed.
  if (found === undefined)
    throw new TemporaryError(`${path}: the job completed, but its report is not there; a retry looks again`);
  const checked = report.safeParse(found);
  if (checked.success) return checked.data.rows;
  const { path: field = [], message = '' } = checked.error.issues[0] ?? {};
  throw refuse(path, `${field.join('.')}: ${message}`);
}

const refuse = (path: string, why: string) =>
  new UsageError(`${path}: not the report of a job: ${why}; use the images cluster and spark of one release`);
