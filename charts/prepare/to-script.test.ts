// The script against the facts of the environments and the manifests.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { allDatasets } from '../../apps/contract/categories.ts';
import { findTool } from '../../tests/fixtures/find-tool.ts';
import { podsOf, readManifests, type Value } from '../../tests/fixtures/manifests.ts';
import { type ClusterEnvironment, type Google, type GoogleEnvironment, isOnGoogle } from '../env/environment.ts';
import { checkEnvironments } from '../environments.ts';
import { bucketRoles } from './google-rights.ts';
import { toScript } from './to-script.ts';

const root = join(import.meta.dirname, '..', '..');
const environments = checkEnvironments();
const manifests = await readManifests(join(root, 'dist'));
const shellcheck = findTool('shellcheck', { variable: 'SHELLCHECK', how: 'Debian: apt-get install shellcheck' });
const onGoogle = Object.values(environments).filter(isOnGoogle);
describe.each(onGoogle.map((env) => [env.name, env] as const))('%s', (name, env) => {
  const script = toScript(env, 'main');
  const own = manifests.filter(({ environment }) => environment === name);

  test.skipIf(!shellcheck)('shellcheck has nothing to say', () => {
    const { stdout, status } = spawnSync(shellcheck as string, ['-'], { input: script, encoding: 'utf8' });
    expect([stdout, status]).toEqual(['', 0]);
  });

  test('it makes what the manifests ask for: entries, pools, accounts', () => {
    const entries = own
      .filter(({ value }) => value.kind === 'ExternalSecret')
      .flatMap(({ value }) => value.spec.data.map((one: Value) => `make_secret ${one.remoteRef.key} `));
    const accounts = own
      .filter(({ value }) => value.metadata.annotations?.['iam.gke.io/gcp-service-account'] !== undefined)
      .map(({ value: { metadata } }) => {
        const [account] = metadata.annotations['iam.gke.io/gcp-service-account'].split('@');
        return `bind_workload ${account} ${metadata.namespace}/${metadata.name}\n`;
      });
    const pools = podsOf(own).flatMap(({ spec }) => [
      ...Object.entries(spec.nodeSelector ?? {}).map(([key, value]) => ` --node-labels=${key}=${value} `),
      ...((spec.tolerations ?? []) as Value[]).map(({ key, value, effect }) => ` --node-taints=${key}=${value}:${effect} `),
    ]);
    for (const some of [entries, accounts, pools]) {
      expect(some.length).toBeGreaterThan(0);
      expect(some.filter((one) => !script.includes(one))).toEqual([]);
    }
  });

  test('what the steps of a run exchange is deleted after a month, and no staged file', () => {
    const parts = allDatasets.map(({ category }) => `${category}/.parts/`).join(' ');
    expect(script).toMatch(new RegExp(`^make_bucket \\S*staging \\S+ 30 runs/ ${parts}$`, 'm'));
  });

  test('every bucket, identity and pool of the environment is in it, taints too', () => {
    const { source, ...made } = env.buckets;
    const wanted = [
      source,
      ...Object.values(made).map((bucket) => `\nmake_bucket ${bucket} ${env.google.region}`),
      ...Object.values(env.google.identities).map((account) => `\nmake_account ${account}\n`),
      ...Object.values(env.nodePools).map(({ label }) => `\nmake_pool ${label} `),
      ...Object.values(env.nodePools).flatMap(({ label, tainted }) => (tainted ? [`=${label}:NoSchedule `] : [])),
    ];
    expect(wanted.filter((one) => !script.includes(one))).toEqual([]);
  });

  test('whose arguments name a bucket may use it', () => {
    const uses = podsOf(own).flatMap(({ spec, labels }) =>
      ((spec.containers ?? []) as Value[]).flatMap(({ args = [] }) =>
        [...JSON.stringify(args).matchAll(/gs:\/\/([^/"\\]+)\//g)].map(([, bucket]) => ({
          bucket,
          workload: labels['app.kubernetes.io/name'] as keyof Google['identities'],
        })),
      ),
    );
    expect(new Set(uses.map(({ workload }) => workload))).toEqual(
      new Set(['docs', 'mlflow', 'postgres-job', 'predict', 'step', 'training']),
    );
    for (const { bucket, workload } of uses) {
      const roles = ['docs', 'predict'].includes(workload) ? Object.values(bucketRoles) : [bucketRoles.write];
      const grants = roles.map((role) => `\ngrant_bucket ${bucket} ${env.google.identities[workload]} ${role}\n`);
      expect(
        grants.some((one) => script.includes(one)),
        `${workload}: ${bucket}`,
      ).toBe(true);
    }
  });
});

const prod = environments.prod as GoogleEnvironment;

test('an identity without rights, and a pod that no machine holds, are refused', () => {
  expect(() => toScript({ ...prod, google: { ...prod.google, identities: { prometheus: 'x' } } }, 'main')).toThrow(
    'charts/env/prod.ts: google.identities.prometheus: charts/prepare/google-rights.ts says nothing of what it may do; add it there',
  );
  const large = { cpu: '2', memory: '200Gi' };
  const sizes = { ...prod.sizes, training: { requests: large, limits: large } };
  expect(() => toScript({ ...prod, sizes }, 'main')).toThrow('the largest pod of pool "training" asks for 2000m and 200Gi');
});

test('where Secrets exist already no store and no entry is made; CloudNativePG brings its operator', () => {
  const script = toScript({ ...prod, secrets: { mode: 'existing' }, database: 'cloudnativepg' }, 'main');
  expect(script).not.toMatch(/\nmake_secret |ClusterSecretStore|taxiway-secrets/);
  expect(script).toMatch(/\nhelm upgrade --install cloudnative-pg .* --namespace cnpg-system /);
});

test('off Google it prepares Argo CD alone, in the cluster of the current context', () => {
  const solo = environments.solo as ClusterEnvironment;
  const script = toScript(solo, undefined);
  expect(script).toContain('resource.customizations.health.argoproj.io_Application');
  expect(script).toContain('\nnpm run images -- --push localhost:5000/taxiway\n');
  expect(script).toMatch(/\nkubectl apply --server-side --filename dist\/solo\/root\/\n$/);
  expect(script).not.toContain('gcloud');
  expect(() => toScript(solo, 'main')).toThrow('solo is not on Google: leave --cluster out');
  expect(() => toScript(environments.dev as ClusterEnvironment, undefined)).toThrow('--cluster is missing');
});
