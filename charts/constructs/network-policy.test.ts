import { App, Chart } from 'cdk8s';
import { expect, test } from 'vitest';
import { type WorkloadName, workloads } from '../../apps/contract/names.ts';
import { edgesOf, outsiders, portOf } from '../edges.ts';
import type { ClusterEnvironment } from '../env/environment.ts';
import { prod } from '../env/prod.ts';
import { solo as soloInput } from '../env/solo.ts';
import { WorkloadPolicy } from './network-policy.ts';
import { instanceLabels, operator } from './postgres-instances.ts';

const env = prod as ClusterEnvironment;
const solo = soloInput as ClusterEnvironment;
const operated: ClusterEnvironment = { ...env, database: 'cloudnativepg' };

function policyOf(workload: WorkloadName, of = env) {
  // Not cdk8s' Testing, which leaves a folder in the temporary one at each call.
  const chart = new Chart(new App(), 'policy');
  new WorkloadPolicy(chart, 'policy', { workload, env: of });
  return chart.toJson()[0].spec;
}
const isWorkload = (end: string): end is WorkloadName => end in workloads;

function labelOf(end: string, { database }: ClusterEnvironment): string {
  if (end === 'postgres' && database === 'cloudnativepg') return JSON.stringify(instanceLabels);
  if (end === 'postgres-operator') return JSON.stringify(operator.labels);
  return isWorkload(end) ? `"app.kubernetes.io/name":"${end}"` : 'ipBlock';
}

test.each([env, operated])(
  'both ends of each edge let it through, and an edge names a port that its end has: $database',
  (of) => {
    for (const edge of edgesOf(of)) {
      expect(portOf(edge, of)).toBeGreaterThan(0);
      const allows = (
        rules: { ports: { port: number }[]; from?: object[]; to?: object[] }[],
        side: 'from' | 'to',
        label: string,
      ) =>
        rules.some(
          (rule) => rule.ports.some(({ port }) => port === portOf(edge, of)) && JSON.stringify(rule[side]).includes(label),
        );
      if (isWorkload(edge.from))
        expect(allows(policyOf(edge.from, of).egress, 'to', labelOf(edge.to, of)), JSON.stringify(edge)).toBe(true);
      if (isWorkload(edge.to))
        expect(allows(policyOf(edge.to, of).ingress, 'from', labelOf(edge.from, of)), JSON.stringify(edge)).toBe(true);
    }
  },
);

test('no edge is there twice, and each workload is in one at least', () => {
  const edges = [edgesOf(operated), edgesOf(solo)].flatMap((some) => {
    const written = some.map((edge) => JSON.stringify(edge));
    expect(new Set(written).size).toBe(written.length);
    return some;
  });
  const ends = new Set<string>(edges.flatMap(({ from, to }) => [from, to]));
  expect(Object.keys(workloads).filter((name) => !ends.has(name))).toEqual([]);
  expect(outsiders.filter((name) => !ends.has(name))).toEqual([]);
});

test('what no edge names is closed: docs is reached on one port by two, and talks to the internet and DNS only', () => {
  const { ingress, egress } = policyOf('docs');
  expect(ingress.map(({ ports }: { ports: object[] }) => ports)).toEqual([
    [{ port: 8080, protocol: 'TCP' }],
    [{ port: 8080, protocol: 'TCP' }],
  ]);
  expect(egress).toHaveLength(3);
  expect(JSON.stringify(egress)).not.toContain('app.kubernetes.io/name');
});

test('the metrics of steps travel over UDP', () => {
  expect(policyOf('metrics-exporters').ingress[0].ports).toEqual([{ port: 9125, protocol: 'UDP' }]);
});

test("the API server is reached at its own port, and its calls may come through GKE's agent", () => {
  const elsewhere: ClusterEnvironment = { ...env, apiServer: ['10.243.0.1/32'], apiServerPort: 6443 };
  const toApi = { ports: [{ port: 6443, protocol: 'TCP' }], to: [{ ipBlock: { cidr: '10.243.0.1/32' } }] };
  expect(policyOf('argo-controller', elsewhere).egress).toContainEqual(toApi);
  const { ingress } = policyOf('spark-operator-webhook', elsewhere);
  expect(JSON.stringify(ingress)).toContain('"k8s-app":"konnectivity-agent"');
  expect(JSON.stringify(policyOf('argo-controller', elsewhere).egress)).not.toContain('konnectivity-agent');
});

test('where setup finds the API server, its addresses are in no policy of ours, and no rule is open to all', () => {
  for (const workload of Object.keys(workloads) as WorkloadName[]) {
    const { ingress = [], egress = [] } = policyOf(workload, solo);
    for (const { from } of ingress) expect(from.length, workload).toBeGreaterThan(0);
    for (const { to } of egress) expect(to.length, workload).toBeGreaterThan(0);
    expect(JSON.stringify([ingress, egress])).not.toContain('"port":6443');
  }
  expect(JSON.stringify(policyOf('docs', solo).egress)).toContain('"objects"');
  expect(JSON.stringify(policyOf('docs', solo).egress)).not.toContain('0.0.0.0/0');
});

test('names are asked of the cluster, of the cache on the node as pod and address, and of Cloud DNS', () => {
  const [dns] = policyOf('docs').egress;
  const text = JSON.stringify(dns);
  for (const one of ['"kube-dns"', '"node-local-dns"', '169.254.20.10/32', '169.254.169.254/32']) expect(text).toContain(one);
  expect(dns.ports.map(({ port }: { port: number }) => port)).toEqual([53, 53]);
});
