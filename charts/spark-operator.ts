// spark-operator: the controller submits and follows Spark jobs in the pipeline's namespace, the webhook completes and checks them.
import { Chart } from 'cdk8s';
import type { Construct } from 'constructs';
import { workloads } from '../apps/contract/names.ts';
import { ConfigFiles } from './constructs/config-files.ts';
import type { ServerProps } from './constructs/container.ts';
import { mountScratch } from './constructs/scratch.ts';
import { anyUser } from './constructs/security.ts';
import { WebService } from './constructs/web-service.ts';
import type { ClusterEnvironment } from './env/environment.ts';
import { controllerRules, webhookClusterRules, webhookRules } from './spark-operator/rules.ts';
import { createWebhooks, webhooksName } from './spark-operator/webhooks.ts';
import { images } from './versions.ts';

const component = 'spark-operator';
const controller = 'spark-operator-controller';
const webhook = 'spark-operator-webhook';
/** The webhook's certificate, which it makes itself and renews. */
const certificate = 'spark-operator-webhook-certs';
const scratchPath = '/tmp';
const leaseOf = (workload: string) => `${workload}-lock`;

export function createSparkOperator(scope: Construct, env: ClusterEnvironment): Chart {
  const chart = new Chart(scope, component);
  const shared = {
    env,
    user: anyUser,
    replicas: env.replicas,
    update: 'rolling',
    priority: 'platform',
    pool: 'services',
    usesKubernetesApi: true,
  } as const;
  // What spark-submit writes on its way.
  const scratch = mountScratch('tmp', scratchPath, '1Gi');
  // spark-submit fails for a user without a name, in Hadoop's sign-in, and keeps Ivy's files at home.
  const users = `root:x:0:0:root:/root:/usr/sbin/nologin\nspark:x:${anyUser}:${anyUser}:Spark:${scratchPath}:/usr/sbin/nologin\n`;
  const passwd = new ConfigFiles(chart, 'spark-operator-users', { workload: controller, env, files: { passwd: users } });
  new WebService(chart, controller, {
    ...shared,
    workload: controller,
    configs: [passwd],
    volumes: [scratch.volume, { name: passwd.name, configMap: { name: passwd.name } }],
    servers: [
      {
        ...toController(env),
        mounts: [scratch.mount, { name: passwd.name, mountPath: '/etc/passwd', subPath: 'passwd', readOnly: true }],
      },
    ],
    rules: controllerRules(leaseOf(controller)),
  });
  const certificates = mountScratch('serving-certs', '/etc/k8s-webhook-server/serving-certs', '1Mi');
  new WebService(chart, webhook, {
    ...shared,
    workload: webhook,
    volumes: [certificates.volume],
    servers: [{ ...toWebhook(env), mounts: [certificates.mount] }],
    rules: webhookRules(leaseOf(webhook), certificate),
    clusterRules: webhookClusterRules(webhooksName),
  });
  createWebhooks(chart, env);
  return chart;
}

const healthPort = 8081;

/** What both programs are told, and how they say that they are well. */
const toServer = (env: ClusterEnvironment, workload: typeof controller | typeof webhook) => ({
  name: workload,
  image: images['spark-operator'],
  size: env.sizes[workload],
  ports: workloads[workload].ports,
  ready: { path: '/readyz', port: healthPort },
  alive: { path: '/healthz', port: healthPort },
  startSeconds: 120,
  shared: [
    `--namespaces=${env.namespaces.pipeline}`,
    '--zap-encoder=json',
    '--zap-log-level=info',
    '--enable-metrics=true',
    `--metrics-bind-address=:${workloads[workload].ports.metrics}`,
    '--metrics-endpoint=/metrics',
    '--metrics-labels=app_type',
    `--health-probe-bind-address=:${healthPort}`,
    '--leader-election=true',
    `--leader-election-lock-name=${leaseOf(workload)}`,
    `--leader-election-lock-namespace=${env.namespaces.platform}`,
  ],
});

function toController(env: ClusterEnvironment): ServerProps {
  const { shared, ...server } = toServer(env, controller);
  // Spark's own pages die with the driver: nobody would find a Service for them.
  const args = ['controller', 'start', ...shared, '--controller-threads=10', '--enable-ui-service=false'];
  return { ...server, args };
}

function toWebhook(env: ClusterEnvironment): ServerProps {
  const { shared, ...server } = toServer(env, webhook);
  return {
    ...server,
    args: [
      'webhook',
      'start',
      ...shared,
      `--webhook-secret-name=${certificate}`,
      `--webhook-secret-namespace=${env.namespaces.platform}`,
      `--webhook-svc-name=${webhook}`,
      `--webhook-svc-namespace=${env.namespaces.platform}`,
      `--webhook-port=${workloads[webhook].ports.webhook}`,
      `--mutating-webhook-name=${webhooksName}`,
      `--validating-webhook-name=${webhooksName}`,
    ],
  };
}
