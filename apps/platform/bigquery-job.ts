// One BigQuery job under a name of its own: a retry, or a second step that does the same, adopts the job that still runs.
import { setTimeout as sleep } from 'node:timers/promises';
import type { BigQuery } from './bigquery.ts';
import { BigQueryRefusal, isTemporary, passesSoon } from './bigquery-refusal.ts';
import { OutcomeError, TemporaryError, UsageError, type UserError } from './errors.ts';
import { log } from './log.ts';
import { toLine } from './one-line.ts';

/** What is read of a job. */
export interface Job {
  readonly jobReference: { readonly jobId: string };
  readonly status: {
    readonly state: 'PENDING' | 'RUNNING' | 'DONE';
    readonly errorResult?: { readonly reason?: string; readonly message?: string };
    readonly errors?: readonly { readonly message?: string }[];
  };
  readonly statistics?: {
    readonly load?: { readonly outputRows?: string; readonly outputBytes?: string };
    readonly query?: { readonly totalBytesBilled?: string };
  };
}

export interface JobRequest {
  /** Letters, digits, `_` and `-`: the same for each try of the same work. */
  readonly id: string;
  readonly what: string;
  readonly configuration: object;
  /** Starts the job in another way than by a request without content. Throws BigQueryRefusal with 409 where the id is taken. */
  readonly start?: (job: object) => Promise<Job>;
  readonly waitMinutes?: number;
}

/** Jobs of one name that may have failed before this one, and jobs that this process starts anew because the last one failed for a moment. */
const mostNames = 50;
const mostTries = 3;
const firstPauseMilliseconds = 250;
const longestPauseMilliseconds = 10_000;

/** Runs a job to its good end. Throws OutcomeError or UsageError where it fails for good, TemporaryError where a retry may help. */
export async function runJob(bigQuery: BigQuery, request: JobRequest): Promise<Job> {
  let tries = 0;
  for (let number = 1; number <= mostNames; number++) {
    const id = number === 1 ? request.id : `${request.id}-${number}`;
    const { job, found } = await startOrAdopt(bigQuery, request, id);
    const hasEnded = job.status.state === 'DONE';
    // One that has ended is not adopted: its cause may be mended by now, or others may have written over what it wrote.
    if (hasEnded && (found === 'before' || (found === 'meanwhile' && job.status.errorResult !== undefined))) continue;
    if (found !== 'no') log('adopted', { job: id, state: job.status.state });
    const done = await awaitJob(bigQuery, request, job);
    if (done.status.errorResult === undefined) return done;
    const failure = toFailure(request.what, done);
    if (!passesSoon(done.status.errorResult.reason ?? '') || ++tries === mostTries) throw failure;
    log('again', { job: id, why: failure.message });
    await sleep(firstPauseMilliseconds * 4 ** tries);
  }
  throw new TemporaryError(
    `${request.what}: ${mostNames} jobs of the name ${request.id} have failed; look at them in BigQuery's console`,
  );
}

/** `found`: not at all, before this try, or made by another try at the same moment. */
async function startOrAdopt(
  bigQuery: BigQuery,
  request: JobRequest,
  id: string,
): Promise<{ job: Job; found: 'no' | 'before' | 'meanwhile' }> {
  const { project, location } = bigQuery;
  const read = () =>
    bigQuery.askIfAny<Job>({
      what: `${request.what}: reading job ${id}`,
      method: 'GET',
      path: `jobs/${id}`,
      query: { location },
    });
  // Before an upload it is cheaper to ask first.
  const earlier = request.start === undefined ? undefined : await read();
  if (earlier !== undefined) return { job: earlier, found: 'before' };
  const body = { jobReference: { projectId: project, jobId: id, location }, configuration: request.configuration };
  try {
    const job = await (request.start?.(body) ?? bigQuery.ask<Job>({ what: request.what, method: 'POST', path: 'jobs', body }));
    log('started', { job: id });
    return { job, found: 'no' };
  } catch (error) {
    if (!(error instanceof BigQueryRefusal && error.status === 409)) throw error;
  }
  const job = await read();
  if (job === undefined)
    throw new TemporaryError(
      `${request.what}: job ${id} is said to be there, but can't be found in ${location}; check --location`,
    );
  return { job, found: 'meanwhile' };
}

async function awaitJob(bigQuery: BigQuery, { what, waitMinutes = 60 }: JobRequest, started: Job): Promise<Job> {
  const deadline = Date.now() + waitMinutes * 60_000;
  const { jobId } = started.jobReference;
  let job = started;
  for (let pause = firstPauseMilliseconds; job.status.state !== 'DONE'; pause = Math.min(pause * 1.5, longestPauseMilliseconds)) {
    if (Date.now() > deadline)
      throw new TemporaryError(`${what}: job ${jobId} still runs after ${waitMinutes} minutes; a retry waits for the same job`);
    await sleep(pause);
    job = await bigQuery.ask<Job>({
      what: `${what}: reading job ${jobId}`,
      method: 'GET',
      path: `jobs/${jobId}`,
      query: { location: bigQuery.location },
    });
  }
  return job;
}

function toFailure(what: string, { jobReference: { jobId }, status: { errorResult, errors } }: Job): UserError {
  const { reason = '', message = '' } = errorResult ?? {};
  const others = (errors ?? []).map((error) => error.message ?? '').filter((text) => text !== message);
  const line = `${what}: job ${jobId} failed: ${toLine([message, ...others.slice(0, 2)].join('; '))} (${reason})`;
  if (isTemporary(reason)) return new TemporaryError(line);
  if (reason === 'accessDenied') return new UsageError(`${line}; the account needs that role`);
  if (reason === 'notFound')
    return new UsageError(`${line}; check --warehouse and --location, and run tables, which makes the tables`);
  return new OutcomeError(line);
}
