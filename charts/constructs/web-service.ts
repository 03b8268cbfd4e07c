// A long-running service: Deployment, Service, ServiceAccount, PodDisruptionBudget and NetworkPolicy under one name.
import { IntOrString, KubeDeployment, KubePodDisruptionBudget, KubeService } from 'cdk8s-plus-28/lib/imports/k8s.js';
import { Construct } from 'constructs';
import { udpPorts, type WorkloadName, workloads } from '../../apps/contract/names.ts';
import { Account, type AccountProps } from './account.ts';
import { type ServerProps, toServer } from './container.ts';
import { toMetadata, toSelector } from './metadata.ts';
import { WorkloadPolicy } from './network-policy.ts';
import { type PodProps, toPodTemplate } from './pod.ts';

export interface WebServiceProps extends Omit<PodProps, 'containers'>, Pick<AccountProps, 'rules' | 'clusterRules'> {
  /** Each with its probes; together they must open every port that `workloads` names. */
  readonly servers: readonly ServerProps[];
  readonly replicas: number;
  /** `recreate` where a disk can be mounted by one pod only. */
  readonly update: 'rolling' | 'recreate';
}

/** The id is free; every object has the workload's name. Throws where a port of `workloads` is opened by no container. */
export class WebService extends Construct {
  constructor(scope: Construct, id: string, props: WebServiceProps) {
    super(scope, id);
    const { workload, env, servers, replicas, update, rules, clusterRules } = props;
    checkPorts(workload, servers);
    const metadata = toMetadata(workload, env);
    const selector = { matchLabels: toSelector(workload) };
    new Account(this, 'account', { workload, env, ...(rules && { rules }), ...(clusterRules && { clusterRules }) });
    new WorkloadPolicy(this, 'policy', { workload, env });
    new KubeDeployment(this, 'deployment', {
      metadata,
      spec: {
        replicas,
        revisionHistoryLimit: 3,
        selector,
        strategy:
          update === 'recreate'
            ? { type: 'Recreate' }
            : {
                type: 'RollingUpdate',
                rollingUpdate: { maxUnavailable: IntOrString.fromNumber(0), maxSurge: IntOrString.fromNumber(1) },
              },
        template: toPodTemplate({ ...props, containers: servers.map(toServer) }),
      },
    });
    if (Object.keys(workloads[workload].ports).length > 0) createService(this, props);
    // One pod at a time may be evicted: `minAvailable` would keep a single pod's node from ever draining.
    // A pod that is not well serves nobody: it must not keep a node from draining either.
    new KubePodDisruptionBudget(this, 'budget', {
      metadata,
      spec: { selector, maxUnavailable: IntOrString.fromNumber(1), unhealthyPodEvictionPolicy: 'AlwaysAllow' },
    });
  }
}

/** The Service of a workload, with the ports of `workloads`; that of a StatefulSet is headless. */
export function createService(
  scope: Construct,
  { workload, env, headless = false }: Pick<PodProps, 'workload' | 'env'> & { readonly headless?: boolean },
): KubeService {
  return new KubeService(scope, 'service', {
    metadata: toMetadata(workload, env),
    spec: {
      type: 'ClusterIP',
      ...(headless ? { clusterIp: 'None' } : {}),
      selector: toSelector(workload),
      ports: Object.entries(workloads[workload].ports).map(([name, port]) => ({
        name,
        port,
        targetPort: IntOrString.fromString(name),
        protocol: udpPorts.includes(name) ? 'UDP' : 'TCP',
      })),
    },
  });
}

function checkPorts(workload: WorkloadName, servers: readonly ServerProps[]): void {
  const opened = Object.assign({}, ...servers.map(({ ports }) => ports)) as Record<string, number>;
  for (const [name, port] of Object.entries<number>(workloads[workload].ports))
    if (opened[name] !== port)
      throw new Error(
        `service ${workload}: port ${name} is ${opened[name] ?? 'opened by no container'}; expected ${port} as in apps/contract/names.ts`,
      );
}
