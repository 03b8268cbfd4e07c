// Who talks to whom in the cluster, once. Every NetworkPolicy follows from this table; what is not here is refused.
import { type WorkloadName, workloads } from '../apps/contract/names.ts';
import { statusPort } from './constructs/postgres-instances.ts';
import type { ClusterEnvironment } from './env/environment.ts';

/** Ends outside of our pods. */
export const outsiders = ['kubernetes-api', 'internet', 'clients', 'postgres-operator'] as const;
export type Outsider = (typeof outsiders)[number];

type PortOf<To extends WorkloadName> = keyof (typeof workloads)[To]['ports'] & string;

export interface Edge {
  readonly from: WorkloadName | Outsider;
  readonly to: WorkloadName | Outsider;
  /** A port of `to` in `workloads`, or the number of one that no Service has; none where `to` is an outsider. */
  readonly port?: string | number;
}

/** Each of `from` may open connections to a port of `to`. */
function reach<To extends WorkloadName>(to: To, port: PortOf<To>, from: readonly (WorkloadName | Outsider)[]): Edge[] {
  return from.map((one) => ({ from: one, to, port }));
}
/** Each of `from` may open connections to an outsider. */
const leave = (to: Outsider, from: readonly WorkloadName[]): Edge[] => from.map((one) => ({ from: one, to }));

export const edges: readonly Edge[] = [
  ...reach('load-balancer', 'http', ['clients']),
  ...reach('load-balancer', 'https', ['clients']),
  ...reach('load-balancer', 'metrics', ['prometheus']),
  ...reach('argo-server', 'web', ['load-balancer', 'prometheus']),
  ...reach('mlflow', 'http', ['load-balancer', 'training', 'prometheus']),
  ...reach('grafana', 'web', ['load-balancer', 'prometheus']),
  ...reach('prometheus', 'web', ['load-balancer', 'grafana', 'prometheus']),
  ...reach('alertmanager', 'web', ['prometheus', 'step']),
  ...reach('docs', 'http', ['load-balancer', 'prometheus']),
  ...reach('predict', 'http', ['load-balancer', 'prometheus']),
  ...reach('postgres', 'postgres', ['argo-controller', 'argo-server', 'mlflow', 'postgres-job', 'metrics-exporters']),
  ...reach('argo-controller', 'metrics', ['prometheus']),
  ...reach('spark-operator-controller', 'metrics', ['prometheus']),
  ...reach('spark-operator-webhook', 'metrics', ['prometheus']),
  ...reach('spark-operator-webhook', 'webhook', ['kubernetes-api']),
  ...reach('metrics-exporters', 'statsd-udp', ['step', 'training']),
  ...reach('metrics-exporters', 'statsd', ['prometheus']),
  ...reach('metrics-exporters', 'postgres', ['prometheus']),
  ...reach('metrics-exporters', 'kube-state', ['prometheus']),
  ...reach('spark-driver', 'driver', ['spark-executor']),
  ...reach('spark-driver', 'blocks', ['spark-executor']),
  ...reach('spark-driver', 'jmx', ['prometheus']),
  ...reach('spark-executor', 'blocks', ['spark-driver', 'spark-executor']),
  ...reach('spark-executor', 'jmx', ['prometheus']),
  ...leave('kubernetes-api', [
    'argo-controller',
    'argo-server',
    'spark-operator-controller',
    'spark-operator-webhook',
    'metrics-exporters',
    'prometheus',
    'step',
    'training',
    'spark-driver',
  ]),
];

/** What CloudNativePG's instances need beside: https://cloudnative-pg.io/documentation/current/networking/ */
export const instanceEdges: readonly Edge[] = [
  // Replicas stream from the primary; a primary that sees neither the API nor a replica stops itself.
  ...reach('postgres', 'postgres', ['postgres', 'postgres-operator']),
  ...(['postgres', 'postgres-operator'] as const).map((from) => ({ from, to: 'postgres', port: statusPort }) as const),
  ...leave('kubernetes-api', ['postgres']),
];

/** Signing in at an identity provider. */
export const signInEdges: readonly Edge[] = [
  ...reach('oauth2-proxy', 'http', ['load-balancer']),
  ...reach('oauth2-proxy', 'metrics', ['prometheus']),
  ...leave('internet', ['oauth2-proxy']),
];

/** Whose data are in buckets. */
const usersOfBuckets = [
  'argo-controller',
  'argo-server',
  'postgres-job',
  'mlflow',
  'predict',
  'docs',
  'step',
  'training',
  'spark-driver',
  'spark-executor',
] as const satisfies WorkloadName[];

/** Google Cloud's and Amazon's interfaces; Grafana reads BigQuery. */
export const cloudEdges: readonly Edge[] = leave('internet', [...usersOfBuckets, 'grafana']);

/** What a cluster without a cloud has in its place. */
export const ownEdges: readonly Edge[] = [
  ...reach('objects', 's3', [...usersOfBuckets, 'trigger']),
  ...reach('trigger', 'http', ['prometheus']),
  ...leave('kubernetes-api', ['setup', 'trigger']),
];

/** The edges of an environment. */
export const edgesOf = ({
  database,
  google,
  auth,
  monitoring,
}: Pick<ClusterEnvironment, 'database' | 'google' | 'auth' | 'monitoring'>): readonly Edge[] => [
  ...edges,
  ...(google ? cloudEdges : ownEdges),
  ...(auth.mode === 'oidc' ? signInEdges : []),
  ...(monitoring.receiver.kind === 'none' ? [] : leave('internet', ['alertmanager'])),
  ...(database === 'cloudnativepg' ? instanceEdges : []),
];

/** The number of an edge's port: the API server's own, 443 elsewhere outside. */
export function portOf({ to, port }: Edge, { apiServerPort }: Pick<ClusterEnvironment, 'apiServerPort'>): number {
  if (typeof port === 'number') return port;
  if (to === 'kubernetes-api') return apiServerPort;
  const ports: Readonly<Record<string, number>> = to in workloads ? workloads[to as WorkloadName].ports : {};
  return port === undefined ? 443 : (ports[port] as number);
}
