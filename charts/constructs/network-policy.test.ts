import { Testing } from 'cdk8s';
import { expect, test } from 'vitest';
import { type WorkloadName, workloads } from '../../apps/contract/names.ts';
import { edges, outsiders, portOf } from '../edges.ts';
import type { ClusterEnvironment } from '../env/environment.ts';
import { prod } from '../env/prod.ts';
import { WorkloadPolicy } from './network-policy.ts';

const env = prod as ClusterEnvironment;

function policyOf(workload: WorkloadName) {
  const chart = Testing.chart();
  new WorkloadPolicy(chart, 'policy', { workload, env });
  return chart.toJson()[0].spec;
}
const isWorkload = (end: string): end is WorkloadName => end in workloads;

test('both ends of each edge let it through, and an edge names a port that its end has', () => {
  for (const edge of edges) {
    expect(portOf(edge)).toBeGreaterThan(0);
    const allows = (rules: { ports: { port: number }[]; from?: object[]; to?: object[] }[], side: 'from' | 'to', label: string) =>
      rules.some((rule) => rule.ports.some(({ port }) => port === portOf(edge)) && JSON.stringify(rule[side]).includes(label));
    const label = (end: string) => (isWorkload(end) ? `"app.kubernetes.io/name":"${end}"` : 'ipBlock');
    if (isWorkload(edge.from)) expect(allows(policyOf(edge.from).egress, 'to', label(edge.to)), JSON.stringify(edge)).toBe(true);
    if (isWorkload(edge.to)) expect(allows(policyOf(edge.to).ingress, 'from', label(edge.from)), JSON.stringify(edge)).toBe(true);
  }
});

test('no edge is there twice, and each workload is in one at least', () => {
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
