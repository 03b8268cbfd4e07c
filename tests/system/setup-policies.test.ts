// The policies of apps/setup on a real API server: the addresses that it has now, in both directions, and no more.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { findKubernetes } from '../fixtures/kube-cluster.ts';
import type { Value } from '../fixtures/manifests.ts';
import { policies, type SetupLab, setEndpoints, startSetupLab, toArgs } from '../fixtures/setup-lab.ts';

const tools = findKubernetes();

describe.skipIf(tools === undefined)('setup on a real API server', () => {
  let lab: SetupLab;
  beforeAll(async () => {
    lab = await startSetupLab(tools as string);
  });
  beforeEach(() => lab.reset());
  afterAll(() => lab?.stop());

  test('the policies name where the API server is now, by IPv4 and IPv6, and no more', async () => {
    await setEndpoints(lab.cluster, [
      { addresses: ['172.18.0.3', '172.18.0.2'], port: 6443 },
      { addresses: ['fd00::2'], port: 6443 },
      { addresses: ['10.0.0.9'], port: 16443 },
    ]);
    const first = await lab.run(toArgs({ policies }));
    expect(first.code, first.stderr).toBe(0);
    const read = async (namespace: string): Promise<Value> =>
      (await lab.cluster.ask('GET', `/apis/networking.k8s.io/v1/namespaces/${namespace}/networkpolicies/kubernetes-api`)).body;
    const { body: service } = await lab.cluster.ask('GET', '/api/v1/namespaces/default/services/kubernetes');
    const rule = (port: number, ...cidrs: string[]) => ({
      to: cidrs.map((cidr) => ({ ipBlock: { cidr } })),
      ports: [{ protocol: 'TCP', port }],
    });
    const own = rule(443, `${service.spec.clusterIP}/32`);
    const policy = await read('platform');
    expect(policy.metadata.labels).toEqual({ 'app.kubernetes.io/part-of': 'taxiway' });
    expect(policy.spec).toEqual({
      podSelector: { matchLabels: { app: 'argo' } },
      policyTypes: ['Egress'],
      egress: [rule(16443, '10.0.0.9/32'), own, rule(6443, '172.18.0.2/32', '172.18.0.3/32', 'fd00::2/128')],
    });
    expect((await read('monitoring')).spec.podSelector).toEqual(policies[1]?.pods);
    await setEndpoints(lab.cluster, [{ addresses: ['172.18.0.7'], port: 6443 }]);
    // What somebody has opened by hand is closed again.
    const wide = { spec: { egress: [{}] } };
    await lab.cluster.ask(
      'PATCH',
      `/apis/networking.k8s.io/v1/namespaces/monitoring/networkpolicies/kubernetes-api`,
      wide,
      'application/merge-patch+json',
    );
    const second = await lab.run(toArgs({ policies }));
    expect([second.code, second.result.policies], second.stderr).toEqual([0, { made: 0, changed: 2, 'there already': 0 }]);
    for (const namespace of ['platform', 'monitoring'])
      expect((await read(namespace)).spec.egress).toEqual([own, rule(6443, '172.18.0.7/32')]);
  });

  test('an ingress policy lets the API server reach pods at their ports alone; it needs ports, egress takes none', async () => {
    await setEndpoints(lab.cluster, [{ addresses: ['172.18.0.2', '172.18.0.3'], port: 6443 }]);
    const [first] = policies;
    const end = await lab.run(toArgs({ policies: [{ ...first, direction: 'ingress', ports: [9443] }] }));
    expect(end.code, end.stderr).toBe(0);
    const path = '/apis/networking.k8s.io/v1/namespaces/platform/networkpolicies/kubernetes-api';
    const { spec } = (await lab.cluster.ask('GET', path)).body;
    const { body: service } = await lab.cluster.ask('GET', '/api/v1/namespaces/default/services/kubernetes');
    expect([spec.policyTypes, spec.egress, spec.ingress]).toEqual([
      ['Ingress'],
      undefined,
      [
        {
          from: expect.arrayContaining(
            ['172.18.0.2/32', '172.18.0.3/32', `${service.spec.clusterIP}/32`].map((cidr) => ({ ipBlock: { cidr } })),
          ),
          ports: [{ protocol: 'TCP', port: 9443 }],
        },
      ],
    ]);
    // The same name as egress again: what the other direction had is gone.
    expect((await lab.run(toArgs({ policies: [first] }))).code).toBe(0);
    const again = (await lab.cluster.ask('GET', path)).body.spec;
    expect([again.policyTypes, again.ingress]).toEqual([['Egress'], undefined]);
    for (const wrong of [{ direction: 'ingress' }, { direction: 'ingress', ports: [] }, { ports: [9443] }])
      expect((await lab.run(toArgs({ policies: [{ ...first, ...wrong }] }))).code).toBe(2);
  });
});
