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
import { bucketAnnotations, mountBucket, mountScratch } from '../constructs/bucket-mount.ts';
import type { ConfigFiles } from '../constructs/config-files.ts';
import { type ContainerProps, toContainer } from '../constructs/container.ts';
import { toMetadata } from '../constructs/metadata.ts';
import { WorkloadPolicy } from '../constructs/network-policy.ts';
import { toPodTemplate } from '../constructs/pod.ts';
import type { ClusterEnvironment } from '../env/environment.ts';
import type { SecretName } from '../secrets.ts';
import { images } from '../versions.ts';
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
  readonly script: string;
  /** How it signs in at the server; none where it needs no server. */
  readonly login?: Login;
  /** The folder of backups; `true` where it may only be read. */
  readonly backups?: { readonly readOnly: boolean };
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
  const databases = toJob(env, scripts, {
    name: 'postgres-databases',
    script: 'create-databases.sh',
    login: administrator,
    passwords: componentPasswords,
    container: { variables: componentVariables },
    deadlineSeconds: 600,
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

export function createBackupJobs(chart: Chart, env: ClusterEnvironment, scripts: ConfigFiles): void {
  createCronJob(chart, '17 1 * * *', {
    ...toJob(env, scripts, {
      name: 'postgres-back-up',
      script: 'back-up.sh',
      login: env.database === 'cloudnativepg' ? reader : administrator,
      backups: { readOnly: false },
      deadlineSeconds: 4 * 3600,
      retries: 2,
    }),
  });
  // On Mondays, after the night's backup.
  createCronJob(chart, '17 6 * * 1', toRestoreCheck(env, scripts));
}

function toRestoreCheck(env: ClusterEnvironment, scripts: ConfigFiles) {
  const scratch = { name: 'scratch', mountPath: '/scratch' };
  return toJob(env, scripts, {
    name: 'postgres-check-restore',
    script: 'check-restore.sh',
    backups: { readOnly: true },
    container: { variables: { SCRATCH: scratch.mountPath }, mounts: [scratch] },
    volumes: [
      {
        name: scratch.name,
        ephemeral: {
          volumeClaimTemplate: {
            spec: {
              accessModes: ['ReadWriteOnce'],
              storageClassName: env.storageClass,
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
    metadata,
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

function toJob(env: ClusterEnvironment, scripts: ConfigFiles, props: JobProps): JobParts {
  const { name, script, login, backups, container = {}, passwords = {}, volumes = [], deadlineSeconds, retries } = props;
  const files = mountPasswords({ ...(login && { PGPASSWORD_FILE: login.secret }), ...passwords });
  const tmp = mountScratch('tmp', '/tmp', '256Mi');
  const bucket =
    backups &&
    mountBucket({ name: 'backups', bucket: env.buckets.backups, mountPath: '/backups', user: postgresUser, ...backups });
  const main: Container = toContainer({
    name: workload,
    image: images.postgres,
    size: env.sizes['postgres-job'],
    command: ['bash', `/scripts/${script}`],
    variables: {
      ...(login && { PGHOST: 'postgres', PGPORT: String(workloads.postgres.ports.postgres), PGUSER: login.user }),
      ...(bucket ? { BACKUPS: bucket.mount.mountPath } : {}),
      ...container.variables,
      ...files.variables,
    },
    mounts: [
      { name: 'scripts', mountPath: '/scripts', readOnly: true },
      tmp.mount,
      ...(bucket ? [bucket.mount] : []),
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
    configs: [scripts],
    ...(bucket ? { annotations: bucketAnnotations } : {}),
    volumes: [
      { name: 'scripts', configMap: { name: scripts.name } },
      tmp.volume,
      ...(bucket ? [bucket.volume] : []),
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
