// A SparkApplication as this program writes it and reads it: https://github.com/kubeflow/spark-operator/blob/v2.4.0/docs/api-docs.md
import { createHash } from 'node:crypto';
import { partOf, runLabels, workflowLabel } from '../contract/names.ts';

export const sparkKind = { group: 'sparkoperator.k8s.io', version: 'v1beta2', plural: 'sparkapplications' } as const;
const specAnnotation = 'taxiway/spec-sha256';
/** Labels of each pod of an application: its name by spark-operator, `driver` or `executor` by Spark. */
export const podLabels = { application: 'sparkoperator.k8s.io/app-name', role: 'spark-role' } as const;

export interface SparkJob {
  readonly name: string;
  readonly namespace: string;
  readonly workflow: string;
  readonly category: string;
  readonly spec: Readonly<Record<string, unknown>>;
  readonly arguments: readonly string[];
  readonly ownerUid?: string | undefined;
}

/** What is read of one; its status is another program's, so that anything may lack. */
export interface SparkApplication {
  readonly metadata: {
    readonly name: string;
    readonly uid: string;
    readonly resourceVersion: string;
    readonly creationTimestamp: string;
    readonly deletionTimestamp?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly spec: { readonly restartPolicy?: { readonly type?: string } };
  readonly status?: {
    readonly applicationState?: { readonly state?: string; readonly errorMessage?: string };
    readonly driverInfo?: { readonly podName?: string };
    readonly executorState?: Readonly<Record<string, string>>;
    readonly executionAttempts?: number;
    readonly terminationTime?: string | null;
  };
}

/** The object to create. Its pods carry the labels of the run too, so that they can be found and counted without it. */
export function toManifest(job: SparkJob) {
  const ofRun = { [workflowLabel]: job.workflow, [runLabels.category]: job.category };
  const withLabels = (role: unknown): unknown => {
    if (typeof role !== 'object' || role === null || Array.isArray(role)) return role;
    const own = (role as { labels?: unknown }).labels;
    if (own !== undefined && (typeof own !== 'object' || own === null)) return role;
    return { ...role, labels: { ...own, ...ofRun } };
  };
  const spec = {
    ...job.spec,
    arguments: job.arguments,
    driver: withLabels(job.spec.driver ?? {}),
    executor: withLabels(job.spec.executor ?? {}),
  };
  const owner = { apiVersion: 'argoproj.io/v1alpha1', kind: 'Workflow', name: job.workflow, uid: job.ownerUid };
  return {
    apiVersion: `${sparkKind.group}/${sparkKind.version}`,
    kind: 'SparkApplication',
    metadata: {
      name: job.name,
      namespace: job.namespace,
      labels: { ...ofRun, 'app.kubernetes.io/part-of': partOf },
      annotations: { [specAnnotation]: hash(spec) },
      ...(job.ownerUid !== undefined && { ownerReferences: [{ ...owner, controller: false, blockOwnerDeletion: false }] }),
    },
    spec,
  };
}

export const specHashOf = ({ metadata }: Pick<SparkApplication, 'metadata'> | ReturnType<typeof toManifest>): string =>
  (metadata.annotations as Readonly<Record<string, string>> | undefined)?.[specAnnotation] ?? 'none';

/** The operator's state; NEW until it has seen the application. */
export const stateOf = ({ status }: SparkApplication): string => status?.applicationState?.state || 'NEW';

/** The operator makes FAILED of SUBMISSION_FAILED by itself, but not at once, and not where it may submit again. */
export const hasFailed = (application: SparkApplication): boolean =>
  stateOf(application) === 'FAILED' ||
  (stateOf(application) === 'SUBMISSION_FAILED' && (application.spec.restartPolicy?.type ?? 'Never') === 'Never');

export const hasEnded = (application: SparkApplication): boolean =>
  stateOf(application) === 'COMPLETED' || hasFailed(application);

/** What a line of the log says of it. */
export function toProgress(application: SparkApplication) {
  const { driverInfo, executorState, applicationState } = application.status ?? {};
  const executors = Object.values(executorState ?? {});
  return {
    state: stateOf(application),
    driver: driverInfo?.podName,
    executors_running: executors.filter((state) => state === 'RUNNING').length,
    executors_failed: executors.filter((state) => state === 'FAILED').length,
    error: applicationState?.errorMessage || undefined,
  };
}

/** Independent of the order in which a spec's fields are written. */
function hash(spec: unknown): string {
  const sorted = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(sorted);
    if (typeof value !== 'object' || value === null) return value;
    const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
    return Object.fromEntries(entries.map(([key, inner]) => [key, sorted(inner)]));
  };
  return createHash('sha256')
    .update(JSON.stringify(sorted(spec)))
    .digest('hex');
}
