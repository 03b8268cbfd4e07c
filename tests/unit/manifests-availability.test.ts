// What a drained or lost node takes with it.
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { nameOf, podsOf, readManifests, type Value } from '../fixtures/manifests.ts';

const manifests = await readManifests(join(import.meta.dirname, '..', '..', 'dist'));

test('two pods of a service never share a node while another one has room; one node alone takes both', () => {
  const servers = podsOf(manifests).filter(({ manifest }) => ['Deployment', 'StatefulSet'].includes(manifest.value.kind));
  expect(servers.length).toBeGreaterThan(10);
  for (const { manifest, spec, labels } of servers) {
    const [spread] = spec.topologySpreadConstraints as Value[];
    // Without `minDomains` one node is enough; nodes that the pods may not use don't count.
    expect(spread, nameOf(manifest)).toEqual({
      maxSkew: 1,
      topologyKey: 'kubernetes.io/hostname',
      whenUnsatisfiable: 'DoNotSchedule',
      nodeTaintsPolicy: 'Honor',
      // Of one template: the pods of the old one are about to go.
      matchLabelKeys: ['pod-template-hash'],
      labelSelector: { matchLabels: expect.anything() },
    });
    for (const [key, value] of Object.entries<string>(spread?.labelSelector.matchLabels)) expect(labels[key]).toBe(value);
  }
});

test('a drain evicts pods of a service that are not well; of Postgres only while the budget allows it', () => {
  const budgets = manifests.filter(({ value }) => value.kind === 'PodDisruptionBudget');
  expect(budgets.length).toBeGreaterThan(10);
  for (const budget of budgets) {
    const isDatabase = budget.value.metadata.name === 'postgres';
    expect([nameOf(budget), budget.value.spec.unhealthyPodEvictionPolicy]).toEqual([
      nameOf(budget),
      isDatabase ? undefined : 'AlwaysAllow',
    ]);
  }
});
