// A workload's NetworkPolicy, derived from the edges; with the default-deny of its namespace nothing else gets through.
import { IntOrString, KubeNetworkPolicy, type NetworkPolicyPeer, type NetworkPolicyPort } from 'cdk8s-plus-28/lib/imports/k8s.js';
import { Construct } from 'constructs';
import { udpPorts, type WorkloadName, workloads } from '../../apps/contract/names.ts';
import { type Edge, edgesOf, type Outsider, portOf } from '../edges.ts';
import type { ClusterEnvironment } from '../env/environment.ts';
import { namespaceOf, toMetadata, toSelector } from './metadata.ts';
import { instanceLabels, operator } from './postgres-instances.ts';

export interface WorkloadPolicyProps {
  readonly workload: WorkloadName;
  readonly env: ClusterEnvironment;
}

/** Private ranges, the metadata server's among them: "the internet" is everything else. */
const privateRanges = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10', '169.254.0.0/16'];

/** One policy: the edges to and from a workload, DNS, and the metadata server where it has an identity. */
export class WorkloadPolicy extends Construct {
  constructor(scope: Construct, id: string, { workload, env }: WorkloadPolicyProps) {
    super(scope, id);
    // Where the API server's addresses are not known, `setup` makes the policies for it: a rule without peers would open the port to all.
    const isKnown = (end: string) => end !== 'kubernetes-api' || env.apiServer !== 'found';
    const edges = edgesOf(env).filter(({ from, to }) => isKnown(from) && isKnown(to));
    const ingress = edges.filter(({ to }) => to === workload);
    const egress = edges.filter(({ from }) => from === workload);
    const toRules = <Key extends 'from' | 'to'>(side: Key, some: readonly Edge[]) =>
      some.map((edge) => ({
        ports: [toPort(edge, env)],
        [side]: [...toPeers(edge[side], env), ...(side === 'from' ? toProxies(edge.from) : [])],
      }));
    const outgoing = [
      ...(edgesOf(env).some(({ from }) => from === workload) ? [dns] : []),
      ...(env.google?.identities[workload] === undefined ? [] : [metadataServer]),
      ...toRules('to', egress),
    ];
    new KubeNetworkPolicy(this, 'policy', {
      metadata: toMetadata(workload, env),
      spec: {
        podSelector: { matchLabels: toPodLabels(workload, env) },
        policyTypes: ['Ingress', 'Egress'],
        // An empty list is stored as none, and each apply would write it anew.
        ...(ingress.length === 0 ? {} : { ingress: toRules('from', ingress) }),
        ...(outgoing.length === 0 ? {} : { egress: outgoing }),
      },
    });
  }
}

const ports = (numbers: readonly number[], protocols: readonly string[]): NetworkPolicyPort[] =>
  numbers.flatMap((port) => protocols.map((protocol) => ({ port: IntOrString.fromNumber(port), protocol })));

const toPods = (namespace: string, matchLabels: Readonly<Record<string, string>>): NetworkPolicyPeer => ({
  namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace } },
  podSelector: { matchLabels },
});
const toSystemPods = (app: string): NetworkPolicyPeer => toPods('kube-system', { 'k8s-app': app });

/** Where names are asked: the cluster's server, GKE's cache on each node (as pods, and by its address), and Cloud DNS. */
const dns = {
  ports: ports([53], ['UDP', 'TCP']),
  to: [
    toSystemPods('kube-dns'),
    toSystemPods('node-local-dns'),
    { ipBlock: { cidr: '169.254.20.10/32' } },
    { ipBlock: { cidr: '169.254.169.254/32' } },
  ],
};

/** Workload Identity: https://cloud.google.com/kubernetes-engine/docs/how-to/workload-identity#network-policy */
const metadataServer = {
  ports: ports([80, 988], ['TCP']),
  to: [{ ipBlock: { cidr: '169.254.169.254/32' } }, { ipBlock: { cidr: '169.254.169.252/32' } }],
};

/** GKE's API server calls webhooks through an agent in the cluster: https://kubernetes.io/docs/tasks/extend-kubernetes/setup-konnectivity/ */
const toProxies = (from: WorkloadName | Outsider): NetworkPolicyPeer[] =>
  from === 'kubernetes-api' ? [toSystemPods('konnectivity-agent')] : [];

const toPort = (edge: Edge, env: ClusterEnvironment): NetworkPolicyPort => ({
  port: IntOrString.fromNumber(portOf(edge, env)),
  protocol: udpPorts.includes(String(edge.port)) ? 'UDP' : 'TCP',
});

/** Ours, or those that the operator gives to its pods. */
const toPodLabels = (workload: WorkloadName, env: ClusterEnvironment) =>
  workload === 'postgres' && env.database === 'cloudnativepg' ? instanceLabels : toSelector(workload);

function toPeers(end: WorkloadName | Outsider, env: ClusterEnvironment): NetworkPolicyPeer[] {
  if (end in workloads) {
    const workload = end as WorkloadName;
    return [toPods(namespaceOf(workload, env), toPodLabels(workload, env))];
  }
  if (end === 'postgres-operator') return [toPods(operator.namespace, operator.labels)];
  if (end === 'kubernetes-api') return (env.apiServer === 'found' ? [] : env.apiServer).map((cidr) => ({ ipBlock: { cidr } }));
  if (end === 'internet') return [{ ipBlock: { cidr: '0.0.0.0/0', except: privateRanges } }];
  return [{ ipBlock: { cidr: '0.0.0.0/0' } }];
}
