// apps/setup on a real API server with its own rights: made once, the same whoever runs it, however often, and killed at any moment.
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { isHtpasswdOf } from '../../apps/setup/htpasswd.ts';
import { findKubernetes } from '../fixtures/kube-cluster.ts';
import { requestToken, writeKubeConfig } from '../fixtures/kube-controllers.ts';
import type { Value } from '../fixtures/manifests.ts';
import type { ProgramEnd } from '../fixtures/run-program.ts';
import { type Data, make, policies, type SetupLab, secrets, setEndpoints, startSetupLab, toArgs } from '../fixtures/setup-lab.ts';

const tools = findKubernetes();

describe.skipIf(tools === undefined)('setup on a real API server', () => {
  let lab: SetupLab;
  beforeAll(async () => {
    lab = await startSetupLab(tools as string);
  });
  beforeEach(() => lab.reset());
  afterAll(() => lab?.stop());

  const expectAll = (all: Record<string, Data>) => {
    expect(Object.keys(all).sort()).toEqual(secrets.map(({ namespace, name }) => `${namespace}/${name}`).sort());
    const {
      admin,
      'basic-auth': basic,
      'postgres-monitor': monitor,
      s3,
      tls,
    } = Object.fromEntries(Object.entries(all).map(([id, data]) => [id.split('/')[1], data])) as Record<string, Data>;
    expect(admin?.password).toMatch(/^[A-Za-z0-9]{32}$/);
    expect(isHtpasswdOf(basic?.htpasswd ?? '', 'admin', admin?.password ?? '')).toBe(true);
    expect(all['monitoring/postgres-exporter']).toEqual(monitor);
    expect(s3).toEqual({
      AWS_ACCESS_KEY_ID: expect.stringMatching(/^[A-Z0-9]{20}$/),
      AWS_SECRET_ACCESS_KEY: expect.stringMatching(/^[A-Za-z0-9]{32}$/),
      region: 'us-east-1',
    });
    expect(new X509Certificate(tls?.['tls.crt'] ?? '').checkPrivateKey(createPrivateKey(tls?.['tls.key'] ?? ''))).toBe(true);
  };
  /** The values that nobody may read in a log. */
  const secretValues = (all: Record<string, Data>) =>
    Object.values(all).flatMap((data) => Object.values(data).filter((value) => value !== 'us-east-1'));
  const expectSilent = (ends: readonly ProgramEnd[], all: Record<string, Data>) => {
    const said = ends.map(({ stderr, result }) => stderr + JSON.stringify(result ?? '')).join('\n');
    const told = (text: string) => said.includes(text) || said.includes(Buffer.from(text).toString('base64'));
    expect(secretValues(all).filter(told)).toEqual([]);
  };

  test('everything is made, and again it is there already', async () => {
    const first = await lab.run();
    expect([first.code, first.result], first.stderr).toEqual([
      0,
      { secrets: { made: 6, changed: 0, 'there already': 0 }, policies: { made: 2, changed: 0, 'there already': 0 } },
    ]);
    const all = await lab.look();
    expectAll(all);
    expectSilent([first], all);
    expect(first.stderr.match(/ made secret=\S+/g)).toHaveLength(6);
    const second = await lab.run();
    expect(second.result).toEqual({
      secrets: { made: 0, changed: 0, 'there already': 6 },
      policies: { made: 0, changed: 0, 'there already': 2 },
    });
    expect(await lab.look()).toEqual(all);
    const { body } = await lab.cluster.ask('GET', '/api/v1/namespaces/platform/secrets/s3');
    expect(body.metadata.labels).toEqual({ 'app.kubernetes.io/name': 's3', 'app.kubernetes.io/part-of': 'taxiway' });
  });

  test('a key that is missing is added, what is there stays, and a lost value comes back from its copy', async () => {
    await lab.run();
    const all = await lab.look();
    const path = '/api/v1/namespaces/platform/secrets/s3';
    const changed = { AWS_ACCESS_KEY_ID: null, region: Buffer.from('eu-west-1').toString('base64') };
    await lab.cluster.ask('PATCH', path, { data: changed }, 'application/merge-patch+json');
    await lab.remove('secrets', 'platform', 'postgres-monitor');
    const { code, stderr, result } = await lab.run();
    expect([code, result.secrets], stderr).toEqual([0, { made: 1, changed: 1, 'there already': 4 }]);
    expect(stderr).toContain('changed secret=platform/s3 added=AWS_ACCESS_KEY_ID');
    const after = await lab.look();
    expect(after['platform/postgres-monitor']).toEqual(all['platform/postgres-monitor']);
    expect(after['platform/s3']).toEqual({
      ...all['platform/s3'],
      region: 'eu-west-1',
      AWS_ACCESS_KEY_ID: expect.stringMatching(/^[A-Z0-9]{20}$/),
    });
  });

  test("somebody else's Secret or policy stops it before anything changes", async () => {
    const metadata = { name: 'tls', namespace: 'platform', labels: { 'app.kubernetes.io/part-of': 'shop' } };
    await make(lab.cluster, { apiVersion: 'v1', kind: 'Secret', metadata, stringData: { 'tls.crt': 'theirs' } });
    const before = await lab.look();
    const { code, stderr } = await lab.run();
    expect([code, stderr]).toEqual([
      1,
      'setup: Secret platform/tls belongs to somebody else: it has no label app.kubernetes.io/part-of=taxiway; rename or delete it\n',
    ]);
    expect(await lab.look()).toEqual(before);
    const policy = { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', spec: { podSelector: {} } };
    await make(lab.cluster, { ...policy, metadata: { name: 'kubernetes-api', namespace: 'monitoring' } });
    const second = await lab.run(toArgs({ policies }));
    expect([second.code, second.stderr]).toEqual([
      1,
      expect.stringContaining('setup: NetworkPolicy monitoring/kubernetes-api belongs to somebody else'),
    ]);
    const { body } = await lab.cluster.ask('GET', '/apis/networking.k8s.io/v1/networkpolicies');
    expect((body.items as Value[]).map(({ metadata: { namespace } }) => namespace)).toEqual(['monitoring']);
  });

  test('values that do not fit each other, and half a certificate, are named', async () => {
    await lab.run();
    const patch = (name: string, data: object, namespace = 'platform') =>
      lab.cluster.ask('PATCH', `/api/v1/namespaces/${namespace}/secrets/${name}`, { data }, 'application/merge-patch+json');
    await patch('admin', { password: Buffer.from('changed by hand').toString('base64') });
    await patch('postgres-exporter', { password: Buffer.from('another').toString('base64') }, 'monitoring');
    const end = await lab.run();
    const next = 'delete the one of the two that is out of date and run setup again';
    expect([end.code, end.stderr.trim().split('\n').at(-1)]).toEqual([
      1,
      [
        `setup: Secret monitoring/postgres-exporter: password does not fit platform/postgres-monitor password; ${next}`,
        `Secret platform/basic-auth: htpasswd does not fit platform/admin password; ${next}`,
      ].join('; '),
    ]);
    expect(end.stderr).not.toMatch(/changed by hand|another/);
    await lab.remove('secrets', 'platform', 'basic-auth');
    await lab.remove('secrets', 'monitoring', 'postgres-exporter');
    expect((await lab.run()).code).toBe(0);
    await patch('tls', { 'tls.key': null });
    const half = await lab.run();
    expect([half.code, half.stderr]).toEqual([
      1,
      'setup: Secret platform/tls has tls.crt without tls.key; delete this Secret and run setup again\n',
    ]);
  });

  test('several at once end with the same values', async () => {
    for (let round = 0; round < 2; round += 1) {
      await lab.reset();
      const ends = await Promise.all(Array.from({ length: 4 }, () => lab.run()));
      expect(
        ends.map(({ code }) => code),
        ends.map(({ stderr }) => stderr).join('\n'),
      ).toEqual([0, 0, 0, 0]);
      const all = await lab.look();
      expectAll(all);
      expectSilent(ends, all);
      expect(ends.map(({ result }) => result.secrets.made).reduce((sum, made) => sum + made, 0)).toBe(6);
      // Keys that are missing are added by one of them.
      const data = { password: null, AWS_SECRET_ACCESS_KEY: null };
      for (const name of ['admin', 's3'])
        await lab.cluster.ask('PATCH', `/api/v1/namespaces/platform/secrets/${name}`, { data }, 'application/merge-patch+json');
      await lab.remove('secrets', 'platform', 'basic-auth');
      const more = await Promise.all(Array.from({ length: 4 }, () => lab.run()));
      expect(
        more.map(({ code }) => code),
        more.map(({ stderr }) => stderr).join('\n'),
      ).toEqual([0, 0, 0, 0]);
      expectAll(await lab.look());
      expect(more.map(({ result }) => result.secrets.changed).reduce((sum, changed) => sum + changed, 0)).toBe(2);
    }
  });

  test('killed at any moment and run again, it completes, and no value changes', async () => {
    const left: number[] = [];
    for (let round = 0; round < 8; round += 1) {
      await lab.reset();
      let before: Record<string, Data> = {};
      for (let kills = 0; kills < 2; kills += 1) {
        const { child, ended } = lab.start();
        // In the middle of the Secrets: after so many lines of the log, and a little later.
        let lines = Math.floor(Math.random() * 4);
        child.stderr?.on('data', () => {
          if (lines-- === 0) setTimeout(() => child.kill('SIGKILL'), Math.random() * 6);
        });
        await ended;
        const seen = await lab.look();
        // What is there is whole, and what was there is the same.
        for (const { namespace, name, keys } of secrets)
          if (seen[`${namespace}/${name}`] !== undefined)
            expect(Object.keys(seen[`${namespace}/${name}`] ?? {}).sort()).toEqual(Object.keys(keys).sort());
        expect(seen).toMatchObject(before);
        before = seen;
        left.push(Object.keys(seen).length);
      }
      const end = await lab.run();
      expect(end.code, end.stderr).toBe(0);
      const all = await lab.look();
      expect(all).toMatchObject(before);
      expectAll(all);
    }
    console.log(`Secrets at the kills: ${left.join(' ')}`);
    expect(new Set(left).size).toBeGreaterThan(2);
  });

  test('folders of a disk are made, with those above, and again', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'setup-'));
    const names = ['data/source', 'data/staging'].map((name) => join(folder, name));
    for (let round = 0; round < 2; round += 1)
      expect(await lab.run(['--folders', names.join(',')])).toMatchObject({ code: 0, result: { folders: 2 } });
    expect(await readdir(join(folder, 'data'))).toEqual(['source', 'staging']);
    await rm(folder, { recursive: true });
  });

  test('what is not there yet is temporary: namespaces, rights, endpoints', async () => {
    const missing = [{ name: 'a', namespace: 'later', keys: { password: { random: 'password' } } }];
    const forbidden = await lab.run(toArgs({ secrets: missing }));
    expect([forbidden.code, forbidden.stderr]).toEqual([
      75,
      expect.stringMatching(
        /^setup: reading Secret later\/a: not allowed: .*; the Role of the account must allow it; run setup again when it does\n$/,
      ),
    ]);
    const admin = await writeKubeConfig(lab.cluster, { token: 'test', name: 'admin' });
    const allowed = await lab.run(toArgs({ secrets: missing }), admin);
    expect([allowed.code, allowed.stderr]).toEqual([75, 'setup: namespace later is not there yet; run setup again when it is\n']);
    await setEndpoints(lab.cluster, []);
    const nowhere = await lab.run(toArgs({ policies }));
    expect([nowhere.code, nowhere.stderr]).toEqual([
      75,
      'setup: Service default/kubernetes has no addresses yet; run setup again when the API server is up\n',
    ]);
    expect(nowhere.result).toBeUndefined();
  });

  test('its account may do nothing else', async () => {
    await lab.run();
    const token = await requestToken(lab.cluster, 'platform', 'setup');
    const ask = async (method: string, path: string) =>
      (await lab.cluster.ask(method, path, method === 'GET' ? undefined : {}, 'application/merge-patch+json', token)).status;
    const tried = await Promise.all([
      ask('GET', '/api/v1/namespaces/platform/secrets'),
      ask('GET', '/api/v1/namespaces/platform/secrets/other'),
      ask('DELETE', '/api/v1/namespaces/platform/secrets/admin'),
      ask('GET', '/api/v1/namespaces/kube-system/secrets/admin'),
      ask('DELETE', '/apis/networking.k8s.io/v1/namespaces/platform/networkpolicies/kubernetes-api'),
    ]);
    expect(tried).toEqual([403, 403, 403, 403, 403]);
  });
});
