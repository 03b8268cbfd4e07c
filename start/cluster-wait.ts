// Waits until what was applied is healthy, and says meanwhile what is waited for and why.
import { setTimeout as sleep } from 'node:timers/promises';
import type { V1Pod } from '@kubernetes/client-node';
import { TemporaryError, UsageError } from '../apps/platform/errors.ts';
import { call, callIfAny } from '../apps/platform/kubernetes-call.ts';
import { type Document, headerOf, nameOf } from './cluster-bundle.ts';
import type { ClusterConnection, ClusterObjects } from './cluster-connection.ts';

// biome-ignore lint/suspicious/noExplicitAny: the state of many kinds
type Live = any;

const hasCondition = (live: Live, type: string) =>
  (live.status?.conditions ?? []).some((one: Live) => one.type === type && one.status === 'True');

/** Whether an object is as it shall be; kinds that are not named are once they are there. */
const isHealthy: Readonly<Record<string, (live: Live) => boolean>> = {
  Deployment: ({ metadata, spec, status = {} }) =>
    status.observedGeneration >= metadata.generation &&
    status.updatedReplicas === spec.replicas &&
    status.availableReplicas === spec.replicas &&
    status.replicas === spec.replicas,
  StatefulSet: ({ metadata, spec, status = {} }) =>
    status.observedGeneration >= metadata.generation &&
    status.readyReplicas === spec.replicas &&
    status.updateRevision === status.currentRevision,
  Job: (live) => hasCondition(live, 'Complete'),
  CustomResourceDefinition: (live) => hasCondition(live, 'Established'),
};

interface Waiting {
  readonly seconds: number;
  /** Called now and then with what is waited for. */
  readonly tell: (line: string) => void;
}

/** Throws UsageError where it can't get better by itself, TemporaryError where the time is over. */
export async function waitForAll(
  connection: ClusterConnection,
  documents: readonly Document[],
  { seconds, tell }: Waiting,
): Promise<void> {
  const objects = connection.openObjects();
  const end = Date.now() + seconds * 1000;
  let left = documents.filter(({ kind }) => isHealthy[kind] !== undefined);
  let told = { line: '', at: Date.now() };
  for (;;) {
    const checked = await Promise.all(left.map(async (one) => ((await isDone(objects, one)) ? [] : [one])));
    left = checked.flat();
    const [first] = left;
    if (first === undefined) return;
    const reason = await findReason(connection, first);
    const line = `${left.map(nameOf).join(', ')}${reason === undefined ? '' : ` (${reason})`}`;
    if (Date.now() > end)
      throw new TemporaryError(`not ready after ${seconds} s: ${line}; run npm run cluster again, it goes on`);
    // At once where something is new, and now and then where nothing is.
    const pause = line === told.line ? 60_000 : 5_000;
    if (Date.now() - told.at > pause) {
      tell(line);
      told = { line, at: Date.now() };
    }
    await sleep(1000);
  }
}

async function isDone(objects: ClusterObjects, document: Document): Promise<boolean> {
  const { kind, metadata } = document;
  const live = await callIfAny(`reading ${nameOf(document)}`, () => objects.read(headerOf(document)));
  if (live === undefined) return false;
  if (kind === 'Job' && hasCondition(live, 'Failed'))
    throw new UsageError(`${nameOf(document)} has failed; see kubectl -n ${metadata.namespace} logs job/${metadata.name}`);
  return isHealthy[kind]?.(live) ?? true;
}

/** Why a workload's pods don't run, by their own word. */
async function findReason({ core }: ClusterConnection, { kind, spec, metadata }: Document): Promise<string | undefined> {
  const namespace = metadata.namespace;
  const labels: Record<string, string> | undefined =
    kind === 'Job' ? { 'batch.kubernetes.io/job-name': metadata.name } : spec?.selector?.matchLabels;
  if (namespace === undefined || labels === undefined) return undefined;
  const labelSelector = Object.entries(labels)
    .map((one) => one.join('='))
    .join();
  const { items } = await call('listing pods', () => core.listNamespacedPod({ namespace, labelSelector }));
  return items.flatMap(reasonsOf)[0];
}

/** Registries and networks are away for a moment, too: none of these is final. */
function reasonsOf({ status, metadata }: V1Pod): string[] {
  const states = [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])];
  const waiting = states.flatMap(({ image, state }) => (state?.waiting ? [{ image, ...state.waiting }] : []));
  const unpulled = waiting.find(({ reason = '' }) => ['ErrImageNeverPull', 'ImagePullBackOff', 'ErrImagePull'].includes(reason));
  if (unpulled) {
    const next = unpulled.image?.includes('/taxiway/')
      ? 'run npm run images -- --load kind (or k3d, minikube), or --push to a registry that the nodes reach'
      : 'is the node connected?';
    return [`the node can't pull the image ${unpulled.image}; ${next}`];
  }
  if (waiting.some(({ reason }) => reason === 'CrashLoopBackOff'))
    return [`pod ${metadata?.name} crashes; see kubectl -n ${metadata?.namespace} logs ${metadata?.name}`];
  const unscheduled = status?.conditions?.find(({ type, status: is }) => type === 'PodScheduled' && is === 'False');
  if (unscheduled) return [`pod ${metadata?.name}: ${unscheduled.message}`];
  const [other] = waiting;
  return other?.message ? [`${other.reason}: ${other.message.split('\n')[0]?.slice(0, 200)}`] : [];
}
