// What a change would cost: what all pods of a component ask for together, and its disks, before and after.
import { type KubernetesObject, toObjects } from '../dist-objects.ts';
import { toBytes, toMillicores } from '../env/quantities.ts';

export interface Cost {
  readonly millicores: number;
  readonly memoryBytes: number;
  readonly diskBytes: number;
}

export interface CostChange {
  readonly environment: string;
  readonly component: string;
  readonly before: Cost;
  readonly after: Cost;
}

const kinds = ['millicores', 'memoryBytes', 'diskBytes'] as const satisfies (keyof Cost)[];
const nothing: Cost = { millicores: 0, memoryBytes: 0, diskBytes: 0 };
const add = (one: Cost, other: Cost): Cost => ({
  millicores: one.millicores + other.millicores,
  memoryBytes: one.memoryBytes + other.memoryBytes,
  diskBytes: one.diskBytes + other.diskBytes,
});

// biome-ignore lint/suspicious/noExplicitAny: a manifest is data of any shape
type Value = any;

/** Components whose requests or disks differ, by name. Pods that come and go (Jobs, workflows) are not in it. Pure. */
export function findCostChanges(before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>): CostChange[] {
  const [was, is] = [sumByComponent(before), sumByComponent(after)];
  return [...new Set([...was.keys(), ...is.keys()])].sort().flatMap((key) => {
    const [environment = '', component = ''] = key.split('/');
    const change = { environment, component, before: was.get(key) ?? nothing, after: is.get(key) ?? nothing };
    return kinds.some((kind) => change.before[kind] !== change.after[kind]) ? [change] : [];
  });
}

function sumByComponent(files: ReadonlyMap<string, string>): Map<string, Cost> {
  const sums = new Map<string, Cost>();
  for (const [path, text] of files) {
    const key = path.split('/').slice(0, 2).join('/');
    for (const object of toObjects(text).values()) sums.set(key, add(sums.get(key) ?? nothing, costOf(object)));
  }
  return sums;
}

function costOf(object: KubernetesObject): Cost {
  const spec = object.spec as Value;
  if (object.kind === 'PersistentVolumeClaim') return { ...nothing, diskBytes: bytesOf(spec.resources?.requests?.storage) };
  if (object.kind === 'Deployment' || object.kind === 'StatefulSet') {
    const pod = costOfPod(spec.template?.spec);
    const disks = ((spec.volumeClaimTemplates ?? []) as Value[]).map((one) => bytesOf(one.spec?.resources?.requests?.storage));
    return multiply({ ...pod, diskBytes: disks.reduce((sum, one) => sum + one, 0) }, spec.replicas ?? 1);
  }
  // CloudNativePG's: it makes the pods and the disks of its instances.
  if (object.kind === 'Cluster' && object.apiVersion?.startsWith('postgresql.cnpg.io/'))
    return multiply({ ...requestsOf(spec), diskBytes: bytesOf(spec.storage?.size) }, spec.instances ?? 1);
  return nothing;
}

/** As the scheduler counts: all containers and sidecars together, or the largest init container where that is more. */
function costOfPod(pod: Value): Cost {
  const first: Value[] = pod?.initContainers ?? [];
  const isSidecar = ({ restartPolicy }: Value) => restartPolicy === 'Always';
  const running = [...(pod?.containers ?? []), ...first.filter(isSidecar)].map(requestsOf).reduce(add, nothing);
  const starting = first.filter((one) => !isSidecar(one)).map(requestsOf);
  const most = (kind: keyof Cost) => Math.max(running[kind], ...starting.map((one) => one[kind]));
  return { ...nothing, millicores: most('millicores'), memoryBytes: most('memoryBytes') };
}

const requestsOf = ({ resources }: Value): Cost => {
  const { cpu, memory } = resources?.requests ?? {};
  return { ...nothing, millicores: cpu === undefined ? 0 : toMillicores(cpu), memoryBytes: bytesOf(memory) };
};

const bytesOf = (amount: string | undefined): number => (amount === undefined ? 0 : toBytes(amount));

const multiply = (cost: Cost, count: number): Cost => ({
  millicores: count * cost.millicores,
  memoryBytes: count * cost.memoryBytes,
  diskBytes: count * cost.diskBytes,
});

/** A Markdown section: the sum of each environment, and each component's before and after; no line where nothing changes. */
export function toCostLines(changes: readonly CostChange[]): string[] {
  if (changes.length === 0) return [];
  const lines = [...Map.groupBy(changes, ({ environment }) => environment)].flatMap(([environment, members]) => {
    const sum = (side: 'before' | 'after') => members.map((one) => one[side]).reduce(add, nothing);
    return [
      `- **${environment}**: ${toDifference(sum('before'), sum('after')) || 'the same in sum'}`,
      ...members.map(
        ({ component, before, after }) =>
          `  - ${component}: ${toDifference(before, after)} (${toTotal(before)} → ${toTotal(after)})`,
      ),
    ];
  });
  return ['', '## What pods ask for, and disks', '', ...lines];
}

function toDifference(before: Cost, after: Cost): string {
  return kinds
    .filter((kind) => before[kind] !== after[kind])
    .map((kind) => {
      const change = after[kind] - before[kind];
      return `${change > 0 ? '+' : '−'}${toAmount(kind, Math.abs(change))}`;
    })
    .join(', ');
}

const toTotal = (cost: Cost): string =>
  kinds
    .filter((kind) => cost[kind] > 0)
    .map((kind) => toAmount(kind, cost[kind]))
    .join(', ') || 'nothing';

function toAmount(kind: keyof Cost, amount: number): string {
  const round = (value: number) => Number(value.toFixed(2));
  if (kind === 'millicores') return `${round(amount / 1000)} cpu`;
  return `${round(amount / 2 ** 30)} GiB ${kind === 'memoryBytes' ? 'memory' : 'disk'}`;
}
