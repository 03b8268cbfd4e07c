// How Spark's jobs run in a cluster: image, sizes, nodes and security of drivers and executors.
import { priorityClasses, workloads } from '../../apps/contract/names.ts';
import type { SparkPlace, SparkPod } from '../../workflows/environment.ts';
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
  staging: `gs://${env.buckets.staging}/`,
  project: env.project,
});

function toSparkPod(
  env: ClusterEnvironment,
  { workload, pool, usesKubernetesApi, disk }: Pick<SparkPod, 'workload'> & SparkPodFacts,
): SparkPod {
  const { requests, limits } = env.sizes[workload];
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
      volumeMounts: scratch.map(({ mount }) => mount),
    },
  };
}

interface SparkPodFacts {
  readonly pool: NodePool;
  readonly usesKubernetesApi: boolean;
  /** For shuffle files. */
  readonly disk: string;
}
