import { expect, test } from 'vitest';
import { stringify } from 'yaml';
import { findCostChanges, toCostLines } from './cost-change.ts';

const dist = (...objects: object[]) => new Map([['prod/shop/x.yaml', objects.map((object) => stringify(object)).join('---\n')]]);
const resources = (cpu: string, memory: string) => ({ resources: { requests: { cpu, memory } } });
const named = (kind: string, spec: object, apiVersion = 'v1') => ({
  apiVersion,
  kind,
  metadata: { name: 'a', namespace: 'shop' },
  spec,
});
const deployment = (replicas: number, pod: object) => named('Deployment', { replicas, template: { spec: pod } });
const claim = (storage: string) => named('PersistentVolumeClaim', { resources: { requests: { storage } } });
const gib = 2 ** 30;

test('replicas times requests, and disks', () => {
  const pod = (memory: string) => ({ containers: [resources('250m', memory), resources('1', '512Mi')] });
  const changes = findCostChanges(
    dist(deployment(2, pod('1Gi')), claim('10Gi')),
    dist(deployment(3, pod('1536Mi')), claim('60Gi')),
  );
  expect(changes).toEqual([
    {
      environment: 'prod',
      component: 'shop',
      before: { millicores: 2500, memoryBytes: 3 * gib, diskBytes: 10 * gib },
      after: { millicores: 3750, memoryBytes: 6 * gib, diskBytes: 60 * gib },
    },
  ]);
  expect(toCostLines(changes)).toEqual([
    '',
    '## What pods ask for, and disks',
    '',
    '- **prod**: +1.25 cpu, +3 GiB memory, +50 GiB disk',
    '  - shop: +1.25 cpu, +3 GiB memory, +50 GiB disk (2.5 cpu, 3 GiB memory, 10 GiB disk → 3.75 cpu, 6 GiB memory, 60 GiB disk)',
  ]);
});

test('an init container counts where it asks for more than what runs after it, a sidecar always', () => {
  const pod = {
    containers: [resources('1', '1Gi')],
    initContainers: [resources('500m', '4Gi'), { ...resources('1', '1Gi'), restartPolicy: 'Always' }],
  };
  expect(findCostChanges(new Map(), dist(deployment(1, pod)))[0]?.after).toEqual({
    millicores: 2000,
    memoryBytes: 4 * gib,
    diskBytes: 0,
  });
});

test('no replicas is nothing, none named is one; what has no size and what comes and goes costs nothing', () => {
  const pod = { containers: [resources('1', '1Gi')] };
  expect(
    findCostChanges(dist(deployment(0, pod)), dist(named('Deployment', { template: { spec: { containers: [{}] } } }))),
  ).toEqual([]);
  expect(findCostChanges(new Map(), dist(named('Job', { template: { spec: pod } }), named('Service', {})))).toEqual([]);
  expect(
    findCostChanges(new Map(), dist(named('StatefulSet', { template: { spec: pod }, volumeClaimTemplates: [claim('5Gi')] })))[0]
      ?.after,
  ).toEqual({
    millicores: 1000,
    memoryBytes: gib,
    diskBytes: 5 * gib,
  });
});

test("a database operator's instances count with their disks", () => {
  const database = named(
    'Cluster',
    { instances: 3, ...resources('250m', '1Gi'), storage: { size: '50Gi' } },
    'postgresql.cnpg.io/v1',
  );
  expect(findCostChanges(new Map(), dist(database))[0]?.after).toEqual({
    millicores: 750,
    memoryBytes: 3 * gib,
    diskBytes: 150 * gib,
  });
});

test('a move between components is the same in sum; nothing changed is no section', () => {
  const text = stringify(claim('1Gi'));
  const changes = findCostChanges(new Map([['prod/a/x.yaml', text]]), new Map([['prod/b/x.yaml', text]]));
  expect(toCostLines(changes).slice(3)).toEqual([
    '- **prod**: the same in sum',
    '  - a: −1 GiB disk (1 GiB disk → nothing)',
    '  - b: +1 GiB disk (nothing → 1 GiB disk)',
  ]);
  expect(toCostLines([])).toEqual([]);
});
