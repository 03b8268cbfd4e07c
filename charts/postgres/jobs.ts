// What runs beside Postgres and ends: the backup each night, its restore each week, and databases after each sync of the StatefulSet.
import type { Chart } from 'cdk8s';
import {
  type Container,
  KubeCronJob,
  KubeJob,
  type PodTemplateSpec,
  Quantity,
  type Volume,
} from 'cdk8s-plus-28/lib/imports/k8s.js';
import { postgresBackup, workloads } from '../../apps/contract/names.ts';
import { Account } from '../constructs/account.ts';
import type { ConfigFiles } from '../constructs/config-files.ts';
import { type ContainerProps, toContainer } from '../constructs/container.ts';
import { toBucketUri, toObjectAccess } from '../constructs/data-places.ts';
import { toMetadata } from '../constructs/metadata.ts';
import { WorkloadPolicy } from '../constructs/network-policy.ts';
import { toPodTemplate } from '../constructs/pod.ts';
import { mountScratch } from '../constructs/scratch.ts';
import { toStorageClass } from '../constructs/storage-class.ts';
import type { ClusterEnvironment } from '../env/environment.ts';
import type { SecretName } from '../secrets.ts';
import { images, ownImage } from '../versions.ts';
import { componentPasswords, componentVariables, mountPasswords, postgresUser } from './server-facts.ts';

const workload = 'postgres-job';

interface Login {
  readonly user: string;
  readonly secret: SecretName;
}

const administrator: Login = { user: 'postgres', secret: 'postgres-admin' };
/** CloudNativePG keeps the administrator to itself. */
const reader: Login = { user: postgresBackup, secret: 'postgres-backup' };

interface JobProps {
  readonly name: string;
  readonly image: string;
  readonly command: readonly string[];
  readonly args?: readonly string[];
  /** Where its command is not in its image. */
  readonly scripts?: ConfigFiles;
  /** How it signs in at the server; none where it needs no server. */
  readonly login?: Login;
  /** To the buckets. */
  readonly access?: ReturnType<typeof toObjectAccess>;
  readonly container?: Pick<ContainerProps, 'variables' | 'mounts'>;
  readonly passwords?: typeof componentPasswords;
  readonly volumes?: readonly Volume[];
  readonly deadlineSeconds: number;
  readonly retries: number;
}

export function createJobAccount(chart: Chart, env: ClusterEnvironment): void {
  new Account(chart, 'job-account', { workload, env });
  new WorkloadPolicy(chart, 'job-policy', { workload, env });
}

export function createDatabasesJob(chart: Chart, env: ClusterEnvironment, scripts: ConfigFiles): void {
  // The image runs its scripts on an empty volume only.
  const databases = toJob(env, {
    name: 'postgres-databases',
    image: images.postgres,
    command: ['bash', '/scripts/create-databases.sh'],
    scripts,
    login: administrator,
    passwords: componentPasswords,
    container: { variables: componentVariables },
    // It waits 20 minutes for a server that starts for the first time.
    deadlineSeconds: 1800,
    retries: 6,
  });
  const { metadata } = databases;
  new KubeJob(chart, 'databases', {
    metadata: {
      ...metadata,
      annotations: { 'argocd.argoproj.io/hook': 'PostSync', 'argocd.argoproj.io/hook-delete-policy': 'BeforeHookCreation' },
    },
    spec: databases.spec,
  });
}

export function createBackupJobs(chart: Chart, env: ClusterEnvironment): void {
  createCronJob(
    chart,
    '17 1 * * *',
    toJob(env, {
      name: 'postgres-back-up',
      ...toBackup(env, 'back-up'),
      login: env.database === 'cloudnativepg' ? reader : administrator,
      deadlineSeconds: 4 * 3600,
      retries: 2,
    }),
  );
  // On Mondays, after the night's backup.
  createCronJob(chart, '17 6 * * 1', toRestoreCheck(env));
}

const toBackup = (env: ClusterEnvironment, task: string, ...more: string[]) => ({
  access: toObjectAccess(env, 'platform'),
  image: ownImage(env.registry, 'backup'),
  command: ['node', 'main.js'],
  args: ['--task', task, '--backups', toBucketUri(env, 'backups'), ...more],
});

function toRestoreCheck(env: ClusterEnvironment) {
  const scratch = { name: 'scratch', mountPath: '/scratch' };
  return toJob(env, {
    name: 'postgres-check-restore',
    ...toBackup(env, 'check-restore', '--scratch', scratch.mountPath),
    container: { mounts: [scratch] },
    volumes: [
      {
        name: scratch.name,
        ephemeral: {
          volumeClaimTemplate: {
            spec: {
              accessModes: ['ReadWriteOnce'],
              ...toStorageClass(env),
              resources: { requests: { storage: Quantity.fromString(env.disks.postgres) } },
            },
          },
        },
      },
    ],
    deadlineSeconds: 4 * 3600,
    retries: 0,
  });
}

interface JobParts {
  readonly metadata: ReturnType<typeof toMetadata>;
  readonly spec: { backoffLimit: number; activeDeadlineSeconds: number; template: PodTemplateSpec };
}

function createCronJob(chart: Chart, schedule: string, { metadata, spec }: JobParts): void {
  new KubeCronJob(chart, metadata.name, {
    // Argo CD from 3.2 on would call all of it Degraded until the next run succeeds: the alerts of rules-backups.yaml tell of runs.
    metadata: { ...metadata, annotations: { 'argocd.argoproj.io/ignore-healthcheck': 'true' } },
    spec: {
      schedule,
      timeZone: 'Etc/UTC',
      concurrencyPolicy: 'Forbid',
      // A cluster that was away for an hour still makes up for the night.
      startingDeadlineSeconds: 6 * 3600,
      successfulJobsHistoryLimit: 1,
      failedJobsHistoryLimit: 3,
      jobTemplate: { spec },
    },
  });
}

function toJob(env: ClusterEnvironment, props: JobProps): JobParts {
  const {
    name,
    image,
    command,
    args,
    scripts,
    login,
    access = { variables: {}, secrets: {} },
    container = {},
    passwords = {},
    volumes = [],
    deadlineSeconds,
    retries,
  } = props;
  const files = mountPasswords({ ...(login && { PGPASSWORD_FILE: login.secret }), ...passwords });
  const tmp = mountScratch('tmp', '/tmp', '256Mi');
  const main: Container = toContainer({
    name: workload,
    image,
    size: env.sizes['postgres-job'],
    command,
    ...(args && { args }),
    variables: {
      ...(login && { PGHOST: 'postgres', PGPORT: String(workloads.postgres.ports.postgres), PGUSER: login.user }),
      ...access.variables,
      ...container.variables,
      ...files.variables,
    },
    secrets: access.secrets,
    mounts: [
      ...(scripts ? [{ name: 'scripts', mountPath: '/scripts', readOnly: true }] : []),
      tmp.mount,
      ...files.mounts,
      ...(container.mounts ?? []),
    ],
  });
  const template = toPodTemplate({
    workload,
    env,
    user: postgresUser,
    priority: 'batch',
    pool: 'services',
    containers: [main],
    configs: scripts ? [scripts] : [],
    volumes: [
      ...(scripts ? [{ name: 'scripts', configMap: { name: scripts.name } }] : []),
      tmp.volume,
      ...files.volumes,
      ...volumes,
    ],
  });
  return {
    metadata: toMetadata(workload, env, name),
    spec: {
      backoffLimit: retries,
      activeDeadlineSeconds: deadlineSeconds,
      template: { ...template, spec: { ...template.spec, restartPolicy: 'Never' } as PodTemplateSpec['spec'] & object },
    },
  };
}
