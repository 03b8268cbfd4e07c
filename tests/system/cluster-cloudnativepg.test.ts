// prod with CloudNativePG on a real API server, with definitions made from its types: taken whole, twice, and checked field by field.
import { isDeepStrictEqual } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { customKinds, toDefinition } from '../../charts/crds/custom-kinds.ts';
import { apply, toPath, toProblems, toWaveOrder } from '../fixtures/apply-manifests.ts';
import { type Cluster, findKubernetes, startCluster } from '../fixtures/kube-cluster.ts';
import { nameOf } from '../fixtures/manifests.ts';
import { toOperatedManifests } from '../fixtures/operated-postgres.ts';

const tools = findKubernetes();

describe.skipIf(tools === undefined)('Postgres by CloudNativePG on a real API server', () => {
  const all = toWaveOrder(toOperatedManifests());
  const own = all.filter(({ component }) => ['common', 'postgres'].includes(component));
  let cluster: Cluster;

  beforeAll(async () => {
    cluster = await startCluster(tools as string);
    for (const one of customKinds.filter(({ group }) => ['external-secrets.io', 'postgresql.cnpg.io'].includes(group))) {
      const { status, body } = await apply(cluster, toDefinition(one));
      expect(status, `${one.kind}: ${body.message}`).toBeLessThan(300);
    }
  });
  afterAll(() => cluster?.stop());

  test('everything is taken, with no error and no warning', async () => {
    const problems: string[] = [];
    for (const manifest of own) problems.push(...toProblems(manifest, await apply(cluster, manifest.value)));
    expect(problems).toEqual([]);
    expect(own.filter(({ value }) => value.apiVersion.startsWith('postgresql.cnpg.io/'))).toHaveLength(3);
  });

  test('applying it again changes nothing', async () => {
    const changed: string[] = [];
    for (const manifest of own.filter(({ component }) => component === 'postgres')) {
      const before = await cluster.ask('GET', await toPath(cluster, manifest.value));
      const after = await apply(cluster, manifest.value);
      if (!isDeepStrictEqual(before.body, after.body)) changed.push(nameOf(manifest));
    }
    expect(changed).toEqual([]);
  });

  test('a misspelt field of the Cluster is refused', async () => {
    const spoiled = structuredClone(own.find(({ value }) => value.kind === 'Cluster')?.value);
    spoiled.spec.storage.storageClas = 'x';
    const { status, body } = await apply(cluster, spoiled);
    expect([status, body.message]).toEqual([500, expect.stringContaining('storageClas')]);
  });
});
