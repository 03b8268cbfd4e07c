// The pod of a workload, for Deployments, StatefulSets and Jobs alike.
import type { Container, PodSpec, PodTemplateSpec, Volume } from 'cdk8s-plus-28/lib/imports/k8s.js';
import { priorityClasses, type WorkloadName, workloads } from '../../apps/contract/names.ts';
import type { ClusterEnvironment, NodePool } from '../env/environment.ts';
import type { ConfigFiles } from './config-files.ts';
import { toLabels, toSelector } from './metadata.ts';
import { restrictedPod } from './security.ts';

export interface PodProps {
  readonly workload: WorkloadName;
  readonly env: ClusterEnvironment;
  /** The number of the user that the image runs as; never 0. */
  readonly user: number;
  readonly containers: readonly Container[];
  readonly priority: keyof typeof priorityClasses;
  readonly pool: NodePool;
  readonly initContainers?: readonly Container[];
  readonly volumes?: readonly Volume[];
  /** A change of their content rolls the pods. */
  readonly configs?: readonly ConfigFiles[];
  /** Of the pod; the hashes of `configs` come beside them. */
  readonly annotations?: Readonly<Record<string, string>>;
  /** True where the program calls the Kubernetes API; others get no token. */
  readonly usesKubernetesApi?: boolean;
}

/** The template of a pod; its account has the workload's name. Throws where the user is root or nothing runs in it. */
export function toPodTemplate(props: PodProps): PodTemplateSpec {
  const { workload, env, user, containers, priority, pool, initContainers = [], volumes = [], configs = [] } = props;
  const annotations = { ...props.annotations, ...Object.fromEntries(configs.map(({ name, hash }) => [`taxiway/${name}`, hash])) };
  if (!Number.isInteger(user) || user <= 0)
    throw new Error(`pod ${workload}: user ${user}: expected a number above 0, never root`);
  if (containers.length === 0) throw new Error(`pod ${workload}: no container; expected one at least`);
  return {
    metadata: {
      labels: toLabels(workload, workloads[workload].component),
      ...(Object.keys(annotations).length === 0 ? {} : { annotations }),
    },
    spec: {
      serviceAccountName: workload,
      automountServiceAccountToken: props.usesKubernetesApi ?? false,
      enableServiceLinks: false,
      priorityClassName: priorityClasses[priority],
      securityContext: restrictedPod(user),
      ...toPlacement(env, pool),
      ...(initContainers.length === 0 ? {} : { initContainers: [...initContainers] }),
      containers: [...containers],
      ...(volumes.length === 0 ? {} : { volumes: [...volumes] }),
      topologySpreadConstraints: [
        {
          maxSkew: 1,
          topologyKey: 'kubernetes.io/hostname',
          // One node alone takes all; of two that a pod may use, none takes both.
          whenUnsatisfiable: 'DoNotSchedule',
          nodeTaintsPolicy: 'Honor',
          // Of one Deployment's template: the pods of the old one are about to go.
          matchLabelKeys: ['pod-template-hash'],
          labelSelector: { matchLabels: toSelector(workload) },
        },
      ],
    },
  };
}

/** The nodes of a pool, and no others; any node where there are no pools. */
export function toPlacement(env: ClusterEnvironment, pool: NodePool): Pick<PodSpec, 'nodeSelector' | 'tolerations'> {
  if (env.nodePools === null) return {};
  const { label, tainted } = env.nodePools[pool];
  return {
    nodeSelector: { 'taxiway/pool': label },
    ...(tainted ? { tolerations: [{ key: 'taxiway/pool', operator: 'Equal', value: label, effect: 'NoSchedule' }] } : {}),
  };
}
