// Applies documents as Argo CD would: on the server's side, forced, Jobs made again.
import { setTimeout as sleep } from 'node:timers/promises';
import { TemporaryError } from '../apps/platform/errors.ts';
import { call, callIfAny } from '../apps/platform/kubernetes-call.ts';
import { type Document, headerOf, nameOf } from './cluster-bundle.ts';
import type { ClusterObjects } from './cluster-connection.ts';

const fieldManager = 'taxiway-cluster';
const goneSeconds = 60;

/** Safe to run again at any time. Throws Refusal, TemporaryError. */
export async function applyAll(objects: ClusterObjects, documents: readonly Document[]): Promise<void> {
  for (const document of documents) {
    if (document.kind === 'Job') await removeOldJob(objects, document);
    await call(`applying ${nameOf(document)}`, () => objects.apply(document, fieldManager));
  }
}

/** A Job's pods can't be changed; one that has ended is made again, one that still runs goes on. */
async function removeOldJob(objects: ClusterObjects, job: Document): Promise<void> {
  const header = headerOf(job);
  const read = () => callIfAny(`reading ${nameOf(job)}`, () => objects.read(header));
  if ((await read()) === undefined) return;
  await callIfAny(`removing ${nameOf(job)}`, () =>
    objects.delete(header, undefined, undefined, undefined, undefined, 'Background'),
  );
  for (const end = Date.now() + goneSeconds * 1000; (await read()) !== undefined; await sleep(250))
    if (Date.now() > end) throw new TemporaryError(`${nameOf(job)} does not go; run npm run cluster again`);
}
