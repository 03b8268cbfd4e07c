// The custom kinds that we install: those of Argo Workflows and of spark-operator. Argo CD's and External Secrets' come with them.
import type { Schema } from './schema-from-types.ts';
import { scheduledSparkApplicationSpec, sparkApplicationSpec } from './spark-application.ts';

export interface InstalledKind {
  readonly group: 'argoproj.io' | 'sparkoperator.k8s.io';
  readonly version: string;
  readonly kind: string;
  readonly plural: string;
  readonly shortNames: readonly string[];
  readonly scope: 'Namespaced' | 'Cluster';
  /** The schema of each field beside `apiVersion`, `kind` and `metadata`. */
  readonly fields: Readonly<Record<string, Schema>>;
  readonly required: readonly string[];
  /** True where the controller writes the status by its own path, which RBAC then names. */
  readonly statusIsSubresource: boolean;
  /** What `kubectl get` shows: a field by its title. */
  readonly columns?: Readonly<Record<string, { readonly field: string; readonly type: 'string' | 'date' | 'boolean' }>>;
}

/** As upstream's minimal ones have it: the controller checks, and applying a field again replaces all of it. */
const open: Schema = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true, 'x-kubernetes-map-type': 'atomic' };
const text: Schema = { type: 'string' };

const argo = (kind: string, rest: Partial<InstalledKind>): InstalledKind => ({
  group: 'argoproj.io',
  version: 'v1alpha1',
  kind,
  plural: `${kind.toLowerCase()}s`,
  shortNames: [],
  scope: 'Namespaced',
  fields: { spec: open },
  required: ['spec'],
  statusIsSubresource: false,
  ...rest,
});

const spark = (kind: string, shortName: string, rest: Pick<InstalledKind, 'version' | 'fields' | 'columns'>): InstalledKind => ({
  group: 'sparkoperator.k8s.io',
  kind,
  plural: `${kind.toLowerCase()}s`,
  shortNames: [shortName],
  scope: 'Namespaced',
  required: ['spec'],
  statusIsSubresource: true,
  ...rest,
});

const age = { field: '.metadata.creationTimestamp', type: 'date' } as const;

export const installedKinds: readonly InstalledKind[] = [
  argo('Workflow', {
    shortNames: ['wf'],
    fields: { spec: open, status: open },
    columns: {
      Status: { field: '.status.phase', type: 'string' },
      Age: { field: '.status.startedAt', type: 'date' },
      Message: { field: '.status.message', type: 'string' },
    },
  }),
  argo('WorkflowTemplate', { shortNames: ['wftmpl'] }),
  argo('ClusterWorkflowTemplate', { shortNames: ['cwft', 'clusterwftmpl'], scope: 'Cluster' }),
  argo('CronWorkflow', { shortNames: ['cwf', 'cronwf'], fields: { spec: open, status: open } }),
  argo('WorkflowTaskSet', { shortNames: ['wfts'], fields: { spec: open, status: open }, statusIsSubresource: true }),
  argo('WorkflowTaskResult', { fields: { message: text, outputs: open, phase: text, progress: text }, required: [] }),
  argo('WorkflowArtifactGCTask', { shortNames: ['wfat'], fields: { spec: open, status: open }, statusIsSubresource: true }),
  argo('WorkflowEventBinding', { shortNames: ['wfeb'] }),
  spark('SparkApplication', 'sparkapp', {
    version: 'v1beta2',
    fields: { spec: sparkApplicationSpec, status: open },
    columns: {
      Suspend: { field: '.spec.suspend', type: 'boolean' },
      Status: { field: '.status.applicationState.state', type: 'string' },
      Attempts: { field: '.status.executionAttempts', type: 'string' },
      Start: { field: '.status.lastSubmissionAttemptTime', type: 'string' },
      Finish: { field: '.status.terminationTime', type: 'string' },
      Age: age,
    },
  }),
  spark('ScheduledSparkApplication', 'scheduledsparkapp', {
    version: 'v1beta2',
    fields: { spec: scheduledSparkApplicationSpec, status: open },
    columns: {
      Schedule: { field: '.spec.schedule', type: 'string' },
      Suspend: { field: '.spec.suspend', type: 'string' },
      'Last Run': { field: '.status.lastRun', type: 'date' },
      Age: age,
    },
  }),
  // Nobody uses it, but the operator's controller for it starts with the others.
  spark('SparkConnect', 'sparkconn', {
    version: 'v1alpha1',
    fields: { spec: open, status: open },
    columns: { Status: { field: '.status.state', type: 'string' }, Age: age },
  }),
];
