// What Argo's controller and server may do: in their own namespace to read their settings, in the pipeline's to run workflows.
// Less than upstream gives them: no ClusterRole (both watch one namespace), no claims, budgets or HTTP agents, which no workflow of ours uses.
import type { PolicyRule } from 'cdk8s-plus-28/lib/imports/k8s.js';

const allowed = (apiGroup: string, resources: readonly string[], verbs: readonly string[]): PolicyRule => ({
  apiGroups: [apiGroup],
  resources: [...resources],
  verbs: [...verbs],
});

const watch = ['get', 'list', 'watch'] as const;
const change = ['create', 'update', 'patch', 'delete'] as const;

/** The ConfigMap, the database's Secret: by name. */
const readSettings = (configMap: string): PolicyRule[] => [
  { ...allowed('', ['configmaps'], watch), resourceNames: [configMap] },
  { ...allowed('', ['secrets'], ['get']), resourceNames: ['postgres-argo'] },
];

/** It tells when it leads. The name of the lease is fixed: https://github.com/argoproj/argo-workflows/blob/v4.1.2/cmd/workflow-controller/main.go */
const holdLease: PolicyRule[] = [
  allowed('coordination.k8s.io', ['leases'], ['create']),
  { ...allowed('coordination.k8s.io', ['leases'], ['get', 'update']), resourceNames: ['workflow-controller'] },
  allowed('', ['events'], ['create', 'patch']),
];

const runWorkflows: PolicyRule[] = [
  allowed('', ['pods'], [...watch, ...change]),
  // Ends a container whose time is over.
  allowed('', ['pods/exec'], ['create', 'get']),
  // Semaphores and parameters; it informs itself on all.
  allowed('', ['configmaps'], watch),
  allowed('', ['events'], ['create', 'patch']),
  allowed('argoproj.io', ['workflows', 'workflowtasksets', 'workflowartifactgctasks'], [...watch, ...change]),
  allowed('argoproj.io', ['workflows/finalizers', 'workflowtasksets/finalizers', 'cronworkflows/finalizers'], ['update']),
  allowed('argoproj.io', ['cronworkflows'], [...watch, 'update', 'patch', 'delete']),
  allowed('argoproj.io', ['workflowtemplates'], watch),
  allowed('argoproj.io', ['workflowtaskresults'], ['list', 'watch', 'deletecollection']),
];

/** People start, stop and retry workflows; templates change in Git alone. */
const serveWorkflows: PolicyRule[] = [
  allowed('argoproj.io', ['workflows'], [...watch, ...change]),
  allowed('argoproj.io', ['workflowtemplates', 'workfloweventbindings'], watch),
  // Suspends and resumes a schedule.
  allowed('argoproj.io', ['cronworkflows'], [...watch, 'update', 'patch']),
  // A retry removes the pods that failed.
  allowed('', ['pods'], [...watch, 'delete']),
  allowed('', ['pods/log'], ['get']),
  allowed('', ['events'], ['list', 'watch']),
];

export const controllerRules = (configMap: string) => ({
  platform: [...readSettings(configMap), ...holdLease],
  pipeline: runWorkflows,
});

/** `keys` is the Secret with which it reads logs and artifacts; none where its account has rights at the buckets. */
export const serverRules = (configMap: string, keys: string | undefined) => ({
  platform: readSettings(configMap),
  pipeline: [...serveWorkflows, ...(keys === undefined ? [] : [{ ...allowed('', ['secrets'], ['get']), resourceNames: [keys] }])],
});
