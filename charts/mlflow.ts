// MLflow's server: runs and models in Postgres, artifacts in the models bucket through the server, so that clients need no right there.
import { Chart } from 'cdk8s';
import type { Construct } from 'constructs';
import { backEnds, mlflowArtifacts, postgresDatabases, workloads } from '../apps/contract/names.ts';
import type { ContainerProps } from './constructs/container.ts';
import { toContainer } from './constructs/container.ts';
import { toBucketUri, toObjectAccess } from './constructs/data-places.ts';
import { namespaceOf } from './constructs/metadata.ts';
import { mountScratch } from './constructs/scratch.ts';
import { WebService } from './constructs/web-service.ts';
import type { ClusterEnvironment } from './env/environment.ts';
import { toAuthority, toOrigin } from './env/site.ts';
import { ownImage, ownUser } from './versions.ts';

const workload = 'mlflow';

export function createMlflow(scope: Construct, env: ClusterEnvironment): Chart {
  const chart = new Chart(scope, workload);
  const { ports } = workloads[workload];
  const { health, path } = backEnds.mlflow;
  const { volume, mount } = mountScratch('tmp', '/tmp', '900Mi');
  const access = toObjectAccess(env, 'platform');
  const base = {
    image: ownImage(env.registry, workload),
    size: env.sizes.mlflow,
    // The password is not in the URI: it would need escaping there, and show wherever MLflow names its store.
    secrets: { PGPASSWORD: { secret: 'postgres-mlflow', key: 'password' }, ...access.secrets },
    variables: {
      ...access.variables,
      MLFLOW_BACKEND_STORE_URI: toStoreUri(env),
      MLFLOW_DISABLE_TELEMETRY: 'true',
      MLFLOW_SERVER_ENABLE_JOB_EXECUTION: 'false',
      HOME: '/tmp',
    },
    mounts: [mount],
  } satisfies Partial<ContainerProps>;
  new WebService(chart, workload, {
    workload,
    env,
    user: ownUser,
    // A newer version moves the schema first; an older server must not stand beside it.
    replicas: 1,
    update: 'recreate',
    priority: 'service',
    pool: 'services',
    volumes: [volume],
    initContainers: [toContainer({ ...base, name: 'schema', command: ['mlflow', 'db', 'upgrade'], args: [toStoreUri(env)] })],
    servers: [
      {
        ...base,
        name: workload,
        command: ['mlflow', 'server'],
        args: [
          ...['--host', '0.0.0.0', '--port', String(ports.http), '--workers', '2'],
          // Moves its API and its probes too.
          ...['--static-prefix', path.replace(/\/$/, '')],
          ...['--serve-artifacts', '--artifacts-destination', `${toBucketUri(env, 'models')}${mlflowArtifacts}`],
          ...['--allowed-hosts', toHosts(env).join()],
          ...['--cors-allowed-origins', toOrigin(env)],
          ...['--expose-prometheus', '/tmp/metrics'],
        ],
        ports,
        fields: { POD_IP: 'status.podIP' },
        // These two are answered whatever the Host header says.
        ready: { path: health, port: 'http' },
        alive: { path: `${path}version`, port: 'http' },
        startSeconds: 180,
      },
    ],
  });
  return chart;
}

/** The driver is named: SQLAlchemy's choice of it differs by version. */
function toStoreUri(env: ClusterEnvironment): string {
  const { postgres } = workloads.postgres.ports;
  const { user, database } = postgresDatabases.mlflow;
  return `postgresql+psycopg2://${user}@postgres.${namespaceOf('postgres', env)}.svc:${postgres}/${database}`;
}

/** What a Host header may say: the Service's names, what the proxy passes on, and the pod's address, by which Prometheus asks. */
function toHosts(env: ClusterEnvironment): string[] {
  const namespace = namespaceOf(workload, env);
  const { http } = workloads[workload].ports;
  const names = [
    workload,
    `${workload}.${namespace}`,
    `${workload}.${namespace}.svc`,
    `${workload}.${namespace}.svc.cluster.local`,
  ];
  return [toAuthority(env), `$(POD_IP):${http}`, ...names.flatMap((name) => [name, `${name}:${http}`])];
}
