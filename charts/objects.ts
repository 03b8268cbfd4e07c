// The buckets of a cluster without a cloud: an S3 server on a disk. Its clients are those that a cloud has.
import { Chart } from 'cdk8s';
import type { Construct } from 'constructs';
import { ownClaims, ownObjects, workloads } from '../apps/contract/names.ts';
import { toContainer } from './constructs/container.ts';
import { mountScratch } from './constructs/scratch.ts';
import { WebService } from './constructs/web-service.ts';
import type { ClusterEnvironment } from './env/environment.ts';
import { size } from './env/quantities.ts';
import { images, ownImage, ownUser } from './versions.ts';

const workload = 'objects';
const health = '/healthz';
/** Below the disk's mount: objects by bucket, and what the server keeps about them, for file systems without extended attributes. */
const folders = { disk: '/data', objects: '/data/objects', facts: '/data/facts' } as const;

export function createObjects(scope: Construct, env: ClusterEnvironment): Chart {
  const chart = new Chart(scope, workload);
  const disk = { name: 'data', mountPath: folders.disk };
  const scratch = mountScratch('tmp', '/tmp', '256Mi');
  const { ports } = workloads[workload];
  const keyOf = (key: string) => ({ secret: ownObjects.secrets.platform, key });
  new WebService(chart, workload, {
    workload,
    env,
    user: ownUser,
    replicas: 1,
    update: 'recreate',
    priority: 'platform',
    pool: 'services',
    volumes: [{ name: disk.name, persistentVolumeClaim: { claimName: ownClaims.objects } }, scratch.volume],
    initContainers: [
      toContainer({
        name: 'buckets',
        image: ownImage(env.registry, 'setup'),
        size: size('10m', '1', '128Mi'),
        command: ['node', 'main.js'],
        args: ['--folders', [folders.facts, ...toFolders(env)].join()],
        mounts: [disk, scratch.mount],
      }),
    ],
    servers: [
      {
        name: workload,
        image: images.objects,
        size: size('50m', '1', '256Mi'),
        args: [
          ...['--port', `:${ports.s3}`, '--region', ownObjects.region, '--health', health, '--quiet', '--keep-alive'],
          ...['posix', '--sidecar', folders.facts, folders.objects],
        ],
        ports,
        secrets: { ROOT_ACCESS_KEY_ID: keyOf(ownObjects.accessKey), ROOT_SECRET_ACCESS_KEY: keyOf(ownObjects.secretKey) },
        ready: { path: health, port: 's3' },
        alive: { path: health, port: 's3' },
        startSeconds: 30,
        mounts: [disk, scratch.mount],
      },
    ],
  });
  return chart;
}

/** A folder a bucket. */
const toFolders = ({ buckets }: ClusterEnvironment): string[] =>
  Object.values(buckets).map((bucket) => `${folders.objects}/${bucket}`);
