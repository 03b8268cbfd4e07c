// Labels, selectors and names of every object: `app.kubernetes.io/name` is the workload, `component` its chart.
import { partOf, type WorkloadName, workloads } from '../../apps/contract/names.ts';
import type { ClusterEnvironment } from '../env/environment.ts';

export const labelKeys = {
  name: 'app.kubernetes.io/name',
  component: 'app.kubernetes.io/component',
  partOf: 'app.kubernetes.io/part-of',
  managedBy: 'app.kubernetes.io/managed-by',
} as const;

/** The labels of an object that belongs to a component. */
export const toLabels = (name: string, component: string): Readonly<Record<string, string>> => ({
  [labelKeys.name]: name,
  [labelKeys.component]: component,
  [labelKeys.partOf]: partOf,
  [labelKeys.managedBy]: 'cdk8s',
});

/** What selects the pods of a workload, and no others. */
export const toSelector = (workload: WorkloadName): Readonly<Record<string, string>> => ({
  [labelKeys.name]: workload,
  [labelKeys.partOf]: partOf,
});

/** The namespace of a workload. */
export const namespaceOf = (workload: WorkloadName, env: ClusterEnvironment): string =>
  env.namespaces[workloads[workload].namespace];

/** Metadata of an object of a workload; its name is the workload's unless given. */
export const toMetadata = (workload: WorkloadName, env: ClusterEnvironment, name: string = workload) => ({
  name,
  namespace: namespaceOf(workload, env),
  labels: toLabels(workload, workloads[workload].component),
});

/** Tells Argo CD to leave an object in place when it vanishes from Git, and when its Application is deleted. */
export const keepAnnotation = { 'argocd.argoproj.io/sync-options': 'Prune=false,Delete=false' } as const;
