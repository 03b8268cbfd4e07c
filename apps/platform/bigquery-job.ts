// One BigQuery job under a name of its own: a retry, or a second step that does the same, adopts the job that still runs.
import { setTimeout as sleep } from 'node:timers/promises';
import type { BigQuery, Job, JobMetadata } from '@google-cloud/bigquery';
import type { BigQueryConnection } from './bigquery.ts';
import { ConflictError, isTemporary, passesSoon } from './bigquery-errors.ts';
import { OutcomeError, TemporaryError, UsageError, type UserError } from './errors.ts';
import { log } from './log.ts';
import { toLine } from './one-line.ts';

type CreatedJob = readonly [job: Job, ...unknown[]];

export interface JobRequest {
  /** Letters, digits, `_` and `-`: the same for each try of the same work. */
  readonly id: string;
  readonly what: string;
  /** Makes the job under a name by the client's methods. */
  readonly create: (client: BigQuery, place: { readonly jobId: string; readonly location: string }) => Promise<CreatedJob>;
  readonly waitMinutes?: number;
}

/** A job that has ended well. */
export interface DoneJob {
  readonly id: string;
  readonly statistics: NonNullable<JobMetadata['statistics']>;
}

/** `mostNames`: ended jobs of one name before this one. `mostTries`: jobs that this process starts after temporary failures. */
const mostNames = 50;
const mostTries = 3;
const firstPauseMilliseconds = 250;
const longestPauseMilliseconds = 10_000;

/** Runs a job to its good end. Throws OutcomeError or UsageError where it fails for good, TemporaryError where a retry may help. */
export async function runJob(bigQuery: BigQueryConnection, request: JobRequest): Promise<DoneJob> {
  let tries = 0;
  for (let number = 1; number <= mostNames; number++) {
    const id = number === 1 ? request.id : `${request.id}-${number}`;
    const { job, isNew } = await createOrAdopt(bigQuery, request, id);
    // A job that has ended is not adopted: the cause of its failure may be gone, or others may have overwritten its rows.
    if (!isNew && stateOf(job) === 'DONE') continue;
    if (!isNew) log('adopted', { job: id, state: stateOf(job) });
    const { status, statistics = {} } = await awaitJob(bigQuery, request, { id, job });
    if (status?.errorResult == null) return { id, statistics };
    const failure = toFailure(`${request.what}: job ${id}`, status);
    if (!passesSoon(status.errorResult.reason ?? '') || ++tries === mostTries) throw failure;
    log('again', { job: id, why: failure.message });
    await sleep(firstPauseMilliseconds * 4 ** tries);
  }
  throw new TemporaryError(
    `${request.what}: ${mostNames} jobs of the name ${request.id} have ended already; look at them in BigQuery's console`,
  );
}

async function createOrAdopt(
  bigQuery: BigQueryConnection,
  { what, create }: JobRequest,
  id: string,
): Promise<{ job: JobMetadata; isNew: boolean }> {
  const { location } = bigQuery;
  try {
    const job = await bigQuery.ask(what, (client) => create(client, { jobId: id, location }).then(toMetadata, metadataOf));
    log('started', { job: id });
    return { job, isNew: true };
  } catch (error) {
    if (!(error instanceof ConflictError)) throw error;
  }
  return { job: await readJob(bigQuery, what, id), isNew: false };
}

const toMetadata = ([job]: CreatedJob): JobMetadata => job.metadata as JobMetadata;

/** If a new job has failed at once, the client throws its failure; the error carries the job. */
function metadataOf(error: { readonly response?: JobMetadata }): JobMetadata {
  if (error.response?.jobReference === undefined) throw error;
  return error.response;
}

async function readJob(bigQuery: BigQueryConnection, what: string, id: string): Promise<JobMetadata> {
  const { location } = bigQuery;
  const metadata = await bigQuery.askIfAny(`${what}: reading job ${id}`, async (client) => {
    const [found] = await client.job(id, { location }).getMetadata();
    return found as JobMetadata;
  });
  if (metadata !== undefined) return metadata;
  throw new TemporaryError(`${what}: job ${id} can't be found in ${location}; check --location`);
}

const stateOf = ({ status }: JobMetadata) => status?.state ?? 'PENDING';

async function awaitJob(
  bigQuery: BigQueryConnection,
  { what, waitMinutes = 60 }: JobRequest,
  { id, job }: { id: string; job: JobMetadata },
): Promise<JobMetadata> {
  const deadline = Date.now() + waitMinutes * 60_000;
  let current = job;
  for (let pause = firstPauseMilliseconds; stateOf(current) !== 'DONE'; pause = Math.min(pause * 1.5, longestPauseMilliseconds)) {
    if (Date.now() > deadline)
      throw new TemporaryError(`${what}: job ${id} still runs after ${waitMinutes} minutes; a retry waits for the same job`);
    await sleep(pause);
    current = await readJob(bigQuery, what, id);
  }
  return current;
}

function toFailure(what: string, { errorResult, errors }: NonNullable<JobMetadata['status']>): UserError {
  const { reason = '', message = '' } = errorResult ?? {};
  const others = (errors ?? []).map((error) => error.message ?? '').filter((text) => text !== message);
  const line = `${what} failed: ${toLine([message, ...others.slice(0, 2)].join('; '))} (${reason})`;
  if (isTemporary(reason)) return new TemporaryError(line);
  if (reason === 'accessDenied') return new UsageError(`${line}; the account needs that role`);
  if (reason === 'notFound')
    return new UsageError(`${line}; check --warehouse and --location, and run tables, which makes the tables`);
  return new OutcomeError(line);
}
