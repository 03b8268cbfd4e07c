// Argo Workflows: the controller runs the pipeline's workflows, the server shows them behind the one site's sign-in.
import { Chart } from 'cdk8s';
import type { Construct } from 'constructs';
import { backEnds, ownObjects, workloads } from '../apps/contract/names.ts';
import { toControllerConfig } from './argo-workflows/controller-config.ts';
import { controllerRules, serverRules } from './argo-workflows/rules.ts';
import { ConfigFiles } from './constructs/config-files.ts';
import type { ServerProps } from './constructs/container.ts';
import { mountScratch } from './constructs/scratch.ts';
import { WebService } from './constructs/web-service.ts';
import type { ClusterEnvironment } from './env/environment.ts';
import { images } from './versions.ts';

const component = 'argo-workflows';
/** Nobody of any node: static programs, which own no file. */
const argoUser = 65532;
/** Where both look unless told otherwise. */
const configMap = 'workflow-controller-configmap';

export function createArgoWorkflows(scope: Construct, env: ClusterEnvironment): Chart {
  const chart = new Chart(scope, component);
  const config = new ConfigFiles(chart, configMap, { workload: 'argo-controller', env, files: toControllerConfig(env) });
  const shared = {
    env,
    user: argoUser,
    replicas: env.replicas,
    update: 'rolling',
    priority: 'platform',
    pool: 'services',
    configs: [config],
    usesKubernetesApi: true,
  } as const;
  new WebService(chart, 'argo-controller', {
    ...shared,
    workload: 'argo-controller',
    servers: [toController(env)],
    rules: controllerRules(config.name),
  });
  const scratch = mountScratch('tmp', '/tmp', '256Mi');
  new WebService(chart, 'argo-server', {
    ...shared,
    workload: 'argo-server',
    volumes: [scratch.volume],
    servers: [{ ...toServer(env), mounts: [scratch.mount] }],
    rules: serverRules(config.name, env.google ? undefined : ownObjects.secrets.pipeline),
  });
  return chart;
}

/** Both watch the pipeline's namespace and no other, so that they need no rights in the whole cluster. */
const watched = (env: ClusterEnvironment) => ['--namespaced', `--managed-namespace=${env.namespaces.pipeline}`];

/** Of several pods one leads; the others say that they are well and wait. */
function toController(env: ClusterEnvironment): ServerProps {
  return {
    name: 'workflow-controller',
    image: images['argo-controller'],
    size: env.sizes['argo-controller'],
    command: ['workflow-controller'],
    args: [...watched(env), `--executor-image=${images['argo-executor']}`, '--log-format=json'],
    ports: workloads['argo-controller'].ports,
    fields: { LEADER_ELECTION_IDENTITY: 'metadata.name' },
    // Argo waits 10 s after a pod has ended before it looks at the workflow: half a minute of each small batch.
    variables: { DEFAULT_REQUEUE_TIME: '1s' },
    // One that waits answers there too, with nothing.
    ready: { path: '/metrics', port: 'metrics' },
    // Says no where a workflow of the leader waited for two minutes.
    alive: { path: '/healthz', port: 6060 },
    startSeconds: 120,
  };
}

/** Whoever gets past the sign-in acts with the server's account; TLS ends at the load balancer, which strips the prefix. */
function toServer(env: ClusterEnvironment): ServerProps {
  const { path, port, health } = backEnds.argo;
  return {
    name: 'argo-server',
    image: images['argo-server'],
    size: env.sizes['argo-server'],
    args: ['server', ...watched(env), '--auth-mode=server', '--secure=false', `--base-href=${path}`, '--log-format=json'],
    ports: workloads['argo-server'].ports,
    // Prometheus has no token; it reaches the port by its NetworkPolicy.
    variables: { ARGO_SERVER_METRICS_AUTH: 'false' },
    ready: { path: '/api/v1/info', port },
    alive: { path: health, port },
    startSeconds: 60,
  };
}
