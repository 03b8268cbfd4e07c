// A server of ours that lives on one bucket, which it only reads.
import type { Construct } from 'constructs';
import { backEnds, workloads } from '../../apps/contract/names.ts';
import type { ClusterEnvironment } from '../env/environment.ts';
import { ownImage, ownUser } from '../versions.ts';
import { toBucketUri, toObjectAccess } from './data-places.ts';
import { WebService } from './web-service.ts';

export interface BucketServerProps {
  readonly workload: 'docs' | 'predict';
  readonly env: ClusterEnvironment;
  /** Which of the environment's buckets; also the flag that the program takes it by. */
  readonly bucket: 'docs' | 'models';
}

/** Deployment, Service and all that belongs to them. */
export function createBucketServer(scope: Construct, { workload, env, bucket }: BucketServerProps): void {
  const { ports } = workloads[workload];
  new WebService(scope, workload, {
    workload,
    env,
    user: ownUser,
    replicas: env.replicas,
    update: 'rolling',
    priority: 'service',
    pool: 'services',
    servers: [
      {
        name: workload,
        image: ownImage(env.registry, workload),
        size: env.sizes[workload],
        command: ['node', 'main.js'],
        args: [`--${bucket}`, toBucketUri(env, bucket), '--host', '0.0.0.0', '--port', String(ports.http)],
        ports,
        ...toObjectAccess(env, 'platform'),
        ready: { path: '/readyz', port: 'http' },
        alive: { path: backEnds[workload].health, port: 'http' },
        startSeconds: 30,
      },
    ],
  });
}
