// Reads a run's Workflow and the SparkApplications that it made.

import type { z } from 'zod';
import { workflowLabel } from '../contract/names.ts';
import { UsageError } from '../platform/errors.ts';
import { toProblems } from '../platform/json-file.ts';
import { call, callIfAny } from '../platform/kubernetes-call.ts';
import { connect } from '../platform/kubernetes-connection.ts';
import { type SparkApplication, sparkApplications, type Workflow, workflow as workflowSchema } from './pod-usage.ts';

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
  const applications = await call(`listing SparkApplications of ${namespace}`, () =>
    objects.listNamespacedCustomObject({
      group: 'sparkoperator.k8s.io',
      version: 'v1beta2',
      plural: 'sparkapplications',
      namespace,
      labelSelector: `${workflowLabel}=${run}`,
    }),
  );
  return {
    workflow: read(workflowSchema, workflow, `Workflow ${namespace}/${run}`),
    applications: read(sparkApplications, applications, `SparkApplications of ${namespace}`).items,
  };
}

function read<Schema extends z.ZodType>(schema: Schema, answer: unknown, what: string): z.output<Schema> {
  const checked = schema.safeParse(answer);
  if (checked.success) return checked.data;
  throw new UsageError(
    `${what}: not as this release knows it: ${toProblems(checked.error)}; use Argo and the spark-operator of dist/`,
  );
}
