// What the pipeline's accounts may do, and why: in their own namespace, and one Deployment of another.
import type { PolicyRule } from 'cdk8s-plus-28/lib/imports/k8s.js';
import type { pipelineWorkloads, WorkloadName } from '../../apps/contract/names.ts';
import type { AccountProps } from '../constructs/account.ts';

/** The executor reports each pod's outcome so: https://argo-workflows.readthedocs.io/en/latest/workflow-rbac/ */
const reportOutcome: PolicyRule = { apiGroups: ['argoproj.io'], resources: ['workflowtaskresults'], verbs: ['create', 'patch'] };

/** `apps/cluster`: a Spark job is created, watched to its end, and removed when stopped; nothing of it may outlive its workflow. */
const runSpark: PolicyRule[] = [
  { apiGroups: ['sparkoperator.k8s.io'], resources: ['sparkapplications'], verbs: ['create', 'get', 'list', 'watch', 'delete'] },
  { apiGroups: [''], resources: ['pods'], verbs: ['list'] },
  { apiGroups: ['argoproj.io'], resources: ['workflows'], verbs: ['get'] },
];

/** `apps/cluster --task refresh`: a new champion restarts the prediction service. */
const restartPredict: PolicyRule = {
  apiGroups: ['apps'],
  resources: ['deployments'],
  resourceNames: ['predict' satisfies WorkloadName],
  verbs: ['get', 'patch'],
};

/** A driver makes its executors and what they read: https://spark.apache.org/docs/3.5.9/running-on-kubernetes.html#rbac */
const driveExecutors: PolicyRule[] = [
  { apiGroups: [''], resources: ['pods'], verbs: ['create', 'get', 'list', 'watch', 'delete', 'deletecollection', 'patch'] },
  {
    apiGroups: [''],
    resources: ['services', 'configmaps', 'persistentvolumeclaims'],
    verbs: ['create', 'get', 'list', 'watch', 'delete', 'deletecollection'],
  },
];

/** By account, then by the namespace in which they hold. */
export const pipelineRules: Readonly<Partial<Record<(typeof pipelineWorkloads)[number], AccountProps['rules']>>> = {
  step: { pipeline: [reportOutcome, ...runSpark], platform: [restartPredict] },
  training: { pipeline: [reportOutcome] },
  'spark-driver': { pipeline: driveExecutors },
};
