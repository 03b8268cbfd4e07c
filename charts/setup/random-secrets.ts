// The Secrets of a cluster without a cloud, as the program `setup` makes them: what each value is, never a value.
import { ownObjects, ownSite, postgresDatabases, workloads } from '../../apps/contract/names.ts';
import { toLabels } from '../constructs/metadata.ts';
import type { ClusterEnvironment } from '../env/environment.ts';
import { type SecretFacts, type SecretName, secrets, secretsOf } from '../secrets.ts';

interface KeyOf {
  readonly namespace: string;
  readonly name: string;
  readonly key: string;
}

/** One of the kinds that apps/setup knows; a test hands what is made of them to the program's own check. */
type Value =
  | { readonly text: string }
  | { readonly random: 'password' | 'accessKey' }
  | { readonly same: KeyOf }
  | { readonly htpasswd: { readonly user: string; readonly of: KeyOf } }
  | { readonly certificate: { readonly hosts: readonly string[]; readonly days: number } }
  /** Of the certificate under another key of the same Secret. */
  | { readonly certificateKey: string };

export interface SecretToMake {
  readonly name: string;
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly keys: Readonly<Record<string, Value>>;
}

/** Browsers accept no certificate that is good for longer. */
const certificateDays = 825;

/** Every Secret that pods read, and the site's password. */
export function toSecretsToMake(env: ClusterEnvironment): SecretToMake[] {
  const namespaceOf = (name: SecretName) => env.namespaces[secrets[name].namespace];
  const keyOf = (name: SecretName, key: string): KeyOf => ({ namespace: namespaceOf(name), name, key });
  const password = { password: { random: 'password' } } as const;
  const certificate = { hosts: [env.domain], days: certificateDays };
  const site = { namespace: env.namespaces.platform, name: ownSite.secret, key: ownSite.key };
  const values: Partial<Record<SecretName, Readonly<Record<string, Value>>>> = {
    'postgres-admin': password,
    'postgres-argo': { username: { text: postgresDatabases.argo.user }, ...password },
    'postgres-mlflow': password,
    'postgres-monitor': password,
    'postgres-backup': password,
    'postgres-exporter': { password: { same: keyOf('postgres-monitor', 'password') } },
    'grafana-admin': password,
    tls: { 'tls.crt': { certificate }, 'tls.key': { certificateKey: 'tls.crt' } },
    'basic-auth': { htpasswd: { htpasswd: { user: ownSite.user, of: site } } },
    objects: { [ownObjects.accessKey]: { random: 'accessKey' }, [ownObjects.secretKey]: { random: 'password' } },
    'objects-of-pipeline': {
      [ownObjects.accessKey]: { same: keyOf('objects', ownObjects.accessKey) },
      [ownObjects.secretKey]: { same: keyOf('objects', ownObjects.secretKey) },
    },
  };
  const toMake = secretsOf(env).map((name): SecretToMake => {
    const keys = values[name];
    if (keys === undefined)
      throw new Error(`Secret ${name}: charts/setup/random-secrets.ts does not say how it is made; add it there`);
    const { readers }: SecretFacts = secrets[name];
    return { name, namespace: namespaceOf(name), labels: toLabels(name, workloads[readers[0] ?? 'setup'].component), keys };
  });
  return [
    ...toMake,
    { name: site.name, namespace: site.namespace, labels: toLabels(site.name, 'load-balancer'), keys: password },
  ];
}
