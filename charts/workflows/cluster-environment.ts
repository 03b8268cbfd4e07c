// What the workflows know of a cluster: images, buckets, BigQuery, sizes and nodes.
import { partOf, statsdVariable, type WorkloadName, workloads } from '../../apps/contract/names.ts';
import type { Environment, Place } from '../../workflows/environment.ts';
import { toVariables } from '../constructs/container.ts';
import { ownWarehouse, toBucketUri, toObjectAccess } from '../constructs/data-places.ts';
import { labelKeys, namespaceOf, toLabels } from '../constructs/metadata.ts';
import { toPlacement } from '../constructs/pod.ts';
import type { ClusterEnvironment } from '../env/environment.ts';
import { toOrigin } from '../env/site.ts';
import { type OwnApp, ownImage } from '../versions.ts';
import { toSparkPlace } from './spark-place.ts';

/** Programs that read the source bucket. */
const readersOfSource: readonly string[] = ['transfer', 'months'];
/** Programs that touch no bucket. */
const strangersToBuckets: readonly string[] = ['finish', 'handover'];
/** A token for Amazon, in place of a key: https://docs.aws.amazon.com/sdkref/latest/guide/access-assume-role-web.html */
const amazonToken = { name: 'amazon-token', mountPath: '/var/run/secrets/amazon' } as const;

export function toWorkflowEnvironment(env: ClusterEnvironment): Environment {
  const address = (workload: WorkloadName, port: number) => `${workload}.${namespaceOf(workload, env)}.svc.cluster.local:${port}`;
  return {
    imageOf: (app) => ownImage(env.registry, app as OwnApp),
    buckets: {
      source: toBucketUri(env, 'source'),
      staging: toBucketUri(env, 'staging'),
      docs: toBucketUri(env, 'docs'),
      models: toBucketUri(env, 'models'),
    },
    ...toWarehouse(env),
    tracking: `http://${address('mlflow', workloads.mlflow.ports.http)}/mlflow`,
    // Whatever fails waits for the first delay before anybody hears of it.
    retry: { limit: 4, firstDelaySeconds: 10, factor: 4 },
    engines: [env.engine, env.engine === 'spark' ? 'duckdb' : 'spark'],
    backfillParallelism: 3,
    cluster: {
      namespaces: { platform: env.namespaces.platform, pipeline: env.namespaces.pipeline },
      labelsOf: (name) => toLabels(name, workloads.step.component),
      placeOf: (step) => toPlace(env, step, address('metrics-exporters', workloads['metrics-exporters'].ports['statsd-udp'])),
      spark: toSparkPlace(env),
      ...(env.google && {
        bigQuery: { location: env.google.warehouseLocation, runBudgetUsd: env.google.runBudgetUsd },
      }),
      alerts: `http://${address('alertmanager', workloads.alertmanager.ports.web)}`,
      site: toOrigin(env),
      predict: 'predict' satisfies WorkloadName,
    },
  };
}

/** BigQuery; or a DuckDB file on a disk that each step mounts whose arguments name it. */
function toWarehouse({ google }: ClusterEnvironment): Pick<Environment, 'warehouse' | 'snapshot' | 'volumes' | 'mounts'> {
  if (google)
    return { warehouse: `bigquery://${google.project}/${google.datasetPrefix}`, volumes: [toAmazonToken()], mounts: [] };
  const { claim, folder, file, snapshot } = ownWarehouse;
  return {
    warehouse: file,
    snapshot,
    volumes: [{ name: claim, persistentVolumeClaim: { claimName: claim } }],
    mounts: [{ name: claim, mountPath: folder }],
  };
}

function toPlace(
  env: ClusterEnvironment,
  { workload, app }: { workload: 'step' | 'training'; app: string },
  statsd: string,
): Place {
  const amazon = readersOfSource.includes(app) ? env.google?.amazon : undefined;
  const access = strangersToBuckets.includes(app) ? { variables: {}, secrets: {} } : toObjectAccess(env, 'pipeline');
  const variables = {
    [statsdVariable]: statsd,
    ...(amazon && {
      AWS_REGION: amazon.region,
      AWS_ROLE_ARN: amazon.role,
      AWS_WEB_IDENTITY_TOKEN_FILE: `${amazonToken.mountPath}/token`,
    }),
    ...access.variables,
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
      env: toVariables({ ...access, variables }),
      resources: { requests, limits },
      // The last lines of a step's log say why it failed, wherever Argo shows its message.
      terminationMessagePolicy: 'FallbackToLogsOnError',
    },
    mounts: amazon ? [amazonToken] : [],
  };
}

const toAmazonToken = () => ({
  name: amazonToken.name,
  projected: { sources: [{ serviceAccountToken: { audience: 'sts.amazonaws.com', expirationSeconds: 3600, path: 'token' } }] },
});
