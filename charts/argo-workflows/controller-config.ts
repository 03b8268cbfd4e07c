// What the workflow controller and the server read from their ConfigMap:
// https://argo-workflows.readthedocs.io/en/latest/workflow-controller-configmap/
import type { IWorkflow } from '@kubernetes-models/argo-workflows/argoproj.io/v1alpha1/Workflow';
import {
  docsPaths,
  ownObjects,
  paths,
  postgresDatabases,
  priorityClasses,
  runLabels,
  workloads,
} from '../../apps/contract/names.ts';
import { toYamlDocument } from '../../apps/platform/yaml.ts';
import { defaultRetryExpression } from '../../workflows/expressions.ts';
import { toOwnObjects } from '../constructs/data-places.ts';
import { toLabels } from '../constructs/metadata.ts';
import { toPlacement } from '../constructs/pod.ts';
import { restrictedContainer, restrictedPod } from '../constructs/security.ts';
import type { ClusterEnvironment } from '../env/environment.ts';
import type { Size } from '../env/quantities.ts';
import { toOrigin } from '../env/site.ts';
import { ownUser } from '../versions.ts';

const postgresSecret = 'postgres-argo';
/** The user of Argo's images, which the executor's folders belong to. */
const executorUser = 8737;
const daySeconds = 86_400;
/** The executor waits and copies files; what a step needs is in its template. */
const executorSize: Size = { requests: { cpu: '50m', memory: '64Mi' }, limits: { cpu: '500m', memory: '256Mi' } };

type WorkflowSpec = NonNullable<IWorkflow['spec']>;

/** The ConfigMap's entries: plain text or YAML by key. */
export function toControllerConfig(env: ClusterEnvironment): Record<string, string> {
  const { requests, limits } = env.sizes.step;
  const entries = {
    artifactRepository: { archiveLogs: true, ...toArtifactStore(env) },
    executor: {
      imagePullPolicy: 'IfNotPresent',
      resources: { ...executorSize },
      // No read-only root: https://github.com/argoproj/argo-workflows/issues/10787
      securityContext: {
        allowPrivilegeEscalation: false,
        capabilities: { drop: ['ALL'] },
        runAsNonRoot: true,
        runAsUser: executorUser,
      },
    },
    links: toLinks(env),
    mainContainer: {
      imagePullPolicy: 'IfNotPresent',
      resources: { requests, limits },
      securityContext: { ...restrictedContainer(), runAsNonRoot: true },
    },
    // Plain HTTP for Prometheus: only its pods reach the port.
    metricsConfig: { enabled: true, path: '/metrics', port: workloads['argo-controller'].ports.metrics, secure: false },
    // A pod that never started, as its node vanished, is made again without counting as a try.
    failedPodRestart: { enabled: true, maxRestarts: 3 },
    persistence: toPersistence(env),
    workflowDefaults: { spec: toDefaults(env) },
    // Secure would fail a running workflow whose template changes, as each push may do.
    workflowRestrictions: { templateReferencing: 'Strict' },
  };
  return {
    ...Object.fromEntries(Object.entries(entries).map(([key, value]) => [key, toYamlDocument(value)])),
    parallelism: String(env.workflowParallelism),
    podGCDeleteDelayDuration: '10m',
  };
}

/** Beside a run, in the browser. */
function toLinks(env: ClusterEnvironment) {
  const site = toOrigin(env);
  const label = (name: keyof typeof runLabels) => `\${workflow.metadata.labels.${runLabels[name]}}`;
  const report = docsPaths.validation(label('category'), label('run_date'));
  return [
    { name: 'Validation report', scope: 'workflow', url: `${site}${paths.docs}${report}/` },
    { name: 'Documentation', scope: 'workflow', url: `${site}${paths.docs}` },
  ];
}

/** Of logs and artifacts. The executor mounts the keys; the server reads them. */
function toArtifactStore(env: ClusterEnvironment) {
  const bucket = env.buckets.artifacts;
  if (env.google) return { gcs: { bucket } };
  const key = (name: string) => ({ name: ownObjects.secrets.pipeline, key: name });
  const access = { accessKeySecret: key(ownObjects.accessKey), secretKeySecret: key(ownObjects.secretKey) };
  return { s3: { bucket, endpoint: toOwnObjects(env), insecure: true, region: ownObjects.region, ...access } };
}

/** Finished workflows, and what a running one knows of its nodes, which may outgrow an object of Kubernetes. */
function toPersistence(env: ClusterEnvironment) {
  const key = (name: string) => ({ name: postgresSecret, key: name });
  return {
    archive: true,
    archiveTTL: '365d',
    nodeStatusOffLoad: true,
    clusterName: env.name,
    connectionPool: { maxIdleConns: 5, maxOpenConns: 10, connMaxLifetime: '3600s' },
    postgresql: {
      host: 'postgres',
      port: workloads.postgres.ports.postgres,
      database: postgresDatabases.argo.database,
      tableName: 'argo_workflows',
      userNameSecret: key('username'),
      passwordSecret: key('password'),
      ssl: false,
      sslMode: 'disable',
    },
  };
}

/** What each workflow has unless it says otherwise. A pod is a `step` to NetworkPolicies unless its template labels it otherwise. */
function toDefaults(env: ClusterEnvironment): WorkflowSpec {
  return {
    activeDeadlineSeconds: daySeconds,
    ttlStrategy: { secondsAfterSuccess: daySeconds, secondsAfterFailure: 7 * daySeconds },
    podGC: { strategy: 'OnPodSuccess' },
    podMetadata: { labels: { ...toLabels('step', workloads.step.component) } },
    podPriorityClassName: priorityClasses.batch,
    serviceAccountName: 'step',
    // The executor reports outcomes with it.
    automountServiceAccountToken: true,
    securityContext: restrictedPod(ownUser),
    ...(toPlacement(env, 'services') as Pick<WorkflowSpec, 'nodeSelector' | 'tolerations'>),
    templateDefaults: {
      // It holds for graphs, too, which would wait for a delay before they say that they failed.
      retryStrategy: { limit: 2, expression: defaultRetryExpression },
    },
  };
}
