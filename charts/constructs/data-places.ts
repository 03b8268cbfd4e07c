// Where an environment's data are, and how pods reach them: Google's and Amazon's buckets by the pod's identity, or the cluster's own S3 by a key.
import {
  type clusterBuckets,
  type buckets as commonBuckets,
  ownClaims,
  ownObjects,
  workloads,
} from '../../apps/contract/names.ts';
import type { ClusterEnvironment } from '../env/environment.ts';
import type { ContainerProps } from './container.ts';
import { namespaceOf } from './metadata.ts';

type BucketName = keyof typeof commonBuckets | keyof typeof clusterBuckets;

/** The URI of a bucket, with a slash at its end. */
export const toBucketUri = ({ google, buckets }: ClusterEnvironment, bucket: BucketName): string =>
  `${google && bucket !== 'source' ? 'gs' : 's3'}://${buckets[bucket]}/`;

/** `host:port` of the cluster's own S3. */
export const toOwnObjects = (env: ClusterEnvironment): string =>
  `objects.${namespaceOf('objects', env)}.svc.cluster.local:${workloads.objects.ports.s3}`;

/** What a container needs to reach the buckets. With a cloud nothing: its account has rights there. */
export const toObjectAccess = (
  env: ClusterEnvironment,
  namespace: keyof typeof ownObjects.secrets,
): Required<Pick<ContainerProps, 'variables' | 'secrets'>> =>
  env.google
    ? { variables: {}, secrets: {} }
    : {
        variables: { AWS_ENDPOINT_URL: `http://${toOwnObjects(env)}`, AWS_REGION: ownObjects.region },
        secrets: {
          AWS_ACCESS_KEY_ID: { secret: ownObjects.secrets[namespace], key: ownObjects.accessKey },
          AWS_SECRET_ACCESS_KEY: { secret: ownObjects.secrets[namespace], key: ownObjects.secretKey },
        },
      };

const warehouseFolder = '/warehouse';
/** The warehouse of a cluster without a cloud: a DuckDB file on a disk that pods of workflows share, and a copy of it for those who read. */
export const ownWarehouse = {
  claim: ownClaims.warehouse,
  folder: warehouseFolder,
  file: `file://${warehouseFolder}/warehouse.duckdb`,
  snapshot: `file://${warehouseFolder}/snapshot.duckdb`,
} as const;
