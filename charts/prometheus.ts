// Prometheus: what it reads follows from the edges, what it tells from the rule files in prometheus/.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Chart } from 'cdk8s';
import type { Construct } from 'constructs';
import { backEnds, claims, workloads } from '../apps/contract/names.ts';
import { toYaml } from '../apps/platform/yaml.ts';
import { ConfigFiles } from './constructs/config-files.ts';
import { WebService } from './constructs/web-service.ts';
import type { ClusterEnvironment } from './env/environment.ts';
import { toBytes } from './env/quantities.ts';
import { toLastingRules } from './prometheus/lasting.ts';
import { toLimitRules } from './prometheus/limits.ts';
import { toPrometheusConfig } from './prometheus/prometheus-config.ts';
import { images } from './versions.ts';

const workload = 'prometheus';
const folder = join(import.meta.dirname, 'prometheus');
const ruleFiles = ['backups', 'budget', 'data', 'freshness', 'postgres', 'site', 'spark', 'state', 'workflows'].map(
  (name) => `rules-${name}.yaml`,
);
/** Prometheus finds the pods to read by their labels. */
const readPods = [{ apiGroups: [''], resources: ['pods'], verbs: ['get', 'list', 'watch'] }];

/** The files of Prometheus' configuration folder, by name. */
export const toPrometheusFiles = (env: ClusterEnvironment): Record<string, string> => ({
  'prometheus.yml': toYaml([toPrometheusConfig(env)]),
  'rules-limits.yaml': toYaml([toLimitRules(env)]),
  'rules-lasting.yaml': toYaml([toLastingRules()]),
  ...Object.fromEntries(ruleFiles.map((name) => [name, readFileSync(join(folder, name), 'utf8')])),
});

export function createPrometheus(scope: Construct, env: ClusterEnvironment): Chart {
  const chart = new Chart(scope, workload);
  const config = new ConfigFiles(chart, 'prometheus-config', { workload, env, files: toPrometheusFiles(env) });
  new WebService(chart, workload, {
    workload,
    env,
    user: 65534,
    replicas: 1,
    update: 'recreate',
    priority: 'service',
    pool: 'services',
    usesKubernetesApi: true,
    rules: { platform: readPods, pipeline: readPods, monitoring: readPods },
    configs: [config],
    volumes: [
      { name: 'config', configMap: { name: config.name } },
      { name: 'data', persistentVolumeClaim: { claimName: claims.prometheus } },
    ],
    servers: [
      {
        name: workload,
        image: images.prometheus,
        size: env.sizes.prometheus,
        args: toArguments(env),
        ports: workloads.prometheus.ports,
        ready: { path: '/-/ready', port: 'web' },
        alive: { path: '/-/healthy', port: 'web' },
        // It replays its write-ahead log first, which takes minutes after a crash.
        startSeconds: 600,
        mounts: [
          { name: 'config', mountPath: '/etc/prometheus', readOnly: true },
          { name: 'data', mountPath: '/prometheus' },
        ],
      },
    ],
  });
  return chart;
}

const toArguments = ({ domain, disks, monitoring }: ClusterEnvironment): string[] => [
  '--config.file=/etc/prometheus/prometheus.yml',
  '--storage.tsdb.path=/prometheus',
  `--storage.tsdb.retention.time=${monitoring.retentionDays}d`,
  // Four fifths of the disk: the head and compactions need the rest.
  `--storage.tsdb.retention.size=${Math.floor((toBytes(disks.prometheus) * 0.8) / 2 ** 20)}MB`,
  `--web.external-url=https://${domain}${backEnds.prometheus.path}`,
  // The load balancer strips the path.
  '--web.route-prefix=/',
];
