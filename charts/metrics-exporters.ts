// What turns other programs' figures into Prometheus': the pipeline's StatsD, Postgres' statistics, the cluster's own objects.
import { Chart } from 'cdk8s';
import type { PolicyRule } from 'cdk8s-plus-28/lib/imports/k8s.js';
import type { Construct } from 'constructs';
import { postgresMonitor, workloads } from '../apps/contract/names.ts';
import { ConfigFiles } from './constructs/config-files.ts';
import type { ServerProps } from './constructs/container.ts';
import { namespaceOf } from './constructs/metadata.ts';
import { WebService } from './constructs/web-service.ts';
import type { ClusterEnvironment } from './env/environment.ts';
import { toStatsdMapping } from './metrics-exporters/statsd-mapping.ts';
import { createSecret } from './secrets.ts';
import { images } from './versions.ts';

const workload = 'metrics-exporters';
const { ports } = workloads[workload];
/** Not a port of the Service: only the kubelet asks whether kube-state-metrics is ready. */
const telemetryPort = 8086;

/** By API group: all that kube-state-metrics watches, in our namespaces alone. */
const watched = {
  '': ['persistentvolumeclaims', 'pods', 'resourcequotas'],
  apps: ['deployments', 'statefulsets'],
  batch: ['cronjobs', 'jobs'],
} as const;

export function createMetricsExporters(scope: Construct, env: ClusterEnvironment): Chart {
  const chart = new Chart(scope, workload);
  createSecret(chart, 'postgres-exporter', env);
  const mapping = new ConfigFiles(chart, 'statsd-mapping', { workload, env, files: { 'mapping.yaml': toStatsdMapping() } });
  const rules: PolicyRule[] = Object.entries(watched).map(([group, resources]) => ({
    apiGroups: [group],
    resources: [...resources],
    verbs: ['list', 'watch'],
  }));
  new WebService(chart, workload, {
    workload,
    env,
    // `nobody` of these images.
    user: 65534,
    // Counters live in one process, and a second kube-state-metrics would count everything twice.
    replicas: 1,
    update: 'recreate',
    priority: 'service',
    pool: 'services',
    usesKubernetesApi: true,
    rules: { platform: rules, pipeline: rules, monitoring: rules },
    configs: [mapping],
    volumes: [
      { name: 'mapping', configMap: { name: mapping.name } },
      { name: 'password', secret: { secretName: 'postgres-exporter', defaultMode: 0o440 } },
    ],
    servers: [toStatsd(env), toPostgres(env), toKubeState(env)],
  });
  return chart;
}

function toStatsd(env: ClusterEnvironment): ServerProps {
  return {
    name: 'statsd-exporter',
    image: images['statsd-exporter'],
    size: env.sizes[workload],
    args: [
      `--web.listen-address=:${ports.statsd}`,
      `--statsd.listen-udp=:${ports['statsd-udp']}`,
      '--statsd.listen-tcp=',
      '--statsd.mapping-config=/mapping/mapping.yaml',
    ],
    ports: { statsd: ports.statsd, 'statsd-udp': ports['statsd-udp'] },
    ready: { path: '/-/ready', port: 'statsd' },
    alive: { path: '/-/healthy', port: 'statsd' },
    startSeconds: 30,
    mounts: [{ name: 'mapping', mountPath: '/mapping', readOnly: true }],
  };
}

function toPostgres(env: ClusterEnvironment): ServerProps {
  return {
    name: 'postgres-exporter',
    image: images['postgres-exporter'],
    size: env.sizes[workload],
    args: [`--web.listen-address=:${ports.postgres}`],
    ports: { postgres: ports.postgres },
    variables: {
      DATA_SOURCE_URI: `postgres.${namespaceOf('postgres', env)}.svc:${workloads.postgres.ports.postgres}/postgres?sslmode=disable`,
      DATA_SOURCE_USER: postgresMonitor,
      DATA_SOURCE_PASS_FILE: '/password/password',
    },
    mounts: [{ name: 'password', mountPath: '/password', readOnly: true }],
    ready: { path: '/metrics', port: 'postgres' },
    // Its page: a database that hangs must not restart the exporter that says so.
    alive: { path: '/', port: 'postgres' },
    startSeconds: 30,
  };
}

function toKubeState(env: ClusterEnvironment): ServerProps {
  const { platform, pipeline, monitoring } = env.namespaces;
  return {
    name: 'kube-state-metrics',
    image: images['kube-state-metrics'],
    size: env.sizes[workload],
    args: [
      `--port=${ports['kube-state']}`,
      `--telemetry-port=${telemetryPort}`,
      `--namespaces=${[platform, pipeline, monitoring].join()}`,
      `--resources=${Object.values(watched).flat().sort().join()}`,
    ],
    ports: { 'kube-state': ports['kube-state'], telemetry: telemetryPort },
    ready: { path: '/readyz', port: 'telemetry' },
    alive: { path: '/livez', port: 'kube-state' },
    startSeconds: 60,
  };
}
