// Reads a run's Workflow and the SparkApplications that it made.
import { workflowLabel } from '../contract/names.ts';
import { UsageError } from '../platform/errors.ts';
import { call, callIfAny } from '../platform/kubernetes-call.ts';
import { connect } from '../platform/kubernetes-connection.ts';
import type { SparkApplication, Workflow } from './pod-usage.ts';

export interface ClusterUsage {
  readonly workflow: Workflow;
  readonly applications: readonly SparkApplication[];
}

/** Throws UsageError where there is no sign-in, no right or no such Workflow, TemporaryError. */
export async function readCluster(namespace: string, run: string): Promise<ClusterUsage> {
  const { objects } = connect();
  const workflow = await callIfAny(`reading Workflow ${namespace}/${run}`, () =>
    objects.getNamespacedCustomObject({ group: 'argoproj.io', version: 'v1alpha1', plural: 'workflows', namespace, name: run }),
  );
  if (workflow === undefined)
    throw new UsageError(`Workflow ${namespace}/${run}: there is none (404); check --run and --namespace`);
  const { items } = await call(`listing SparkApplications of ${namespace}`, () =>
    objects.listNamespacedCustomObject({
      group: 'sparkoperator.k8s.io',
      version: 'v1beta2',
      plural: 'sparkapplications',
      namespace,
      labelSelector: `${workflowLabel}=${run}`,
    }),
  );
  return { workflow, applications: items };
}
