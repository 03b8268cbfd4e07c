// Removal with proof: neither the object nor a pod of it remains.

import { pauseFor } from '../platform/kubernetes-call.ts';
import type { Connection } from '../platform/kubernetes-connection.ts';
import { log } from '../platform/log.ts';
import type { SparkApplication } from './spark-application.ts';
import { deleteApplication, listSparkPods, nameOf, readApplication } from './spark-requests.ts';

/** Pods are not watched: they go within seconds, and the account need not have the right. */
export const roundMilliseconds = 2000;

/** Deletes this very object and waits until it and its pods are gone. Returns the names of what is left after the bound. Throws Refusal. */
export async function removeApplication(
  connection: Connection,
  { namespace, application, boundSeconds }: { namespace: string; application: SparkApplication; boundSeconds: number },
  signal?: AbortSignal,
): Promise<string[]> {
  const deadline = Date.now() + boundSeconds * 1000;
  const { name, uid } = application.metadata;
  const place = { namespace, name };
  await deleteApplication(connection, namespace, application);
  log('deleting', { application: name });
  for (;;) {
    const [current, pods] = await Promise.all([readApplication(connection, place), listSparkPods(connection, place)]);
    const left = [
      ...(current?.metadata.uid === uid ? [nameOf(place)] : []),
      ...pods.map(({ metadata }) => `pod ${metadata?.name}`),
    ];
    if (left.length === 0) log('gone', { application: name });
    if (left.length === 0 || Date.now() + roundMilliseconds > deadline) return left;
    await pauseFor(roundMilliseconds, signal);
  }
}
