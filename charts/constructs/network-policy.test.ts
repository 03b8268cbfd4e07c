import { App, Chart } from 'cdk8s';
import { expect, test } from 'vitest';
import { type WorkloadName, workloads } from '../../apps/contract/names.ts';
import { edgesOf, outsiders, portOf } from '../edges.ts';
import type { ClusterEnvironment } from '../env/environment.ts';
import { prod } from '../env/prod.ts';
import { WorkloadPolicy } from './network-policy.ts';
import { instanceLabels, operator } from './postgres-instances.ts';

const env = prod as ClusterEnvironment;
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
      expect(portOf(edge)).toBeGreaterThan(0);
      const allows = (
        rules: { ports: { port: number }[]; from?: object[]; to?: object[] }[],
        side: 'from' | 'to',
        label: string,
      ) =>
        rules.some((rule) => rule.ports.some(({ port }) => port === portOf(edge)) && JSON.stringify(rule[side]).includes(label));
      if (isWorkload(edge.from))
        expect(allows(policyOf(edge.from, of).egress, 'to', labelOf(edge.to, of)), JSON.stringify(edge)).toBe(true);
      if (isWorkload(edge.to))
        expect(allows(policyOf(edge.to, of).ingress, 'from', labelOf(edge.from, of)), JSON.stringify(edge)).toBe(true);
    }
  },
);

test('no edge is there twice, and each workload is in one at least', () => {
  const edges = edgesOf(operated);
  const written = edges.map((edge) => JSON.stringify(edge));
  expect(new Set(written).size).toBe(written.length);
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
