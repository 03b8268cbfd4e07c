// What the pods of a run used: from its Workflow, and from the SparkApplications that it made. Pure.
import { gunzipSync } from 'node:zlib';
import { z } from 'zod';

export interface PodUsage {
  readonly step: string;
  readonly pods: number;
  /** Seconds that they existed. */
  readonly seconds: number;
  /** What they had asked for, times the seconds. */
  readonly coreSeconds: number;
  readonly gibSeconds: number;
}

// What is read of a Workflow and of a SparkApplication. They are other programs' words: anything may be missing.
const time = z.string().nullish();
const node = z.object({
  type: z.string().optional(),
  displayName: z.string().optional(),
  startedAt: time,
  finishedAt: time,
  resourcesDuration: z.object({ cpu: z.number().optional(), memory: z.number().optional() }).nullish(),
});
const nodes = z.record(z.string(), node);
type Nodes = z.output<typeof nodes>;

/** Its nodes; undefined where Argo keeps them in its database, because they are too many. */
export const workflow = z
  .object({
    status: z
      .object({
        nodes: nodes.nullish(),
        /** base64 of gzip of JSON, where the nodes are many. */
        compressedNodes: z
          .string()
          .transform((text, context) => (text === '' ? undefined : decompress(text, context)))
          .pipe(nodes.optional())
          .nullish(),
        offloadNodeStatusVersion: z.string().nullish(),
      })
      .nullish(),
  })
  .transform(({ status }): { nodes: Nodes | undefined } => {
    const found = status?.nodes ?? status?.compressedNodes ?? undefined;
    return { nodes: found ?? (status?.offloadNodeStatusVersion ? undefined : {}) };
  });
export type Workflow = z.output<typeof workflow>;

const size = z.object({ cores: z.number().optional(), memory: z.string().optional(), memoryOverhead: z.string().optional() });
export const sparkApplications = z.object({
  items: z.array(
    z.object({
      spec: z.object({ driver: size.nullish(), executor: size.nullish() }),
      status: z
        .object({
          lastSubmissionAttemptTime: time,
          terminationTime: time,
          executorState: z.record(z.string(), z.unknown()).nullish(),
        })
        .nullish(),
    }),
  ),
});
export type SparkApplication = z.output<typeof sparkApplications>['items'][number];

function decompress(text: string, context: z.RefinementCtx): unknown {
  try {
    return JSON.parse(gunzipSync(Buffer.from(text, 'base64')).toString());
  } catch {
    context.addIssue('expected base64 of gzip of JSON');
    return z.NEVER;
  }
}

/** Argo counts memory in hundreds of MiB: https://argo-workflows.readthedocs.io/en/latest/resource-duration/ */
const gibOfArgoMemory = 100 / 1024;

/** By step, in the order of their names; undefined where Argo keeps the nodes elsewhere. `now` is in milliseconds. */
export function ofWorkflow({ nodes: all }: Workflow, now: number): PodUsage[] | undefined {
  if (all === undefined) return undefined;
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
