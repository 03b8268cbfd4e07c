// What starts a batch for each new file of the source bucket, where no lambda does.
import { Chart } from 'cdk8s';
import type { Construct } from 'constructs';
import { workflows, workloads } from '../apps/contract/names.ts';
import { toBucketUri, toObjectAccess } from './constructs/data-places.ts';
import { mountScratch } from './constructs/scratch.ts';
import { WebService } from './constructs/web-service.ts';
import type { ClusterEnvironment } from './env/environment.ts';
import { size } from './env/quantities.ts';
import { ownImage, ownUser } from './versions.ts';

const workload = 'trigger';
/** Seconds between two looks at the bucket. */
const everySeconds = 15;

export function createTrigger(scope: Construct, env: ClusterEnvironment): Chart {
  const chart = new Chart(scope, workload);
  const scratch = mountScratch('tmp', '/tmp', '64Mi');
  const { ports } = workloads[workload];
  new WebService(chart, workload, {
    workload,
    env,
    user: ownUser,
    replicas: 1,
    update: 'recreate',
    priority: 'service',
    pool: 'services',
    usesKubernetesApi: true,
    volumes: [scratch.volume],
    // As the lambda's in common/lambda-access.ts: what it must read is there by name.
    rules: {
      pipeline: [
        { apiGroups: ['coordination.k8s.io'], resources: ['leases'], verbs: ['get', 'create', 'update'] },
        { apiGroups: ['argoproj.io'], resources: ['workflows'], verbs: ['get', 'create'] },
        { apiGroups: ['argoproj.io'], resources: ['workflowtemplates'], resourceNames: [workflows.batch], verbs: ['get'] },
      ],
    },
    servers: [
      {
        name: workload,
        image: ownImage(env.registry, workload),
        size: size('20m', '1', '384Mi', '192Mi'),
        command: ['node', 'main.js'],
        args: [
          ...['--source', toBucketUri(env, 'source'), '--namespace', env.namespaces.pipeline, '--template', workflows.batch],
          ...['--every', String(everySeconds), '--host', '0.0.0.0', '--port', String(ports.http)],
        ],
        ports,
        ...toObjectAccess(env, 'platform'),
        ready: { path: '/readyz', port: 'http' },
        alive: { path: '/healthz', port: 'http' },
        startSeconds: 30,
        mounts: [scratch.mount],
      },
    ],
  });
  return chart;
}
