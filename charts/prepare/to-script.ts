// An environment as the shell commands that prepare its project and cluster, from the facts that its manifests are made of. Pure.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { workloads } from '../../apps/contract/names.ts';
import { UsageError } from '../../apps/platform/errors.ts';
import { type ClusterEnvironment, type GoogleEnvironment, isOnGoogle, type NodePool } from '../env/environment.ts';
import { type SecretName, secrets, secretsOf, toSecretEntry } from '../secrets.ts';
import { ownApps, ownTag } from '../versions.ts';
import { toAccounts, toBuckets, toWarehouse } from './accounts.ts';
import { toLambda } from './lambda.ts';
import { nodeTag, toPoolFlags } from './node-pools.ts';
import { toOperators } from './operators.ts';
import { secretValues } from './secret-values.ts';
import { quote, toCommand } from './shell-words.ts';

const readPart = (name: string) => readFileSync(join(import.meta.dirname, name), 'utf8');

type Part = readonly [title: string, lines: readonly string[]];

/**
 * The script. Off Google it prepares the cluster of kubectl's current context, which has Argo CD, and `cluster` stays undefined. Throws UsageError
 * where `cluster` is wanted and undefined or the other way round, an identity of the environment has no rights, or a pod fits no machine.
 */
export function toScript(env: ClusterEnvironment, cluster: string | undefined): string {
  if (isOnGoogle(env)) {
    if (cluster === undefined) throw new UsageError('--cluster is missing: the name of the GKE cluster, which exists');
    return toGoogleScript(env, cluster);
  }
  if (cluster !== undefined)
    throw new UsageError(`${env.name} is not on Google: leave --cluster out; kubectl's current context says which cluster it is`);
  return writeScript(env, "the cluster of kubectl's current context, which has Argo CD,", [
    toHealthCheck(env),
    ['Images', [toCommand(['npm', 'run', 'images', '--', '--push', env.registry])]],
    toRoot(env),
  ]);
}

/** `what` is prepared; `head` comes before all parts. */
function writeScript({ name }: ClusterEnvironment, what: string, parts: readonly Part[], head: readonly string[] = []): string {
  const comment = `# Prepares ${what} for dist/${name}. May be stopped and run again; run it in the repository's folder.`;
  const first = ['#!/usr/bin/env bash', comment, 'set -euo pipefail', ...head].join('\n');
  const rest = parts.filter(([, lines]) => lines.length > 0).map(([title, lines]) => [`# ${title}`, ...lines].join('\n'));
  return [first, ...rest].join('\n\n').concat('\n');
}

const toGoogleScript = (env: GoogleEnvironment, cluster: string): string =>
  writeScript(
    env,
    `project ${env.google.project} and cluster ${cluster}`,
    [
      ["Google's interfaces and the cluster", [toCommand(['gcloud', 'services', 'enable', ...services]), 'find_cluster']],
      ['Secret Manager: entries that have no value yet', toSecrets(env)],
      ['Accounts, and which workload is which', toAccounts(env)],
      ['Buckets', toBuckets(env)],
      ['BigQuery', toWarehouse(env)],
      ['Nodes, and the way from the API server to the webhooks on them', toNodes(env)],
      ['Operators that the manifests need', toOperators(env)],
      toHealthCheck(env),
      ['The lambda, which signs in as its own role of Amazon', toLambda(env)],
      ['Images', toImages(env)],
      toRoot(env),
    ],
    [
      'shopt -s inherit_errexit',
      ...[`export CLOUDSDK_CORE_PROJECT=${env.google.project}`, `project=${env.google.project}`, `cluster=${quote(cluster)}`],
      '',
      readPart('functions.sh').trimEnd(),
    ],
  );

const services = [
  'artifactregistry',
  'bigquery',
  'bigquerystorage',
  'compute',
  'cloudresourcemanager',
  'container',
  'iam',
  'iamcredentials',
  'secretmanager',
  'storage',
  'sts',
].map((name) => `${name}.googleapis.com`);

function toSecrets(env: GoogleEnvironment): string[] {
  if (env.secrets.mode === 'existing') return [];
  const all: Partial<Record<SecretName, Readonly<Record<string, readonly string[]>>>> = secretValues;
  return secretsOf(env).flatMap((name) =>
    secrets[name].keys.map((key) => toCommand(['make_secret', toSecretEntry(name, key), ...(all[name]?.[key] ?? [])])),
  );
}

function toNodes(env: GoogleEnvironment): string[] {
  const { webhook } = workloads['spark-operator-webhook'].ports;
  return [
    ...(Object.keys(env.nodePools) as NodePool[]).map((pool) => toCommand(['make_pool', ...toPoolFlags(env, pool)])),
    toCommand(['make_firewall_rule', `taxiway-${env.name}-webhooks`, env.apiServer.join(), nodeTag, webhook]),
  ];
}

/** https://argo-cd.readthedocs.io/en/stable/operator-manual/health/#argocd-app */
const toHealthCheck = ({ namespaces }: ClusterEnvironment): Part => [
  'Argo CD: waves wait for the Applications before them',
  [
    toCommand([
      ...['kubectl', '--namespace', namespaces.argocd, 'patch', 'configmap', 'argocd-cm', '--type=merge'],
      ...[
        '--patch',
        JSON.stringify({
          data: { 'resource.customizations.health.argoproj.io_Application': readPart('application-health.lua') },
        }),
      ],
    ]),
  ],
];

const toRoot = ({ name }: ClusterEnvironment): Part => [
  'From here on Argo CD follows the branch',
  [`kubectl apply --server-side --filename dist/${name}/root/`],
];

function toImages({ registry }: GoogleEnvironment): string[] {
  const [, location, repository] = /^([a-z0-9-]+)-docker\.pkg\.dev\/[^/]+\/([^/]+)$/.exec(registry) ?? [];
  return [
    ...(location === undefined || repository === undefined
      ? []
      : [
          `has gcloud artifacts repositories describe ${repository} --location=${location} ||`,
          `  gcloud artifacts repositories create ${repository} --repository-format=docker --location=${location}`,
          `gcloud auth configure-docker --quiet ${location}-docker.pkg.dev`,
        ]),
    toCommand(['make_images', registry, ownTag, ...ownApps]),
  ];
}
