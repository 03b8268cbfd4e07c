// Follows one SparkApplication by a watch; each time that it breaks off, the object is read again, so that no event is needed.
import { type Patience, pauseFor } from '../platform/kubernetes-call.ts';
import type { Connection } from '../platform/kubernetes-connection.ts';
import { type SparkApplication, sparkKind } from './spark-application.ts';
import { type Place, readApplication } from './spark-requests.ts';

/** Where no watch can be had, it is read as often as this. */
const shortestRoundMilliseconds = 2000;
/** A control plane that is replaced is away for minutes; the job runs on. */
const patienceSeconds = 600;

/** Returns what `decide` makes of the first state that it does not leave undefined; it is given undefined once the object is gone. */
export async function followApplication<Result>(
  connection: Connection,
  place: Place,
  { decide, signal }: { decide: (application: SparkApplication | undefined) => Result | undefined; signal: AbortSignal },
): Promise<Result> {
  const patience: Patience = { patienceSeconds, signal };
  for (;;) {
    const round = pauseFor(shortestRoundMilliseconds, signal);
    round.catch(() => {});
    const application = await readApplication(connection, place, patience);
    signal.throwIfAborted();
    const result = decide(application) ?? (application && (await watchOnce(connection, place, { application, decide, signal })));
    if (result !== undefined) return result;
    await round;
  }
}

interface Watched<Result> {
  readonly application: SparkApplication;
  readonly decide: (application: SparkApplication | undefined) => Result | undefined;
  readonly signal: AbortSignal;
}

/** Ends with a result, or with undefined when the watch breaks off: closed, refused, or silent for 30 s. */
async function watchOnce<Result>(
  { watch }: Connection,
  { namespace, name }: Place,
  { application, decide, signal }: Watched<Result>,
): Promise<Result | undefined> {
  const { promise, resolve, reject } = Promise.withResolvers<Result | undefined>();
  const { group, version, plural } = sparkKind;
  const path = `/apis/${group}/${version}/namespaces/${encodeURIComponent(namespace)}/${plural}`;
  const query = { fieldSelector: `metadata.name=${name}`, resourceVersion: application.metadata.resourceVersion };
  const onEvent = (type: string, object: SparkApplication) => {
    try {
      if (type !== 'ADDED' && type !== 'MODIFIED' && type !== 'DELETED') return resolve(undefined);
      const result = decide(type === 'DELETED' ? undefined : object);
      if (result !== undefined) resolve(result);
    } catch (error) {
      reject(error);
    }
  };
  // Not awaited: a server that does not answer must not hold up a stop.
  const connecting = watch.watch(path, query, onEvent, () => resolve(undefined));
  connecting.catch(() => resolve(undefined));
  const stop = () => reject(signal.reason);
  signal.addEventListener('abort', stop);
  if (signal.aborted) stop();
  try {
    return await promise;
  } finally {
    signal.removeEventListener('abort', stop);
    connecting.then((controller) => controller.abort()).catch(() => {});
  }
}
