// Requests about SparkApplications and their pods.
import type { V1Pod } from '@kubernetes/client-node';
import { workflowLabel } from '../contract/names.ts';
import { call, callIfAny, type Patience } from '../platform/kubernetes-call.ts';
import type { Connection } from '../platform/kubernetes-connection.ts';
import { Refusal } from '../platform/kubernetes-refusal.ts';
import { podLabels, type SparkApplication, sparkKind, type toManifest } from './spark-application.ts';

/** A SparkApplication's place. */
export interface Place {
  readonly namespace: string;
  readonly name: string;
}

export const nameOf = ({ namespace, name }: Place): string => `SparkApplication ${namespace}/${name}`;

/** Creates it with each field checked; undefined where the name is taken. Throws Refusal. */
export async function createApplication(
  { objects }: Connection,
  body: ReturnType<typeof toManifest>,
  patience: Patience,
): Promise<SparkApplication | undefined> {
  const { namespace } = body.metadata;
  try {
    return await call(
      `creating ${nameOf(body.metadata)}`,
      () => objects.createNamespacedCustomObject({ ...sparkKind, namespace, body, fieldValidation: 'Strict' }),
      patience,
    );
  } catch (error) {
    if (error instanceof Refusal && error.status === 409) return undefined;
    throw error;
  }
}

/** Reads it; undefined where there is none. Throws Refusal. */
export const readApplication = (
  { objects }: Connection,
  place: Place,
  patience?: Patience,
): Promise<SparkApplication | undefined> =>
  callIfAny(`reading ${nameOf(place)}`, () => objects.getNamespacedCustomObject({ ...sparkKind, ...place }), patience);

/** Those that have the label of a workflow, or of the one that is given. Throws Refusal. */
export async function listApplications(
  { objects }: Connection,
  { namespace, workflow }: { readonly namespace: string; readonly workflow?: string },
): Promise<SparkApplication[]> {
  const labelSelector = workflow === undefined ? workflowLabel : `${workflowLabel}=${workflow}`;
  const { items } = await call(`listing SparkApplications of ${namespace}`, () =>
    objects.listNamespacedCustomObject({ ...sparkKind, namespace, labelSelector }),
  );
  return items;
}

/** Deletes this very object with all that it owns, unless it is gone or being deleted. Throws Refusal. */
export async function deleteApplication(
  { objects }: Connection,
  namespace: string,
  { metadata: { name, uid, deletionTimestamp } }: SparkApplication,
): Promise<void> {
  if (deletionTimestamp !== undefined) return;
  const body = { propagationPolicy: 'Foreground', preconditions: { uid } };
  try {
    await callIfAny(`deleting ${nameOf({ namespace, name })}`, () =>
      objects.deleteNamespacedCustomObject({ ...sparkKind, namespace, name, body }),
    );
  } catch (error) {
    // Another object has the name by now: ours is gone.
    if (!(error instanceof Refusal && error.status === 409)) throw error;
  }
}

/** Pods of Spark's drivers and executors, of one application or of all. Throws Refusal. */
export async function listSparkPods(
  { core }: Connection,
  { namespace, name }: { readonly namespace: string; readonly name?: string },
): Promise<V1Pod[]> {
  const labelSelector = name === undefined ? podLabels.role : `${podLabels.application}=${name}`;
  const { items } = await call(`listing pods of ${namespace}`, () => core.listNamespacedPod({ namespace, labelSelector }));
  return items;
}
