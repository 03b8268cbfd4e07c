// SparkApplication v1beta2 as spark-operator 2.4 reads it: what a job may say. Pods' own fields stay free-form, as upstream's full
// schema is 0.8 MB of them: https://github.com/kubeflow/spark-operator/blob/v2.4.0/docs/api-docs.md
import type { Schema } from './schema-from-types.ts';

const text: Schema = { type: 'string' };
const flag: Schema = { type: 'boolean' };
const int32: Schema = { type: 'integer', format: 'int32' };
const int64: Schema = { type: 'integer', format: 'int64' };
const open: Schema = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
const texts: Schema = { type: 'object', additionalProperties: text };
const listOf = (items: Schema): Schema => ({ type: 'array', items });
const oneOf = (...values: string[]): Schema => ({ type: 'string', enum: values });
const object = (properties: Readonly<Record<string, Schema>>, required: readonly string[] = []): Schema => ({
  type: 'object',
  properties,
  ...(required.length === 0 ? {} : { required }),
});

/** What a driver and an executor have in common. */
const podFields: Readonly<Record<string, Schema>> = {
  affinity: open,
  annotations: texts,
  configMaps: listOf(object({ name: text, path: text }, ['name', 'path'])),
  coreLimit: text,
  coreRequest: text,
  cores: { ...int32, minimum: 1 },
  dnsConfig: open,
  env: listOf(open),
  envFrom: listOf(open),
  envSecretKeyRefs: {
    type: 'object',
    additionalProperties: object({ name: text, key: text }, ['name', 'key']),
  },
  envVars: texts,
  gpu: object({ name: text, quantity: int64 }, ['name', 'quantity']),
  hostAliases: listOf(open),
  hostNetwork: flag,
  image: text,
  initContainers: listOf(open),
  javaOptions: text,
  labels: texts,
  lifecycle: open,
  memory: text,
  memoryLimit: text,
  memoryOverhead: text,
  nodeSelector: texts,
  podSecurityContext: open,
  ports: listOf(object({ name: text, protocol: text, containerPort: int32 }, ['name', 'protocol', 'containerPort'])),
  priorityClassName: text,
  schedulerName: text,
  secrets: listOf(object({ name: text, path: text, secretType: text }, ['name', 'path', 'secretType'])),
  securityContext: open,
  serviceAccount: text,
  shareProcessNamespace: flag,
  sidecars: listOf(open),
  template: open,
  terminationGracePeriodSeconds: int64,
  tolerations: listOf(open),
  volumeMounts: listOf(open),
};

const driver = object({
  ...podFields,
  kubernetesMaster: text,
  podName: { ...text, pattern: '^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$' },
  serviceAnnotations: texts,
  serviceLabels: texts,
});

const executor = object({ ...podFields, deleteOnTermination: flag, instances: { ...int32, minimum: 1 } });

const monitoring = object(
  {
    exposeDriverMetrics: flag,
    exposeExecutorMetrics: flag,
    metricsProperties: text,
    metricsPropertiesFile: text,
    prometheus: object(
      {
        configFile: text,
        configuration: text,
        jmxExporterJar: text,
        port: { ...int32, minimum: 1024, maximum: 49151 },
        portName: text,
      },
      ['jmxExporterJar'],
    ),
  },
  ['exposeDriverMetrics', 'exposeExecutorMetrics'],
);

const restartPolicy = object({
  type: oneOf('Never', 'OnFailure', 'Always'),
  onFailureRetries: { ...int32, minimum: 0 },
  onFailureRetryInterval: { ...int64, minimum: 1 },
  onSubmissionFailureRetries: { ...int32, minimum: 0 },
  onSubmissionFailureRetryInterval: { ...int64, minimum: 1 },
});

const userInterface = {
  ingressAnnotations: texts,
  ingressTLS: listOf(open),
  serviceAnnotations: texts,
  serviceLabels: texts,
  servicePort: int32,
  servicePortName: text,
  serviceType: text,
};

export const sparkApplicationSpec: Schema = object(
  {
    arguments: listOf(text),
    batchScheduler: text,
    batchSchedulerOptions: object({
      priorityClassName: text,
      queue: text,
      resources: { type: 'object', additionalProperties: { 'x-kubernetes-int-or-string': true } },
    }),
    deps: object({
      archives: listOf(text),
      excludePackages: listOf(text),
      files: listOf(text),
      jars: listOf(text),
      packages: listOf(text),
      pyFiles: listOf(text),
      repositories: listOf(text),
    }),
    driver,
    driverIngressOptions: listOf(object({ ...userInterface, ingressURLFormat: text }, ['servicePort', 'servicePortName'])),
    dynamicAllocation: object({
      enabled: flag,
      initialExecutors: int32,
      maxExecutors: int32,
      minExecutors: int32,
      shuffleTrackingEnabled: flag,
      shuffleTrackingTimeout: int64,
    }),
    executor,
    failureRetries: int32,
    hadoopConf: texts,
    hadoopConfigMap: text,
    image: text,
    imagePullPolicy: text,
    imagePullSecrets: listOf(text),
    mainApplicationFile: text,
    mainClass: text,
    memoryOverheadFactor: text,
    mode: oneOf('cluster', 'client'),
    monitoring,
    nodeSelector: texts,
    proxyUser: text,
    pythonVersion: oneOf('2', '3'),
    restartPolicy,
    retryInterval: int64,
    sparkConf: texts,
    sparkConfigMap: text,
    sparkUIOptions: object(userInterface),
    sparkVersion: text,
    suspend: flag,
    timeToLiveSeconds: int64,
    type: oneOf('Java', 'Python', 'Scala', 'R'),
    volumes: listOf(open),
  },
  ['driver', 'executor', 'mainApplicationFile', 'sparkVersion', 'type'],
);

export const scheduledSparkApplicationSpec: Schema = object(
  {
    concurrencyPolicy: text,
    failedRunHistoryLimit: int32,
    schedule: text,
    successfulRunHistoryLimit: int32,
    suspend: flag,
    template: sparkApplicationSpec,
    timeZone: text,
  },
  ['schedule', 'template'],
);
