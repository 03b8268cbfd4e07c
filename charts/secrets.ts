// Every Secret that a pod reads: its namespace, its keys, who reads it. Values are never here; README's table comes from this.
import type { Construct } from 'constructs';
import { type WorkloadName, workloads } from '../apps/contract/names.ts';
import {
  ExternalSecret,
  ExternalSecretSpecSecretStoreRefKind,
  ExternalSecretSpecTargetCreationPolicy,
  ExternalSecretSpecTargetDeletionPolicy,
} from '../imports/external-secrets.io.ts';
import { toLabels } from './constructs/metadata.ts';
import type { ClusterEnvironment } from './env/environment.ts';

export interface SecretFacts {
  readonly namespace: 'platform' | 'pipeline' | 'monitoring';
  readonly keys: readonly string[];
  readonly readers: readonly WorkloadName[];
  /** The way of signing in that needs it; all where none is named. */
  readonly auth?: ClusterEnvironment['auth']['mode'];
}

export const secrets = {
  'postgres-admin': { namespace: 'platform', keys: ['password'], readers: ['postgres', 'postgres-job'] },
  'postgres-argo': {
    namespace: 'platform',
    keys: ['username', 'password'],
    readers: ['postgres', 'postgres-job', 'argo-controller', 'argo-server'],
  },
  'postgres-mlflow': { namespace: 'platform', keys: ['password'], readers: ['postgres', 'postgres-job', 'mlflow'] },
  'postgres-monitor': { namespace: 'platform', keys: ['password'], readers: ['postgres', 'postgres-job'] },
  'postgres-exporter': { namespace: 'monitoring', keys: ['password'], readers: ['metrics-exporters'] },
  'grafana-admin': { namespace: 'monitoring', keys: ['password'], readers: ['grafana'] },
  'alertmanager-receiver': { namespace: 'monitoring', keys: ['url'], readers: ['alertmanager'] },
  tls: { namespace: 'platform', keys: ['tls.crt', 'tls.key'], readers: ['load-balancer'] },
  'oauth2-proxy': {
    namespace: 'platform',
    keys: ['client-id', 'client-secret', 'cookie-secret'],
    readers: ['oauth2-proxy'],
    auth: 'oidc',
  },
  'basic-auth': { namespace: 'platform', keys: ['htpasswd'], readers: ['load-balancer'], auth: 'basic' },
} as const satisfies Record<string, SecretFacts>;
export type SecretName = keyof typeof secrets;

/** Makes a Secret appear: an ExternalSecret, or nothing where the environment says that its Secrets exist already. */
export function createSecret(scope: Construct, name: SecretName, env: ClusterEnvironment): void {
  if (env.secrets.mode === 'existing') return;
  const { namespace, keys, readers } = secrets[name];
  new ExternalSecret(scope, `secret-${name}`, {
    metadata: { name, namespace: env.namespaces[namespace], labels: toLabels(name, workloads[readers[0]].component) },
    spec: {
      refreshInterval: '1h',
      secretStoreRef: { kind: ExternalSecretSpecSecretStoreRefKind.CLUSTER_SECRET_STORE, name: env.secrets.store },
      target: {
        name,
        creationPolicy: ExternalSecretSpecTargetCreationPolicy.OWNER,
        deletionPolicy: ExternalSecretSpecTargetDeletionPolicy.RETAIN,
      },
      // One entry of Secret Manager a key; it allows no dots in names.
      data: keys.map((key) => ({ secretKey: key, remoteRef: { key: `${name}-${key.replaceAll('.', '-')}` } })),
    },
  });
}
