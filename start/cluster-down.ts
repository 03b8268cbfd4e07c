// Removes what was installed, with its data: objects in the opposite order, then the namespaces and all that is in them.
import { setTimeout as sleep } from 'node:timers/promises';
import { partOf } from '../apps/contract/names.ts';
import { TemporaryError } from '../apps/platform/errors.ts';
import { call, callIfAny } from '../apps/platform/kubernetes-call.ts';
import { type Bundle, documentsOf, headerOf, nameOf } from './cluster-bundle.ts';
import type { ClusterConnection } from './cluster-connection.ts';

const goneSeconds = 300;

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
  const order = [
    ...outside.filter(isWebhook),
    ...namespaces,
    ...outside.filter((one) => !isWebhook(one) && !isDefinition(one)),
    ...outside.filter(isDefinition),
  ];
  const headers = order.map((one) => ({
    name: nameOf(one),
    header: headerOf(one),
  }));
  const read = ({ name, header }: (typeof headers)[number]) =>
    callIfAny(`reading ${name}`, () => objects.read(header)).catch(() => undefined);
  for (const one of headers) {
    const found = await read(one);
    if (found?.metadata?.labels?.['app.kubernetes.io/part-of'] !== partOf) continue;
    await callIfAny(`removing ${one.name}`, () =>
      objects.delete(one.header, undefined, undefined, undefined, undefined, 'Background'),
    );
    for (const end = Date.now() + goneSeconds * 1000; (await read(one)) !== undefined; await sleep(500))
      if (Date.now() > end) throw new TemporaryError(`${one.name} does not go; run npm run cluster -- --down again`);
    if (!isDefinition(one.header)) tell(`removed ${one.name}`);
  }
}

/** Workflows and Spark's applications have finalizers that only their controllers take away: they go while these still run. */
async function removeWorkflows(connection: ClusterConnection, namespaces: ReadonlySet<string>): Promise<void> {
  const objects = connection.openObjects();
  for (const [apiVersion, kind] of [
    ['argoproj.io/v1alpha1', 'CronWorkflow'],
    ['argoproj.io/v1alpha1', 'Workflow'],
    ['sparkoperator.k8s.io/v1beta2', 'SparkApplication'],
  ] as const)
    for (const namespace of namespaces) {
      const found = await call(`listing ${kind}s`, () => objects.list(apiVersion, kind, namespace)).catch(() => undefined);
      for (const one of found?.items ?? [])
        await callIfAny(`removing ${kind} ${one.metadata?.name}`, () =>
          objects.delete({ ...one, apiVersion, kind }, undefined, undefined, undefined, undefined, 'Background'),
        );
    }
}
