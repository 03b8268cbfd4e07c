// The node pools of a cluster as gcloud's flags: labels and taints as pods ask for them, machines that hold the largest pod.

import { type WorkloadName, workloads } from '../../apps/contract/names.ts';
import { UsageError } from '../../apps/platform/errors.ts';
import { toPlacement } from '../constructs/pod.ts';
import type { GoogleEnvironment, NodePool } from '../env/environment.ts';
import { type Size, toBytes, toMillicores } from '../env/quantities.ts';

/** Smallest first: processors and GiB. */
const machines = [4, 8, 16, 32].map((cpus) => ({ type: `e2-standard-${cpus}`, cpus, gib: 4 * cpus }));

/** Workloads of a pool of their own; all others are in `services`. */
const tenants: Readonly<Partial<Record<WorkloadName, NodePool>>> = {
  'spark-driver': 'spark',
  'spark-executor': 'executors',
  training: 'training',
};

/** The tag of our nodes, which the firewall knows them by. */
export const nodeTag = 'taxiway-nodes';
/** The nodes' own Google service account. */
export const nodeAccount = 'taxiway-nodes';

/** A pool's name and flags. Throws UsageError where no machine holds the largest pod of its workloads. */
export function toPoolFlags(env: GoogleEnvironment, pool: NodePool): string[] {
  const { label, spot } = env.nodePools[pool];
  const { nodeSelector = {}, tolerations = [] } = toPlacement(env, pool);
  const { type, room } = chooseMachine(env, pool);
  const least = pool === 'services' ? 1 : 0;
  // The quota bounds the pipeline's pods, so that it bounds their nodes too; services have three nodes beside.
  const { cpu, memory } = env.pipelineQuota;
  const most = Math.ceil(Math.max(toMillicores(cpu) / room.millicores, toBytes(memory) / room.bytes)) + 3 * least;
  return [
    label,
    `--machine-type=${type}`,
    ...(spot ? ['--spot'] : []),
    `--node-labels=${Object.entries(nodeSelector)
      .map((one) => one.join('='))
      .join()}`,
    ...tolerations.map(({ key, value, effect }) => `--node-taints=${key}=${value}:${effect}`),
    `--node-locations=${env.google.zone}`,
    `--num-nodes=${least}`,
    `--total-min-nodes=${least}`,
    `--total-max-nodes=${most}`,
    `--tags=${nodeTag}`,
    `--service-account=${nodeAccount}@${env.google.project}.iam.gserviceaccount.com`,
  ];
}

function chooseMachine(env: GoogleEnvironment, pool: NodePool) {
  const names = (Object.keys(workloads) as WorkloadName[]).filter((name) => (tenants[name] ?? 'services') === pool);
  const requests = names
    .map((name) => (env.sizes as Readonly<Record<string, Size>>)[name]?.requests)
    .filter((one) => one !== undefined);
  const millicores = Math.max(...requests.map(({ cpu }) => toMillicores(cpu)));
  const bytes = Math.max(...requests.map(({ memory }) => toBytes(memory)));
  for (const { type, cpus, gib } of machines) {
    const room = toRoom(cpus, gib);
    if (room.millicores >= millicores && room.bytes >= bytes) return { type, room };
  }
  throw new UsageError(
    `charts/env/${env.name}.ts: sizes: the largest pod of pool "${pool}" asks for ${millicores}m and ${bytes / 2 ** 30}Gi; no machine of charts/prepare/node-pools.ts holds it`,
  );
}

/** What is left for pods of ours: without what GKE reserves, and half a processor and 1.5 GiB for its own pods on each node. */
function toRoom(cpus: number, gib: number): { readonly millicores: number; readonly bytes: number } {
  // https://cloud.google.com/kubernetes-engine/docs/concepts/plan-node-sizes
  const share = (size: number, from: number, to: number) => Math.max(0, Math.min(size, to) - from);
  const cores =
    0.06 * share(cpus, 0, 1) + 0.01 * share(cpus, 1, 2) + 0.005 * share(cpus, 2, 4) + 0.0025 * share(cpus, 4, Infinity);
  const memory = 0.25 * share(gib, 0, 4) + 0.2 * share(gib, 4, 8) + 0.1 * share(gib, 8, 16) + 0.06 * share(gib, 16, 128) + 0.1;
  return { millicores: 1000 * (cpus - cores - 0.5), bytes: (gib - memory - 1.5) * 2 ** 30 };
}
