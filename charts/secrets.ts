// Every Secret that a pod reads: its namespace, its keys, who reads it. Values are never here; README's table comes from this.
import type { Construct } from 'constructs';
import { postgresBackup, postgresDatabases, postgresMonitor, type WorkloadName, workloads } from '../apps/contract/names.ts';
import type { ApplicationSpecIgnoreDifferences } from '../imports/argoproj.io.ts';
import {
  ExternalSecret,
  ExternalSecretSpecDataRemoteRefConversionStrategy,
  ExternalSecretSpecDataRemoteRefDecodingStrategy,
  ExternalSecretSpecDataRemoteRefMetadataPolicy,
  ExternalSecretSpecSecretStoreRefKind,
  ExternalSecretSpecTargetCreationPolicy,
  ExternalSecretSpecTargetDeletionPolicy,
  type ExternalSecretSpecTargetTemplate,
} from '../imports/external-secrets.io.ts';
import { toLabels } from './constructs/metadata.ts';
import type { ClusterEnvironment } from './env/environment.ts';

export interface SecretFacts {
  readonly namespace: 'platform' | 'pipeline' | 'monitoring';
  readonly keys: readonly string[];
  readonly readers: readonly WorkloadName[];
  /** The way of signing in that needs it; all where none is named. */
  readonly auth?: ClusterEnvironment['auth']['mode'];
  /** The way of running Postgres that needs it; both where none is named. */
  readonly database?: ClusterEnvironment['database'];
  /** True where only a cluster without a cloud has it. */
  readonly own?: true;
  /** Of Postgres, whose password it holds: CloudNativePG reads it from there. */
  readonly role?: string;
}

export const secrets = {
  'postgres-admin': { namespace: 'platform', keys: ['password'], readers: ['postgres', 'postgres-job'], database: 'statefulset' },
  'postgres-argo': {
    namespace: 'platform',
    keys: ['username', 'password'],
    readers: ['postgres', 'postgres-job', 'argo-controller', 'argo-server'],
    role: postgresDatabases.argo.user,
  },
  'postgres-mlflow': {
    namespace: 'platform',
    keys: ['password'],
    readers: ['postgres', 'postgres-job', 'mlflow'],
    role: postgresDatabases.mlflow.user,
  },
  'postgres-monitor': {
    namespace: 'platform',
    keys: ['password'],
    readers: ['postgres', 'postgres-job'],
    role: postgresMonitor,
  },
  'postgres-backup': {
    namespace: 'platform',
    keys: ['password'],
    readers: ['postgres', 'postgres-job'],
    database: 'cloudnativepg',
    role: postgresBackup,
  },
  'postgres-exporter': { namespace: 'monitoring', keys: ['password'], readers: ['metrics-exporters'] },
  'grafana-admin': { namespace: 'monitoring', keys: ['password'], readers: ['grafana'] },
  'alertmanager-receiver': { namespace: 'monitoring', keys: ['url'], readers: ['alertmanager'] },
  'alertmanager-watchdog': { namespace: 'monitoring', keys: ['url'], readers: ['alertmanager'] },
  tls: { namespace: 'platform', keys: ['tls.crt', 'tls.key'], readers: ['load-balancer'] },
  'oauth2-proxy': {
    namespace: 'platform',
    keys: ['client-id', 'client-secret', 'cookie-secret'],
    readers: ['oauth2-proxy'],
    auth: 'oidc',
  },
  objects: {
    namespace: 'platform',
    keys: ['access-key', 'secret-key'],
    readers: ['objects', 'mlflow', 'predict', 'docs', 'postgres-job', 'trigger'],
    own: true,
  },
  // The same key pair.
  'objects-of-pipeline': {
    namespace: 'pipeline',
    keys: ['access-key', 'secret-key'],
    readers: ['step', 'training', 'spark-driver', 'spark-executor', 'argo-server'],
    own: true,
  },
  'basic-auth': { namespace: 'platform', keys: ['htpasswd'], readers: ['load-balancer'], auth: 'basic' },
} as const satisfies Record<string, SecretFacts>;
export type SecretName = keyof typeof secrets;

/** The Secrets that an environment's pods read. */
export const secretsOf = ({ auth, database, google, monitoring }: ClusterEnvironment): SecretName[] =>
  (Object.keys(secrets) as SecretName[]).filter((name) => {
    const facts: SecretFacts = secrets[name];
    return (
      (facts.auth ?? auth.mode) === auth.mode &&
      (facts.database ?? database) === database &&
      (!facts.own || google === null) &&
      (name !== 'alertmanager-receiver' || monitoring.receiver.kind !== 'none') &&
      (name !== 'alertmanager-watchdog' || monitoring.watchdog !== 'none')
    );
  });

/** The entry of Secret Manager that a key comes from: one each; it allows no dots in names. */
export const toSecretEntry = (name: SecretName, key: string): string => `${name}-${key.replaceAll('.', '-')}`;

/** Makes a Secret appear: an ExternalSecret, or nothing where the environment says that its Secrets exist already. */
export function createSecret(scope: Construct, name: SecretName, env: ClusterEnvironment): void {
  if (env.secrets.mode !== 'external') return;
  const { namespace, keys, readers, role }: SecretFacts = secrets[name];
  const labels = toLabels(name, workloads[readers[0] as WorkloadName].component);
  const template = env.database === 'cloudnativepg' && role !== undefined ? toRoleTemplate(role, labels) : undefined;
  new ExternalSecret(scope, `secret-${name}`, {
    metadata: { name, namespace: env.namespaces[namespace], labels },
    spec: {
      refreshInterval: '1h',
      secretStoreRef: { kind: ExternalSecretSpecSecretStoreRefKind.CLUSTER_SECRET_STORE, name: env.secrets.store },
      target: {
        name,
        creationPolicy: ExternalSecretSpecTargetCreationPolicy.OWNER,
        deletionPolicy: ExternalSecretSpecTargetDeletionPolicy.RETAIN,
        ...(template && { template }),
      },
      data: (template ? ['password'] : keys).map((key) => ({
        secretKey: key,
        remoteRef: { key: toSecretEntry(name, key), ...said },
      })),
    },
  });
}

/** The API server's defaults. Argo CD compares lists as they are: unsaid, an ExternalSecret would be OutOfSync for ever. */
const said = {
  conversionStrategy: ExternalSecretSpecDataRemoteRefConversionStrategy.DEFAULT,
  decodingStrategy: ExternalSecretSpecDataRemoteRefDecodingStrategy.NONE,
  metadataPolicy: ExternalSecretSpecDataRemoteRefMetadataPolicy.NONE,
} as const;

/** A default of External Secrets from 2.3 on, which earlier ones drop where it is said: Argo CD does not look at it. */
export const unsaidOfSecrets: ApplicationSpecIgnoreDifferences = {
  group: 'external-secrets.io',
  kind: 'ExternalSecret',
  jqPathExpressions: ['.spec.data[]?.remoteRef.nullBytePolicy'],
};

/** As CloudNativePG takes a role's password, and looks at it again when it changes; a name other than the role's is refused there. */
const toRoleTemplate = (role: string, labels: Readonly<Record<string, string>>): ExternalSecretSpecTargetTemplate => ({
  type: 'kubernetes.io/basic-auth',
  metadata: { labels: { ...labels, 'cnpg.io/reload': 'true' } },
  data: { username: role, password: '{{ .password }}' },
});
