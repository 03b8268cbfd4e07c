// The documentation site: reads the docs bucket as a folder.
import { Chart } from 'cdk8s';
import type { Construct } from 'constructs';
import { backEnds, workloads } from '../apps/contract/names.ts';
import { bucketAnnotations, mountBucket } from './constructs/bucket-mount.ts';
import { WebService } from './constructs/web-service.ts';
import type { ClusterEnvironment } from './env/environment.ts';
import { ownImage, ownUser } from './versions.ts';

const workload = 'docs';

export function createDocs(scope: Construct, env: ClusterEnvironment): Chart {
  const chart = new Chart(scope, workload);
  const { ports } = workloads[workload];
  const { volume, mount } = mountBucket({
    name: 'docs',
    bucket: env.buckets.docs,
    mountPath: '/docs',
    readOnly: true,
    user: ownUser,
  });
  const alive = { path: backEnds.docs.health, port: 'http' };
  new WebService(chart, workload, {
    workload,
    env,
    user: ownUser,
    replicas: env.replicas,
    update: 'rolling',
    priority: 'service',
    pool: 'services',
    annotations: bucketAnnotations,
    volumes: [volume],
    servers: [
      {
        name: workload,
        image: ownImage(env.registry, workload),
        size: env.sizes.docs,
        command: ['node', 'main.js'],
        args: ['--docs', 'file:///docs/', '--host', '0.0.0.0', '--port', String(ports.http)],
        ports,
        ready: { path: '/readyz', port: 'http' },
        alive,
        startSeconds: 30,
        mounts: [mount],
      },
    ],
  });
  return chart;
}
