// One Spark job from its creation to its end; a stop from outside ends the job too.
import { TemporaryError, UsageError, UserError } from '../platform/errors.ts';
import type { Connection } from '../platform/kubernetes-connection.ts';
import { log } from '../platform/log.ts';
import { toOutcome } from './driver-outcome.ts';
import { followApplication } from './follow-application.ts';
import { removeApplication } from './remove-application.ts';
import {
  hasEnded,
  hasFailed,
  type SparkApplication,
  type SparkJob,
  specHashOf,
  toManifest,
  toProgress,
} from './spark-application.ts';
import { createApplication, listSparkPods, nameOf, readApplication } from './spark-requests.ts';

/** Kubernetes kills a pod 30 s after it asked it to end. */
const stopSeconds = 25;
/** A driver ends its executors, each of which has 30 s. */
const replaceSeconds = 90;

export interface SparkResult {
  readonly state: string;
  readonly attempts: number;
  readonly seconds: number;
  readonly driverPod: string | null;
  /** Executors that the job had, one after another or at once. */
  readonly executors: number;
}

/**
 * Creates the job's SparkApplication, or adopts the one of an earlier try, and waits for its end. Throws UserError with the driver's exit code
 * and the result where it fails, TemporaryError where it was deleted or `signal` came, in which case the application is deleted first.
 */
export async function runSparkJob(connection: Connection, job: SparkJob, signal: AbortSignal): Promise<SparkResult> {
  try {
    const { metadata } = await createOrAdopt(connection, job, signal);
    return await awaitEnd(connection, { job, uid: metadata.uid }, signal);
  } catch (error) {
    if (!signal.aborted) throw error;
    throw await stopJob(connection, job, signal);
  }
}

async function createOrAdopt(connection: Connection, job: SparkJob, signal: AbortSignal): Promise<SparkApplication> {
  const manifest = toManifest(job);
  for (let round = 0; round < 5; round++) {
    signal.throwIfAborted();
    const created = await createApplication(connection, manifest, { signal });
    if (created !== undefined) {
      log('created', { application: job.name, namespace: job.namespace });
      return created;
    }
    const existing = await readApplication(connection, job, { signal });
    if (existing === undefined) continue;
    const isGoing = existing.metadata.deletionTimestamp !== undefined;
    if (!isGoing && specHashOf(existing) !== specHashOf(manifest))
      throw refuseOther(job, specHashOf(existing), specHashOf(manifest));
    if (!isGoing && !hasFailed(existing)) {
      log('adopted', { application: job.name, ...toProgress(existing) });
      return existing;
    }
    log(isGoing ? 'waiting for an earlier one to go' : 'replacing a failed try', { application: job.name });
    const left = await removeApplication(
      connection,
      { namespace: job.namespace, application: existing, boundSeconds: replaceSeconds },
      signal,
    );
    if (left.length > 0)
      throw new TemporaryError(`${nameOf(job)}: an earlier one is still there after ${replaceSeconds} s: ${left.join(', ')}`);
  }
  throw new TemporaryError(`${nameOf(job)}: others create and delete it at the same time; run one step with this name`);
}

const refuseOther = (job: SparkJob, theirs: string, ours: string) =>
  new UsageError(
    `${nameOf(job)} is there with another spec: its sha256 is ${theirs.slice(0, 12)}, this step's ${ours.slice(0, 12)}; ` +
      'give each step a --name of its own, or delete that one',
  );

async function awaitEnd(
  connection: Connection,
  { job, uid }: { job: SparkJob; uid: string },
  signal: AbortSignal,
): Promise<SparkResult> {
  let said = '';
  const ended = await followApplication(connection, job, {
    signal,
    decide: (application) => {
      if (application === undefined || application.metadata.uid !== uid || application.metadata.deletionTimestamp !== undefined)
        throw new TemporaryError(`${nameOf(job)} was deleted before its end; a retry creates it anew`);
      const progress = toProgress(application);
      if (JSON.stringify(progress) !== said) log('spark', { application: job.name, ...progress });
      said = JSON.stringify(progress);
      return hasEnded(application) ? application : undefined;
    },
  });
  const outcome = toOutcome(ended, hasFailed(ended) ? await listSparkPods(connection, job) : []);
  const result = toResult(ended);
  if (outcome.exitCode === 0) return result;
  const driver = result.driverPod === null ? '' : `; see the log of pod ${result.driverPod}`;
  throw new UserError(outcome.exitCode, `${nameOf(job)}: ${result.state}: ${outcome.reason}${driver}`, result);
}

function toResult(application: SparkApplication): SparkResult {
  const { driverInfo, executorState, executionAttempts, terminationTime } = application.status ?? {};
  const end = terminationTime ? Date.parse(terminationTime) : Date.now();
  return {
    state: toProgress(application).state,
    attempts: executionAttempts ?? 0,
    seconds: Math.max(0, Math.round((end - Date.parse(application.metadata.creationTimestamp)) / 1000)),
    driverPod: driverInfo?.podName ?? null,
    executors: Object.keys(executorState ?? {}).length,
  };
}

/** Deletes what this step, or an earlier try of it, has made. Returns what to throw. */
async function stopJob(connection: Connection, job: SparkJob, signal: AbortSignal): Promise<TemporaryError> {
  const why = (signal.reason as Error).message;
  log(why, { application: job.name });
  try {
    const existing = await readApplication(connection, job, { patienceSeconds: 5 });
    const isOurs = existing !== undefined && specHashOf(existing) === specHashOf(toManifest(job));
    const removal = { namespace: job.namespace, application: existing as SparkApplication, boundSeconds: stopSeconds };
    const left = isOurs ? await removeApplication(connection, removal) : [];
    const end = left.length === 0 ? 'it and its pods are gone' : `still there after ${stopSeconds} s: ${left.join(', ')}`;
    return new TemporaryError(`${nameOf(job)}: ${why}; ${end}`);
  } catch (error) {
    return new TemporaryError(`${nameOf(job)}: ${why}, but it may still run: ${(error as Error).message}`);
  }
}
