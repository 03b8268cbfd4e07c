// Removes what was installed, with its data: objects in the opposite order, then the namespaces and all that is in them.
import { setTimeout as sleep } from 'node:timers/promises';
import { partOf } from '../apps/contract/names.ts';
import { mapConcurrently } from '../apps/platform/concurrent.ts';
import { TemporaryError } from '../apps/platform/errors.ts';
import { call, callIfAny } from '../apps/platform/kubernetes-call.ts';
import { type Bundle, type Document, documentsOf, headerOf, nameOf } from './cluster-bundle.ts';
import type { ClusterConnection, ClusterObjects } from './cluster-connection.ts';

const goneSeconds = 300;
const finalizerSeconds = 60;
const atOnce = 8;

/** What is not there is no error. Throws TemporaryError where something does not go in time. */
export async function removeAll(connection: ClusterConnection, bundle: Bundle, tell: (line: string) => void): Promise<void> {
  const objects = connection.openObjects();
  const documents = documentsOf(bundle).reverse();
  const namespaces = documents.filter(({ kind }) => kind === 'Namespace');
  const ours = new Set(namespaces.map(({ metadata }) => metadata.name));
  // Webhooks first: without their pods they would refuse what is removed.
  const outside = documents.filter(
    ({ kind, metadata }) => kind !== 'Namespace' && !(metadata.namespace && ours.has(metadata.namespace)),
  );
  const isWebhook = ({ kind }: { kind: string }) => kind.endsWith('WebhookConfiguration');
  const isDefinition = ({ kind }: { kind: string }) => kind === 'CustomResourceDefinition';
  await removeWorkflows(connection, ours);
  const groups = [
    outside.filter(isWebhook),
    namespaces,
    outside.filter((one) => !isWebhook(one) && !isDefinition(one)),
    outside.filter(isDefinition),
  ];
  for (const group of groups)
    await mapConcurrently(group, atOnce, async (document) => {
      if ((await removeOurs(objects, document)) && !isDefinition(document)) tell(`removed ${nameOf(document)}`);
    });
}

/** Waits until it is gone. False where it was not there, or is somebody else's. */
async function removeOurs(objects: ClusterObjects, document: Document): Promise<boolean> {
  const [name, header] = [nameOf(document), headerOf(document)];
  // A kind whose definition is gone already has no objects.
  const read = () => callIfAny(`reading ${name}`, () => objects.read(header)).catch(() => undefined);
  if ((await read())?.metadata?.labels?.['app.kubernetes.io/part-of'] !== partOf) return false;
  await callIfAny(`removing ${name}`, () => objects.delete(header, undefined, undefined, undefined, undefined, 'Background'));
  for (const end = Date.now() + goneSeconds * 1000; (await read()) !== undefined; await sleep(500))
    if (Date.now() > end) throw new TemporaryError(`${name} does not go; run npm run cluster -- --down again`);
  return true;
}

/**
 * Workflows and Spark's applications have finalizers that only their controllers take away: they go while these still run. Where no controller
 * runs any more, the wait ends, and the namespaces say what is left.
 */
async function removeWorkflows(connection: ClusterConnection, namespaces: ReadonlySet<string>): Promise<void> {
  const objects = connection.openObjects();
  const find = async () => {
    const lists = kinds.flatMap(([apiVersion, kind]) =>
      [...namespaces].map(async (namespace) => {
        const found = await call(`listing ${kind}s`, () => objects.list(apiVersion, kind, namespace)).catch(() => undefined);
        return (found?.items ?? []).map((one) => ({ ...one, apiVersion, kind }));
      }),
    );
    return (await Promise.all(lists)).flat();
  };
  await mapConcurrently(await find(), atOnce, (one) =>
    callIfAny(`removing ${one.kind} ${one.metadata?.name}`, () =>
      objects.delete(one, undefined, undefined, undefined, undefined, 'Background'),
    ),
  );
  for (const end = Date.now() + finalizerSeconds * 1000; (await find()).length > 0 && Date.now() < end; ) await sleep(500);
}

const kinds = [
  ['argoproj.io/v1alpha1', 'CronWorkflow'],
  ['argoproj.io/v1alpha1', 'Workflow'],
  ['sparkoperator.k8s.io/v1beta2', 'SparkApplication'],
] as const;
