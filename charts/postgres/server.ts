// Postgres as a StatefulSet of one pod: the image's own script makes roles and databases on an empty disk, a Job those that are added later.
import type { Chart } from 'cdk8s';
import { IntOrString, KubePodDisruptionBudget, KubeStatefulSet } from 'cdk8s-plus-28/lib/imports/k8s.js';
import { claims, workloads } from '../../apps/contract/names.ts';
import { Account } from '../constructs/account.ts';
import type { ConfigFiles } from '../constructs/config-files.ts';
import { toServer } from '../constructs/container.ts';
import { toMetadata, toSelector } from '../constructs/metadata.ts';
import { WorkloadPolicy } from '../constructs/network-policy.ts';
import { toPodTemplate } from '../constructs/pod.ts';
import { mountScratch } from '../constructs/scratch.ts';
import { createService } from '../constructs/web-service.ts';
import type { ClusterEnvironment } from '../env/environment.ts';
import { images } from '../versions.ts';
import { componentPasswords, componentVariables, mountPasswords, postgresUser } from './server-facts.ts';

const workload = 'postgres';

export function createServer(chart: Chart, env: ClusterEnvironment, scripts: ConfigFiles): void {
  const metadata = toMetadata(workload, env);
  const selector = { matchLabels: toSelector(workload) };
  const { ports } = workloads[workload];
  const tmp = mountScratch('tmp', '/tmp', '256Mi');
  const passwords = mountPasswords({ POSTGRES_PASSWORD_FILE: 'postgres-admin', ...componentPasswords });
  const socket = mountScratch('socket', '/var/run/postgresql', '1Mi');
  // While it fills an empty volume the server listens on its socket alone: over TCP it is not ready then.
  const ready = { command: ['pg_isready', '--host=127.0.0.1', `--port=${ports.postgres}`, '--username=postgres'] };
  new Account(chart, 'account', { workload, env });
  new WorkloadPolicy(chart, 'policy', { workload, env });
  createService(chart, { workload, env, headless: true });
  new KubePodDisruptionBudget(chart, 'budget', { metadata, spec: { selector, maxUnavailable: IntOrString.fromNumber(1) } });
  new KubeStatefulSet(chart, 'server', {
    metadata,
    spec: {
      serviceName: workload,
      replicas: 1,
      revisionHistoryLimit: 3,
      selector,
      template: toPodTemplate({
        workload,
        env,
        user: postgresUser,
        priority: 'platform',
        pool: 'services',
        containers: [
          toServer({
            name: workload,
            image: images.postgres,
            size: env.sizes.postgres,
            ports,
            // POSTGRES_DB is left out: the script makes all databases.
            variables: {
              PGDATA: '/var/lib/postgresql/data/server',
              POSTGRES_INITDB_ARGS: '--data-checksums --auth-local=scram-sha-256 --auth-host=scram-sha-256',
              ...componentVariables,
              ...passwords.variables,
            },
            ready,
            alive: { command: ['pg_isready', '--username=postgres'] },
            startSeconds: 300,
            mounts: [
              { name: 'data', mountPath: '/var/lib/postgresql/data' },
              { name: 'scripts', mountPath: '/docker-entrypoint-initdb.d', readOnly: true },
              tmp.mount,
              socket.mount,
              ...passwords.mounts,
            ],
          }),
        ],
        volumes: [
          { name: 'data', persistentVolumeClaim: { claimName: claims.postgres } },
          {
            name: 'scripts',
            configMap: {
              name: scripts.name,
              items: [{ key: 'create-databases.sh', path: 'create-databases.sh' }],
              defaultMode: 0o555,
            },
          },
          tmp.volume,
          socket.volume,
          ...passwords.volumes,
        ],
      }),
    },
  });
}
