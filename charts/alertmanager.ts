// Alertmanager: tells the environment's receiver what Prometheus found.
import { Chart } from 'cdk8s';
import type { Construct } from 'constructs';
import { claims, workloads } from '../apps/contract/names.ts';
import { toYaml } from '../apps/platform/yaml.ts';
import { receiverFolder, toAlertmanagerConfig, watchdogFolder } from './alertmanager/alertmanager-config.ts';
import { ConfigFiles } from './constructs/config-files.ts';
import { WebService } from './constructs/web-service.ts';
import type { ClusterEnvironment } from './env/environment.ts';
import { createSecret, secretsOf } from './secrets.ts';
import { images } from './versions.ts';

const workload = 'alertmanager';
/** Where each of its Secrets is mounted, which not every environment has. */
const folders = { 'alertmanager-receiver': receiverFolder, 'alertmanager-watchdog': watchdogFolder } as const;

export function createAlertmanager(scope: Construct, env: ClusterEnvironment): Chart {
  const chart = new Chart(scope, workload);
  const secrets = secretsOf(env).filter((name) => name in folders) as (keyof typeof folders)[];
  for (const name of secrets) createSecret(chart, name, env);
  const files = { 'alertmanager.yml': toYaml([toAlertmanagerConfig(env)]) };
  const config = new ConfigFiles(chart, 'alertmanager-config', { workload, env, files });
  new WebService(chart, workload, {
    workload,
    env,
    user: 65534,
    replicas: 1,
    update: 'recreate',
    priority: 'service',
    pool: 'services',
    configs: [config],
    volumes: [
      { name: 'config', configMap: { name: config.name } },
      ...secrets.map((name) => ({ name, secret: { secretName: name } })),
      { name: 'data', persistentVolumeClaim: { claimName: claims.alertmanager } },
    ],
    servers: [
      {
        name: workload,
        image: images.alertmanager,
        size: env.sizes.alertmanager,
        // Alone: an empty address keeps it from waiting for peers.
        args: [
          '--config.file=/etc/alertmanager/config/alertmanager.yml',
          '--storage.path=/alertmanager',
          '--cluster.listen-address=',
        ],
        ports: workloads.alertmanager.ports,
        ready: { path: '/-/ready', port: 'web' },
        alive: { path: '/-/healthy', port: 'web' },
        startSeconds: 60,
        mounts: [
          { name: 'config', mountPath: '/etc/alertmanager/config', readOnly: true },
          ...secrets.map((name) => ({ name, mountPath: folders[name], readOnly: true })),
          { name: 'data', mountPath: '/alertmanager' },
        ],
      },
    ],
  });
  return chart;
}
