// Removes what was installed, with its data: objects in the opposite order, then the namespaces and all that is in them.
import { setTimeout as sleep } from 'node:timers/promises';
import { mapConcurrently } from '../apps/platform/concurrent.ts';
import { TemporaryError } from '../apps/platform/errors.ts';
import { call } from '../apps/platform/kubernetes-call.ts';
import { type Bundle, type Document, headerOf, nameOf, namespacesOf, outsideOf } from './cluster-bundle.ts';
import type { ClusterConnection, ClusterObjects } from './cluster-connection.ts';
import { orAbsent, readIfAny, sortByOwner } from './cluster-owner.ts';

const goneSeconds = 300;
const finalizerSeconds = 60;
const atOnce = 8;

/** Leaves what is somebody else's. What is not there is no error. Throws TemporaryError where something does not go in time, Refusal. */
export async function removeAll(connection: ClusterConnection, bundle: Bundle, tell: (line: string) => void): Promise<void> {
  const objects = connection.openObjects();
  const { ours: namespaces } = await sortByOwner(objects, namespacesOf(bundle));
  const { ours } = await sortByOwner(objects, outsideOf(bundle));
  const outside = ours.reverse();
  const isWebhook = ({ kind }: Document) => kind.endsWith('WebhookConfiguration');
  const isDefinition = ({ kind }: Document) => kind === 'CustomResourceDefinition';
  await removeWorkflows(objects, namespaces);
  const removeEach = (group: readonly Document[]) =>
    mapConcurrently(group, atOnce, async (document) => {
      await removeOne(objects, document);
      if (!isDefinition(document)) tell(`removed ${nameOf(document)}`);
    });
  // Webhooks first: without their pods they would refuse what is removed.
  await removeEach(outside.filter(isWebhook));
  await removeEach(namespaces);
  await removeEach(outside.filter((one) => !isWebhook(one) && !isDefinition(one)));
  await removeEach(await leaveUsed(objects, outside.filter(isDefinition), tell));
}

async function removeOne(objects: ClusterObjects, document: Document): Promise<void> {
  const name = nameOf(document);
  await remove(objects, name, headerOf(document));
  for (const end = Date.now() + goneSeconds * 1000; (await readIfAny(objects, document)) !== undefined; await sleep(500))
    if (Date.now() > end) throw new TemporaryError(`${name} does not go; run npm run cluster -- --down again`);
}

const remove = (objects: ClusterObjects, name: string, object: Parameters<ClusterObjects['delete']>[0]) =>
  call(`removing ${name}`, () => objects.delete(object, undefined, undefined, undefined, undefined, 'Background')).catch(
    orAbsent,
  );

/** Definitions without the ones that others use: with a definition go all objects of its kind, in every namespace. */
async function leaveUsed(
  objects: ClusterObjects,
  definitions: readonly Document[],
  tell: (line: string) => void,
): Promise<Document[]> {
  const users = await mapConcurrently(definitions, atOnce, async ({ spec }) => {
    const { name } = spec.versions.find(({ storage }: { storage: boolean }) => storage);
    const kind = spec.names.kind;
    return call(`listing ${kind}s`, () => objects.find(`${spec.group}/${name}`, kind, { limit: 1 }));
  });
  return definitions.filter((definition, index) => {
    const [user] = users[index] ?? [];
    if (user !== undefined)
      tell(`left ${nameOf(definition)}: namespace ${user.metadata?.namespace} has objects of it; it goes when these are removed`);
    return user === undefined;
  });
}

/**
 * Workflows and Spark's applications have finalizers that only their controllers take away: they go while these still run. Where no controller
 * runs any more, the wait ends, and the namespaces say what is left.
 */
async function removeWorkflows(objects: ClusterObjects, namespaces: readonly Document[]): Promise<void> {
  const find = async () => {
    const lists = kinds.flatMap(([apiVersion, kind]) =>
      namespaces.map(({ metadata }) =>
        call(`listing ${kind}s`, () => objects.find(apiVersion, kind, { namespace: metadata.name })),
      ),
    );
    return (await Promise.all(lists)).flat();
  };
  await mapConcurrently(await find(), atOnce, (one) => remove(objects, `${one.kind} ${one.metadata?.name}`, one));
  for (const end = Date.now() + finalizerSeconds * 1000; (await find()).length > 0 && Date.now() < end; ) await sleep(500);
}

const kinds = [
  ['argoproj.io/v1alpha1', 'CronWorkflow'],
  ['argoproj.io/v1alpha1', 'Workflow'],
  ['sparkoperator.k8s.io/v1beta2', 'SparkApplication'],
] as const;
