// Whose the objects of a cluster are: ours have our label.
import type { KubernetesObject } from '@kubernetes/client-node';
import { partOf } from '../apps/contract/names.ts';
import { mapConcurrently } from '../apps/platform/concurrent.ts';
import { call } from '../apps/platform/kubernetes-call.ts';
import type { Refusal } from '../apps/platform/kubernetes-refusal.ts';
import { type Document, headerOf, nameOf } from './cluster-bundle.ts';
import type { ClusterObjects } from './cluster-connection.ts';

const labelKey = 'app.kubernetes.io/part-of';
const readsAtOnce = 8;

export const ourLabel = `${labelKey}=${partOf}`;

const isOurs = ({ metadata }: KubernetesObject): boolean => metadata?.labels?.[labelKey] === partOf;

/** For `catch`: undefined where the object, its namespace or its kind is not there. */
export function orAbsent(error: Refusal): undefined {
  if (error.status !== 404) throw error;
}

/** Undefined where it is not there. Throws Refusal. */
export const readIfAny = (objects: ClusterObjects, document: Document): Promise<KubernetesObject | undefined> =>
  call(`reading ${nameOf(document)}`, () => objects.read(headerOf(document))).catch(orAbsent);

/** Those of the documents whose names are taken in the cluster, by us or by somebody else. Throws Refusal. */
export async function sortByOwner(
  objects: ClusterObjects,
  documents: readonly Document[],
): Promise<{ ours: Document[]; foreign: Document[] }> {
  const found = await mapConcurrently(documents, readsAtOnce, async (document) => {
    const object = await readIfAny(objects, document);
    return object && { document, isOurs: isOurs(object) };
  });
  const taken = found.filter((one) => one !== undefined);
  return {
    ours: taken.filter((one) => one.isOurs).map(({ document }) => document),
    foreign: taken.filter((one) => !one.isOurs).map(({ document }) => document),
  };
}
