// Which pods reach the API server, and which it reaches: policies that `setup` makes, since it alone knows the addresses.
import { udpPorts, type WorkloadName, workloads } from '../../apps/contract/names.ts';
import { labelKeys, namespaceOf } from '../constructs/metadata.ts';
import { edgesOf, portOf } from '../edges.ts';
import type { ClusterEnvironment } from '../env/environment.ts';

export interface PolicyToMake {
  readonly name: string;
  readonly namespace: string;
  readonly pods: {
    readonly matchExpressions: readonly { readonly key: string; readonly operator: 'In'; readonly values: readonly string[] }[];
  };
  /** `egress`: to the API server. `ingress`: from it, to these ports. */
  readonly direction: 'egress' | 'ingress';
  readonly ports?: readonly number[];
}

const toPods = (names: readonly string[]): PolicyToMake['pods'] => ({
  matchExpressions: [{ key: labelKeys.name, operator: 'In', values: [...names].sort() }],
});

/** One for each namespace whose pods ask the API server, and one for each workload that it calls. */
export function toPoliciesToMake(env: ClusterEnvironment): PolicyToMake[] {
  const edges = edgesOf(env);
  const asking = edges
    .filter(({ from, to }) => to === 'kubernetes-api' && from in workloads)
    .map(({ from }) => from as WorkloadName);
  const called = edges.filter(
    ({ from, to, port }) => from === 'kubernetes-api' && to in workloads && !udpPorts.includes(String(port)),
  );
  const namespaces = [...new Set(asking.map((name) => namespaceOf(name, env)))];
  return [
    ...namespaces.map((namespace) => ({
      name: 'kubernetes-api',
      namespace,
      pods: toPods(asking.filter((name) => namespaceOf(name, env) === namespace)),
      direction: 'egress' as const,
    })),
    ...called.map((edge) => ({
      name: `kubernetes-api-to-${edge.to}`,
      namespace: namespaceOf(edge.to as WorkloadName, env),
      pods: toPods([edge.to]),
      direction: 'ingress' as const,
      ports: [portOf(edge, env)],
    })),
  ];
}
