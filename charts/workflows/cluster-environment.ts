// What the workflows know of a cluster: images, buckets, BigQuery, sizes and nodes.
import { partOf, statsdVariable, type WorkloadName, workloads } from '../../apps/contract/names.ts';
import type { Environment, Place } from '../../workflows/environment.ts';
import { labelKeys, namespaceOf, toLabels } from '../constructs/metadata.ts';
import { toPlacement } from '../constructs/pod.ts';
import type { ClusterEnvironment } from '../env/environment.ts';
import { type OwnApp, ownImage } from '../versions.ts';
import { toSparkPlace } from './spark-place.ts';

/** Programs that read the source bucket. */
const readersOfSource: readonly string[] = ['transfer', 'months'];
/** A token for Amazon, in place of a key: https://docs.aws.amazon.com/sdkref/latest/guide/access-assume-role-web.html */
const amazonToken = { name: 'amazon-token', mountPath: '/var/run/secrets/amazon' } as const;

export function toWorkflowEnvironment(env: ClusterEnvironment): Environment {
  const address = (workload: WorkloadName, port: number) => `${workload}.${namespaceOf(workload, env)}.svc.cluster.local:${port}`;
  return {
    imageOf: (app) => ownImage(env.registry, app as OwnApp),
    buckets: {
      source: `s3://${env.buckets.source}/`,
      staging: `gs://${env.buckets.staging}/`,
      docs: `gs://${env.buckets.docs}/`,
      models: `gs://${env.buckets.models}/`,
    },
    warehouse: `bigquery://${env.project}/${env.datasetPrefix}`,
    tracking: `http://${address('mlflow', workloads.mlflow.ports.http)}/mlflow`,
    volumes: [toAmazonToken()],
    mounts: [],
    // Whatever fails waits for the first delay before anybody hears of it.
    retry: { limit: 4, firstDelaySeconds: 10, factor: 4 },
    engines: [env.engine, env.engine === 'spark' ? 'duckdb' : 'spark'],
    backfillParallelism: 3,
    cluster: {
      namespaces: { platform: env.namespaces.platform, pipeline: env.namespaces.pipeline },
      labelsOf: (name) => toLabels(name, workloads.step.component),
      placeOf: (step) => toPlace(env, step, address('metrics-exporters', workloads['metrics-exporters'].ports['statsd-udp'])),
      spark: toSparkPlace(env),
      location: env.warehouseLocation,
      runBudgetUsd: env.monitoring.runBudgetUsd,
      alerts: `http://${address('alertmanager', workloads.alertmanager.ports.web)}`,
      site: `https://${env.domain}`,
      predict: 'predict' satisfies WorkloadName,
    },
  };
}

function toPlace(
  env: ClusterEnvironment,
  { workload, app }: { workload: 'step' | 'training'; app: string },
  statsd: string,
): Place {
  const readsSource = readersOfSource.includes(app);
  const variables = {
    [statsdVariable]: statsd,
    ...(readsSource && {
      AWS_REGION: env.amazon.region,
      AWS_ROLE_ARN: env.amazon.role,
      AWS_WEB_IDENTITY_TOKEN_FILE: `${amazonToken.mountPath}/token`,
    }),
  };
  const { requests, limits } = env.sizes[workload];
  const ofTraining = { serviceAccountName: workload, ...toPlacement(env, 'training') };
  return {
    template: {
      metadata: {
        labels: { [labelKeys.name]: workload, [labelKeys.partOf]: partOf, [`${partOf}/app`]: app },
      },
      ...(workload === 'training' ? ofTraining : {}),
    },
    container: {
      env: Object.entries(variables).map(([name, value]) => ({ name, value })),
      resources: { requests, limits },
      // The last lines of a step's log say why it failed, wherever Argo shows its message.
      terminationMessagePolicy: 'FallbackToLogsOnError',
    },
    mounts: readsSource ? [amazonToken] : [],
  };
}

const toAmazonToken = () => ({
  name: amazonToken.name,
  projected: { sources: [{ serviceAccountToken: { audience: 'sts.amazonaws.com', expirationSeconds: 3600, path: 'token' } }] },
});
