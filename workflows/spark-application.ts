// The spec of a Spark job on a cluster: apps/spark's runner, an on-demand driver, executors that may vanish. Charts hand in images, sizes and nodes.
import { sparkEvents, sparkImage, workloads } from '../apps/contract/names.ts';
import type { SparkPlace, SparkPod } from './environment.ts';

/** What the operator names the containers: https://github.com/kubeflow/spark-operator/blob/v2.4.0/pkg/common/spark.go */
const containerNames = { 'spark-driver': 'spark-kubernetes-driver', 'spark-executor': 'spark-kubernetes-executor' } as const;
/** Beside the heap: threads, the connectors' buffers, Python. */
const overheadShare = 0.25;
const secondsKept = 86_400;

/** A SparkApplication's spec without its arguments, as plain data. */
export function toSparkSpec(place: SparkPlace) {
  const { image, version, driver, executor, executors } = place;
  return {
    type: 'Python',
    mode: 'cluster',
    sparkVersion: version,
    image,
    // A tag can be moved: the kubelet asks for its digest, and keeps the layers that it has.
    imagePullPolicy: 'Always',
    mainApplicationFile: `local://${sparkImage.runner}`,
    // A driver that fails is for Argo to judge: the step retries exit 75 with a new application, and nothing else. Restarted by the
    // operator too, each of Argo's tries would be several, and a month that the data refuse would be read again and again.
    restartPolicy: { type: 'Never' },
    // The run's exit handler deletes it, after the costs step has read it; this is for runs without an end.
    timeToLiveSeconds: secondsKept,
    dynamicAllocation: {
      enabled: true,
      minExecutors: executors.least,
      initialExecutors: executors.first,
      maxExecutors: executors.most,
      // No shuffle service on Kubernetes: an executor whose shuffle files are needed stays.
      shuffleTrackingEnabled: true,
    },
    // Both files are in the image, so that no ConfigMap is made and mounted, which would be the webhook's work.
    monitoring: {
      exposeDriverMetrics: true,
      exposeExecutorMetrics: true,
      metricsPropertiesFile: sparkImage.metrics,
      prometheus: {
        jmxExporterJar: sparkImage.jmxAgent,
        configFile: sparkImage.jmxConfig,
        port: workloads[driver.workload].ports.jmx,
        portName: 'jmx' satisfies keyof (typeof workloads)['spark-driver']['ports'],
      },
    },
    sparkConf: toSparkConf(place),
    hadoopConf: { ...place.hadoopConf },
    driver: toPod(driver),
    executor: toPod(executor),
  };
}

const toSparkConf = ({ staging }: SparkPlace): Readonly<Record<string, string>> => ({
  // A spot node tells 30 s ahead: its executor takes no more tasks and hands its shuffle files on, which no stage has to make again.
  'spark.decommission.enabled': 'true',
  'spark.storage.decommission.enabled': 'true',
  'spark.storage.decommission.shuffleBlocks.enabled': 'true',
  'spark.storage.decommission.rddBlocks.enabled': 'true',
  'spark.stage.ignoreDecommissionFetchFailure': 'true',
  // The ports that the NetworkPolicies open.
  'spark.driver.port': String(workloads['spark-driver'].ports.driver),
  'spark.driver.blockManager.port': String(workloads['spark-driver'].ports.blocks),
  'spark.blockManager.port': String(workloads['spark-executor'].ports.blocks),
  'spark.ui.enabled': 'false',
  'spark.eventLog.enabled': 'true',
  'spark.eventLog.compress': 'true',
  'spark.eventLog.dir': `${staging}${sparkEvents}`,
});

/**
 * What a webhook would add to the pod is in its template instead: a webhook that does not answer is passed over, and the pod would start on
 * any node, or as root. Labels, sizes and accounts go through spark-submit, which knows no webhook.
 */
function toPod({ workload, cpu, cores, memoryMiB, labels, pod, container }: SparkPod) {
  const overhead = Math.round(memoryMiB * overheadShare);
  return {
    cores,
    coreRequest: cpu.request,
    coreLimit: cpu.limit,
    memory: `${memoryMiB - overhead}m`,
    memoryOverhead: `${overhead}m`,
    serviceAccount: workload,
    labels,
    template: {
      metadata: { labels },
      spec: {
        ...pod,
        containers: [
          {
            name: containerNames[workload],
            ports: [{ name: 'jmx', containerPort: workloads[workload].ports.jmx, protocol: 'TCP' }],
            ...container,
          },
        ],
      },
    },
  };
}
