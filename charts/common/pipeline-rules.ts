// What the pipeline's accounts may do in their own namespace, and why; none may touch another.
import type { PolicyRule } from 'cdk8s-plus-28/lib/imports/k8s.js';
import type { pipelineWorkloads } from '../../apps/contract/names.ts';

/** The executor reports each pod's outcome so: https://argo-workflows.readthedocs.io/en/latest/workflow-rbac/ */
const reportOutcome: PolicyRule = { apiGroups: ['argoproj.io'], resources: ['workflowtaskresults'], verbs: ['create', 'patch'] };

/** The step that starts a Spark job watches it to its end, and removes it when stopped. */
const runSpark: PolicyRule[] = [
  { apiGroups: ['sparkoperator.k8s.io'], resources: ['sparkapplications'], verbs: ['create', 'get', 'list', 'watch', 'delete'] },
  { apiGroups: [''], resources: ['pods'], verbs: ['get', 'list'] },
  { apiGroups: [''], resources: ['pods/log'], verbs: ['get'] },
];

/** A driver makes its executors and what they read: https://spark.apache.org/docs/3.5.9/running-on-kubernetes.html#rbac */
const driveExecutors: PolicyRule[] = [
  { apiGroups: [''], resources: ['pods'], verbs: ['create', 'get', 'list', 'watch', 'delete', 'deletecollection', 'patch'] },
  {
    apiGroups: [''],
    resources: ['services', 'configmaps', 'persistentvolumeclaims'],
    verbs: ['create', 'get', 'list', 'watch', 'delete', 'deletecollection'],
  },
];

export const pipelineRules: Readonly<Partial<Record<(typeof pipelineWorkloads)[number], readonly PolicyRule[]>>> = {
  step: [reportOutcome, ...runSpark],
  training: [reportOutcome],
  'spark-driver': driveExecutors,
};
