// The operators of others that the manifests need, and what they are told: by Helm, at exact versions.
import { operator } from '../constructs/postgres-instances.ts';
import type { GoogleEnvironment } from '../env/environment.ts';
import { toCommand } from './shell-words.ts';

/** Helm charts of others, by their exact versions. */
const operators = {
  'external-secrets': { repo: 'https://charts.external-secrets.io', version: '2.4.1' },
  'cloudnative-pg': { repo: 'https://cloudnative-pg.github.io/charts', version: '0.26.0' },
} as const;
/** External Secrets' namespace and account in the cluster, and its account of Google. */
export const secretsOperator = 'external-secrets';
export const secretsAccount = 'taxiway-secrets';

/** Commands that install them; External Secrets also gets its store. */
export function toOperators(env: GoogleEnvironment): string[] {
  const install = (name: keyof typeof operators, namespace: string, ...flags: string[]) =>
    toCommand([
      ...['helm', 'upgrade', '--install', name, name, '--repo', operators[name].repo, '--version', operators[name].version],
      ...['--namespace', namespace, '--create-namespace', '--wait', ...flags],
    ]);
  return [
    ...(env.secrets.mode === 'external'
      ? [
          install(
            secretsOperator,
            secretsOperator,
            '--set',
            `serviceAccount.annotations.iam\\.gke\\.io/gcp-service-account=${secretsAccount}@${env.google.project}.iam.gserviceaccount.com`,
          ),
          toCommand(['again', 'apply', JSON.stringify(toStore(env, env.secrets.store))]),
        ]
      : []),
    ...(env.database === 'cloudnativepg' ? [install('cloudnative-pg', operator.namespace)] : []),
  ];
}

const toStore = ({ google: { project } }: GoogleEnvironment, name: string) => ({
  apiVersion: 'external-secrets.io/v1',
  kind: 'ClusterSecretStore',
  metadata: { name },
  spec: { provider: { gcpsm: { projectID: project } } },
});
