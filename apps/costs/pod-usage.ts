// What the pods of a run used: from its Workflow, and from the SparkApplications that it made. Pure.
import { gunzipSync } from 'node:zlib';

export interface PodUsage {
  readonly step: string;
  readonly pods: number;
  /** Seconds that they existed. */
  readonly seconds: number;
  /** What they had asked for, times the seconds. */
  readonly coreSeconds: number;
  readonly gibSeconds: number;
}

interface Node {
  readonly type?: string;
  readonly displayName?: string;
  readonly startedAt?: string | null;
  readonly finishedAt?: string | null;
  readonly resourcesDuration?: { readonly cpu?: number; readonly memory?: number };
}

/** What is read of a Workflow. */
export interface Workflow {
  readonly metadata: { readonly creationTimestamp: string };
  readonly status?: {
    readonly nodes?: Readonly<Record<string, Node>>;
    /** base64 of gzip of JSON, where the nodes are many. */
    readonly compressedNodes?: string;
    /** Argo keeps them in its database, where they are too many. */
    readonly offloadNodeStatusVersion?: string;
  };
}

/** What is read of a SparkApplication; its status is another program's, so that anything may lack. */
export interface SparkApplication {
  readonly spec: { readonly driver?: Size; readonly executor?: Size };
  readonly status?: {
    readonly lastSubmissionAttemptTime?: string | null;
    readonly terminationTime?: string | null;
    readonly executorState?: Readonly<Record<string, string>>;
  };
}
interface Size {
  readonly cores?: number;
  readonly memory?: string;
  readonly memoryOverhead?: string;
}

/** Argo counts memory in hundreds of MiB: https://argo-workflows.readthedocs.io/en/latest/resource-duration/ */
const gibOfArgoMemory = 100 / 1024;

/** By step, in the order of their names; undefined where Argo keeps the nodes elsewhere. `now` is in milliseconds. */
export function ofWorkflow({ status }: Workflow, now: number): PodUsage[] | undefined {
  const { nodes, compressedNodes, offloadNodeStatusVersion } = status ?? {};
  if (nodes === undefined && !compressedNodes && offloadNodeStatusVersion) return undefined;
  const all: Readonly<Record<string, Node>> =
    nodes ?? (compressedNodes ? JSON.parse(gunzipSync(Buffer.from(compressedNodes, 'base64')).toString()) : {});
  const pods = Object.values(all).filter(({ type, startedAt }) => type === 'Pod' && startedAt);
  // A retry's pods are `etl(0)`, `etl(1)`: one step.
  const bySteps = Map.groupBy(pods, ({ displayName = '' }) => displayName.replace(/\(\d+(:.*)?\)$/, ''));
  return [...bySteps]
    .map(([step, members]) => ({
      step,
      pods: members.length,
      seconds: sum(members, (node) => secondsBetween(node.startedAt, node.finishedAt, now)),
      coreSeconds: sum(members, ({ resourcesDuration }) => resourcesDuration?.cpu ?? 0),
      gibSeconds: sum(members, ({ resourcesDuration }) => (resourcesDuration?.memory ?? 0) * gibOfArgoMemory),
    }))
    .sort((a, b) => (a.step < b.step ? -1 : 1));
}

/** Driver and executors: each executor as if it had existed as long as the job, since nobody keeps when it came and went. */
export function ofSpark(applications: readonly SparkApplication[], now: number): PodUsage[] {
  const used = applications.filter(({ status }) => status?.lastSubmissionAttemptTime);
  if (used.length === 0) return [];
  const parts = used.flatMap(({ spec: { driver, executor }, status }) => {
    const seconds = secondsBetween(status?.lastSubmissionAttemptTime, status?.terminationTime, now);
    const executors = Object.keys(status?.executorState ?? {}).length;
    return [
      { pods: 1, seconds, size: driver },
      { pods: executors, seconds: seconds * executors, size: executor },
    ];
  });
  return [
    {
      step: 'spark',
      pods: sum(parts, ({ pods }) => pods),
      seconds: sum(parts, ({ seconds }) => seconds),
      coreSeconds: sum(parts, ({ seconds, size }) => seconds * (size?.cores ?? 1)),
      gibSeconds: sum(parts, ({ seconds, size }) => seconds * (toGiB(size?.memory) + toGiB(size?.memoryOverhead ?? '0g'))),
    },
  ];
}

/** Spark's `4g`, `4096m`; 1 GiB where nothing is said, as Spark takes it. */
function toGiB(memory = '1g'): number {
  const [, number = '1', unit = 'g'] = /^(\d+)\s*([kmgt])b?$/i.exec(memory) ?? [];
  return Number(number) * ({ k: 2 ** -20, m: 2 ** -10, g: 1, t: 2 ** 10 }[unit.toLowerCase()] ?? 1);
}

function secondsBetween(from: string | null | undefined, to: string | null | undefined, now: number): number {
  const milliseconds = (to ? Date.parse(to) : now) - Date.parse(from ?? '');
  return Number.isFinite(milliseconds) ? Math.max(0, Math.round(milliseconds / 1000)) : 0;
}

const sum = <Item>(items: readonly Item[], of: (item: Item) => number): number =>
  items.reduce((total, item) => total + of(item), 0);
