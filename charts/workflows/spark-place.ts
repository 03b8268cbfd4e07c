// How Spark's jobs run in a cluster: image, sizes, nodes and security of drivers and executors.
import { ownObjects, priorityClasses, workloads } from '../../apps/contract/names.ts';
import type { SparkPlace, SparkPod } from '../../workflows/environment.ts';
import { toVariables } from '../constructs/container.ts';
import { toObjectAccess, toOwnObjects } from '../constructs/data-places.ts';
import { toLabels } from '../constructs/metadata.ts';
import { toPlacement } from '../constructs/pod.ts';
import { mountScratch } from '../constructs/scratch.ts';
import { restrictedContainer, restrictedPod } from '../constructs/security.ts';
import type { ClusterEnvironment, NodePool } from '../env/environment.ts';
import { toBytes, toMillicores } from '../env/quantities.ts';
import { ownImage, sparkUser, sparkVersion } from '../versions.ts';

export const toSparkPlace = (env: ClusterEnvironment): SparkPlace => ({
  image: ownImage(env.registry, 'spark'),
  version: sparkVersion,
  driver: toSparkPod(env, { workload: 'spark-driver', pool: 'spark', usesKubernetesApi: true, disk: '4Gi' }),
  executor: toSparkPod(env, { workload: 'spark-executor', pool: 'executors', usesKubernetesApi: false, disk: '20Gi' }),
  executors: env.sparkExecutors,
  ...toSparkStorage(env),
});

function toSparkPod(
  env: ClusterEnvironment,
  { workload, pool, usesKubernetesApi, disk }: Pick<SparkPod, 'workload'> & SparkPodFacts,
): SparkPod {
  const { requests, limits } = env.sizes[workload];
  const access = toVariables(toObjectAccess(env, 'pipeline'));
  // By a volume's name Spark knows where shuffle files go: https://spark.apache.org/docs/3.5.9/running-on-kubernetes.html#local-storage
  const scratch = [mountScratch('tmp', '/tmp', '1Gi'), mountScratch('spark-local-dir-1', '/var/data/spark', disk)];
  return {
    workload,
    cpu: { request: requests.cpu, limit: limits.cpu },
    cores: Math.ceil(toMillicores(requests.cpu) / 1000),
    memoryMiB: Math.floor(toBytes(limits.memory) / 2 ** 20),
    labels: toLabels(workload, workloads[workload].component),
    pod: {
      automountServiceAccountToken: usesKubernetesApi,
      enableServiceLinks: false,
      priorityClassName: priorityClasses.batch,
      securityContext: restrictedPod(sparkUser),
      ...toPlacement(env, pool),
      volumes: scratch.map(({ volume: { name, emptyDir } }) => ({
        name,
        emptyDir: { sizeLimit: String(emptyDir?.sizeLimit?.value) },
      })),
    },
    container: {
      securityContext: restrictedContainer(),
      // The last lines of its log say why it failed, also once its pod is gone.
      terminationMessagePolicy: 'FallbackToLogsOnError',
      ...(access.length > 0 && { env: access }),
      volumeMounts: scratch.map(({ mount }) => mount),
    },
  };
}

/** Hadoop's names of the buckets, and its clients. */
function toSparkStorage(env: ClusterEnvironment): Pick<SparkPlace, 'staging' | 'hadoopConf'> {
  const { staging } = env.buckets;
  if (env.google)
    return {
      staging: `gs://${staging}/`,
      hadoopConf: {
        'fs.gs.impl': 'com.google.cloud.hadoop.fs.gcs.GoogleHadoopFileSystem',
        'fs.AbstractFileSystem.gs.impl': 'com.google.cloud.hadoop.fs.gcs.GoogleHadoopFS',
        'fs.gs.project.id': env.google.project,
      },
    };
  return {
    staging: `s3a://${staging}/`,
    // The key pair is in the pods' variables.
    hadoopConf: {
      'fs.s3a.endpoint': `http://${toOwnObjects(env)}`,
      'fs.s3a.endpoint.region': ownObjects.region,
      'fs.s3a.path.style.access': 'true',
      // With versitygw, removing the markers of folders after each write is tried for ever.
      'fs.s3a.directory.marker.retention': 'keep',
      'fs.s3a.connection.ssl.enabled': 'false',
      'fs.s3a.aws.credentials.provider': 'com.amazonaws.auth.EnvironmentVariableCredentialsProvider',
    },
  };
}

interface SparkPodFacts {
  readonly pool: NodePool;
  readonly usesKubernetesApi: boolean;
  /** For shuffle files. */
  readonly disk: string;
}
