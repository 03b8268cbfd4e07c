// dist/dev and dist/prod on a real node without their cloud: what comes up, and what can't, by name. The results of External Secrets are made by
// hand, and node, disks and registry are this machine's; all else is as it is in dist/.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, inject, test } from 'vitest';
import { waveOf } from '../../charts/argocd/waves.ts';
import type { ClusterEnvironment } from '../../charts/env/environment.ts';
import { checkEnvironments } from '../../charts/environments.ts';
import { components } from '../../charts/main.ts';
import { secrets, secretsOf } from '../../charts/secrets.ts';
import { synthesize } from '../../charts/synthesize.ts';
import { becomes } from '../fixtures/becomes.ts';
import type { Value } from '../fixtures/manifests.ts';
import type { NodeImages } from '../fixtures/node-images.ts';
import { repository } from '../fixtures/npm-start.ts';
import { apiServerPort, nodeAddress, type SoloCluster, startNode } from '../fixtures/solo-cluster.ts';

const images = inject('nodeImages');
const definitions = join(repository, '..', 'shared', 'crds', 'external-secrets');
const environments = checkEnvironments();

/** What does not become ready, and why. */
const without: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  dev: { docs: 'its pages are in Cloud Storage', predict: 'its models are in Cloud Storage' },
  prod: {
    docs: 'its pages are in Cloud Storage',
    predict: 'its models are in Cloud Storage',
    'oauth2-proxy': 'it asks its issuer for keys first',
  },
};

describe.skipIf(images === undefined).each(['dev', 'prod'])('%s without its cloud', (name) => {
  const env = toLocal(environments[name] as ClusterEnvironment, images);
  let cluster: SoloCluster;
  let folder: string;
  /** Definitions that the API server does not serve yet. `kubectl wait` fails where one has no status. */
  const findUnestablished = async () =>
    (await cluster.list('crd'))
      .filter(({ status }) => !status?.conditions?.some(({ type, status: is }: Value) => type === 'Established' && is === 'True'))
      .map(({ metadata }) => metadata.name);

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), `${name}-`));
    cluster = await startNode(images as NodeImages, { labels: toLabels(env) });
    for (const [path, text] of synthesize(components, { ...environments, [name]: env })) {
      await mkdir(dirname(join(folder, path)), { recursive: true });
      await writeFile(join(folder, path), text);
    }
    await cluster.apply({
      ...{ apiVersion: 'storage.k8s.io/v1', kind: 'StorageClass', metadata: { name: env.storageClass } },
      ...{ provisioner: 'lab/folders', volumeBindingMode: 'Immediate' },
    });
    await cluster.kubectl('apply', '--server-side', '--recursive', '--filename', definitions);
    await becomes(findUnestablished, [], 60);
    const folders = components
      .filter(({ environments: some }) => (some as readonly string[]).includes(name))
      .map(({ component }) => component);
    const waves = Object.groupBy(
      folders.filter((one) => !['argocd', 'root'].includes(one)),
      waveOf,
    );
    for (const wave of Object.keys(waves)
      .map(Number)
      .sort((a, b) => a - b)) {
      for (const one of waves[wave] ?? []) await cluster.kubectl('apply', '--server-side', '--filename', join(folder, name, one));
      if (wave === waveOf('crds')) await becomes(findUnestablished, [], 60);
      if (wave === waveOf('common')) for (const secret of toSecrets(env, folder)) await cluster.apply(secret);
    }
  }, 1_200_000);
  afterAll(async () => {
    await cluster?.stop();
    if (folder !== undefined) await rm(folder, { recursive: true });
  });

  test('all comes up but what needs the cloud', async () => {
    const look = async () => {
      const found = await Promise.all(
        ['deployments', 'statefulsets'].map((kind) => cluster.list(kind, '-A', '-l', 'app.kubernetes.io/part-of=taxiway')),
      );
      return found
        .flat()
        .filter(({ spec, status }) => spec.replicas !== status.readyReplicas)
        .map(({ metadata }: Value) => metadata.name)
        .sort();
    };
    await becomes(look, Object.keys(without[name] ?? {}).sort(), 420);
  });
});

/** The environment as it is, but for what this machine has in place of a cloud's. */
function toLocal(env: ClusterEnvironment, { registry }: NodeImages = { registry: '' } as NodeImages): ClusterEnvironment {
  return { ...env, registry, apiServer: [`${nodeAddress}/32`], apiServerPort } as ClusterEnvironment;
}

const toLabels = ({ nodePools }: ClusterEnvironment): string =>
  nodePools === null ? '' : `taxiway/pool=${nodePools.services.label}`;

/** As External Secrets would make them. */
function toSecrets(env: ClusterEnvironment, folder: string): object[] {
  const [key, certificate] = [join(folder, 'tls.key'), join(folder, 'tls.crt')];
  const files = ['-keyout', key, '-out', certificate];
  execFileSync(
    'openssl',
    ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '9', '-subj', `/CN=${env.domain}`, ...files],
    {
      stdio: 'ignore',
    },
  );
  const values: Readonly<Record<string, string>> = {
    'tls.crt': readFileSync(certificate, 'utf8'),
    'tls.key': readFileSync(key, 'utf8'),
    username: 'argo',
    url: 'https://alerts.example.com/',
    htpasswd: 'taxiway:{SHA}1jhP60jQmLDGExampleOnly0000=',
    'cookie-secret': '0123456789abcdef0123456789abcdef',
  };
  return secretsOf(env).map((name) => {
    const { namespace, keys } = secrets[name];
    return {
      ...{ apiVersion: 'v1', kind: 'Secret', type: 'Opaque' },
      metadata: { name, namespace: env.namespaces[namespace] },
      stringData: Object.fromEntries(keys.map((one) => [one, values[one] ?? 'a-password'])),
    };
  });
}
