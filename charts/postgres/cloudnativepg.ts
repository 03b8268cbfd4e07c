// Postgres as CloudNativePG runs it: a Cluster with its roles, and a Database for each component. Its operator, which stands before us,
// makes the pods, their disks and the Service that clients ask for.
import type { Chart } from 'cdk8s';
import { postgresBackup, postgresDatabases, postgresMonitor, priorityClasses } from '../../apps/contract/names.ts';
import {
  Cluster,
  type ClusterSpecAffinity,
  Database,
  ClusterSpecManagedServicesAdditionalSelectorType as Primary,
  ClusterSpecManagedServicesDisabledDefaultServices as Replicas,
  ClusterSpecManagedServicesAdditionalUpdateStrategy as Update,
} from '../../imports/postgresql.cnpg.io.ts';
import { keepAnnotation, toMetadata } from '../constructs/metadata.ts';
import { WorkloadPolicy } from '../constructs/network-policy.ts';
import { toPlacement } from '../constructs/pod.ts';
import { clusterName } from '../constructs/postgres-instances.ts';
import type { ClusterEnvironment } from '../env/environment.ts';
import { type SecretFacts, secrets } from '../secrets.ts';
import { images } from '../versions.ts';

const workload = 'postgres';
const components = Object.entries(postgresDatabases);

export function createInstances(chart: Chart, env: ClusterEnvironment): void {
  new WorkloadPolicy(chart, 'policy', { workload, env });
  createCluster(chart, env);
  for (const [component, { database, user }] of components)
    new Database(chart, `database-${component}`, {
      metadata: toMetadata(workload, env, `postgres-${component}`),
      spec: { cluster: { name: clusterName }, name: database, owner: user, databaseReclaimPolicy: 'retain' },
    });
}

function createCluster(chart: Chart, env: ClusterEnvironment): void {
  const { argo } = postgresDatabases;
  const metadata = toMetadata(workload, env, clusterName);
  new Cluster(chart, 'cluster', {
    // Its disks go with it.
    metadata: { ...metadata, annotations: keepAnnotation },
    spec: {
      instances: env.replicas,
      imageName: images['postgres-instance'],
      enableSuperuserAccess: false,
      // A budget for a single instance would keep its node from ever draining.
      enablePdb: env.replicas > 1,
      // The first database is made with the server, or an "app" that nobody asked for would be.
      bootstrap: {
        initdb: { database: argo.database, owner: argo.user, secret: { name: 'postgres-argo' }, dataChecksums: true },
      },
      storage: { ...(env.storageClass !== null && { storageClass: env.storageClass }), size: env.disks.postgres },
      resources: { ...env.sizes.postgres },
      priorityClassName: priorityClasses.platform,
      // The same words, which the import has as an enum.
      affinity: toPlacement(env, 'services') as ClusterSpecAffinity,
      postgresql: { pgHba: toAccessRules() },
      managed: {
        roles: toRoles(),
        services: {
          disabledDefaultServices: [Replicas.RO, Replicas.R],
          additional: [
            {
              selectorType: Primary.RW,
              updateStrategy: Update.PATCH,
              serviceTemplate: { metadata: { name: workload, labels: metadata.labels } },
            },
          ],
        },
      },
    },
  });
}

/** What a role is a member of, beside nothing. Rows of large objects are in no such membership; nobody here keeps any. */
const memberships: Readonly<Record<string, readonly string[]>> = {
  [postgresMonitor]: ['pg_monitor'],
  [postgresBackup]: ['pg_read_all_data'],
};

/** Every role whose password is in a Secret. Defaults are written out, as Argo CD compares lists with what is stored. */
const toRoles = () =>
  Object.entries<SecretFacts>(secrets).flatMap(([secret, { role }]) =>
    role === undefined
      ? []
      : [
          {
            name: role,
            ensure: 'present',
            login: true,
            inherit: true,
            connectionLimit: -1,
            ...(memberships[role] && { inRoles: [...memberships[role]] }),
            passwordSecret: { name: secret },
          },
        ],
  );

/**
 * The wall between databases. Postgres lets every role connect to every database, and a Database resource can't revoke that; so
 * connections are let in by database and user, and no others. CloudNativePG puts its own rules before these, and after them one that
 * lets everybody in with a password: the last line here keeps it from being reached.
 */
export const toAccessRules = (): string[] => [
  ...components.map(([, { database, user }]) => `host ${database} ${user} all scram-sha-256`),
  `host postgres ${postgresMonitor} all scram-sha-256`,
  `host all ${postgresBackup} all scram-sha-256`,
  'host all all all reject',
];
