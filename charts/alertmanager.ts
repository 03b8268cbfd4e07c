// Alertmanager: tells the environment's receiver what Prometheus found.
import { Chart } from 'cdk8s';
import type { Construct } from 'constructs';
import { claims, workloads } from '../apps/contract/names.ts';
import { toYaml } from '../apps/platform/yaml.ts';
import { receiverFolder, toAlertmanagerConfig } from './alertmanager/alertmanager-config.ts';
import { ConfigFiles } from './constructs/config-files.ts';
import { WebService } from './constructs/web-service.ts';
import type { ClusterEnvironment } from './env/environment.ts';
import { createSecret } from './secrets.ts';
import { images } from './versions.ts';

const workload = 'alertmanager';
const receiverSecret = 'alertmanager-receiver';

export function createAlertmanager(scope: Construct, env: ClusterEnvironment): Chart {
  const chart = new Chart(scope, workload);
  const tells = env.monitoring.receiver.kind !== 'none';
  if (tells) createSecret(chart, receiverSecret, env);
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
      ...(tells ? [{ name: 'receiver', secret: { secretName: receiverSecret } }] : []),
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
          ...(tells ? [{ name: 'receiver', mountPath: receiverFolder, readOnly: true }] : []),
          { name: 'data', mountPath: '/alertmanager' },
        ],
      },
    ],
  });
  return chart;
}
