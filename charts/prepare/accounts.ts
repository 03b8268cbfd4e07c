// Google service accounts, the buckets, and who may do what: commands from the environment's identities and google-rights.ts.
import { allDatasets } from '../../apps/contract/categories.ts';
import type { WorkloadName } from '../../apps/contract/names.ts';
import { UsageError } from '../../apps/platform/errors.ts';
import { namespaceOf } from '../constructs/metadata.ts';
import type { GoogleEnvironment } from '../env/environment.ts';
import { bucketRoles, googleRights, toProjectRoles } from './google-rights.ts';
import { nodeAccount } from './node-pools.ts';
import { secretsAccount, secretsOperator } from './operators.ts';
import { toCommand } from './shell-words.ts';

/**
 * Days that objects are kept, where a bucket would grow forever: backups, logs as long as Argo keeps their workflows, and, below these prefixes, what
 * the steps of a run exchange and the parts of copies that nobody has tried again.
 */
const kept: Readonly<
  Partial<Record<keyof GoogleEnvironment['buckets'], { readonly days: number; readonly prefixes?: readonly string[] }>>
> = {
  backups: { days: 35 },
  artifacts: { days: 365 },
  staging: { days: 30, prefixes: ['runs/', ...allDatasets.map(({ category }) => `${category}/.parts/`)] },
};

const identitiesOf = (env: GoogleEnvironment) => Object.entries(env.google.identities) as [WorkloadName, string][];
const hasStore = ({ secrets: { mode } }: GoogleEnvironment) => mode === 'external';

/** Accounts, and which of the cluster's may act as which. */
export function toAccounts(env: GoogleEnvironment): string[] {
  const accounts = new Set([...identitiesOf(env).map(([, account]) => account), nodeAccount]);
  return [
    ...[...accounts, ...(hasStore(env) ? [secretsAccount] : [])].map((account) => toCommand(['make_account', account])),
    ...identitiesOf(env).map(([workload, account]) =>
      toCommand(['bind_workload', account, `${namespaceOf(workload, env)}/${workload}`]),
    ),
    toCommand(['grant_project', nodeAccount, 'roles/container.defaultNodeServiceAccount']),
    toCommand(['grant_project', nodeAccount, 'roles/artifactregistry.reader']),
    ...(hasStore(env)
      ? [
          toCommand(['bind_workload', secretsAccount, `${secretsOperator}/${secretsOperator}`]),
          toCommand(['grant_project', secretsAccount, 'roles/secretmanager.secretAccessor']),
        ]
      : []),
  ];
}

function rightsOf(workload: WorkloadName, env: GoogleEnvironment) {
  const rights = googleRights[workload];
  if (rights === undefined)
    throw new UsageError(
      `charts/env/${env.name}.ts: google.identities.${workload}: charts/prepare/google-rights.ts says nothing of what it may do; add it there`,
    );
  return rights;
}

/** Buckets, and who may read or write their objects. Throws UsageError where an identity has no rights. */
export function toBuckets(env: GoogleEnvironment): string[] {
  const { source, ...ours } = env.buckets;
  const grants = identitiesOf(env).flatMap(([workload, account]) =>
    Object.entries(rightsOf(workload, env).buckets).map(([key, access]) =>
      toCommand(['grant_bucket', ours[key as keyof typeof ours], account, bucketRoles[access]]),
    ),
  );
  return [
    toCommand(['make_amazon_reader', env.google.amazon.role, source, `system:serviceaccount:${env.namespaces.pipeline}:step`]),
    ...Object.entries(ours).map(([key, name]) => {
      const { days, prefixes = [] } = kept[key as keyof typeof ours] ?? {};
      return toCommand(['make_bucket', name, env.google.region, ...(days === undefined ? [] : [days, ...prefixes])]);
    }),
    ...new Set(grants),
  ];
}

/** Who may query and load BigQuery. Throws UsageError where an identity has no rights. */
export const toWarehouse = (env: GoogleEnvironment): string[] => [
  ...new Set(
    identitiesOf(env).flatMap(([workload, account]) =>
      toProjectRoles(rightsOf(workload, env)).map((role) => toCommand(['grant_project', account, role])),
    ),
  ),
];
