// The exit handler's proof: nothing of Spark remains of a workflow, however it ended.
import { workflowLabel } from '../contract/names.ts';
import { OutcomeError } from '../platform/errors.ts';
import { pauseFor } from '../platform/kubernetes-call.ts';
import type { Connection } from '../platform/kubernetes-connection.ts';
import { log } from '../platform/log.ts';
import { roundMilliseconds } from './remove-application.ts';
import { podLabels } from './spark-application.ts';
import { deleteApplication, listApplications, listSparkPods } from './spark-requests.ts';

/** A driver ends its executors, and each pod has 30 s. */
const boundSeconds = 40;

export interface GoneResult {
  /** What remains. */
  readonly applications: number;
  readonly pods: number;
  /** The applications that were left and are deleted. */
  readonly removed: readonly string[];
}

/** Deletes the workflow's SparkApplications and waits until they and its Spark pods are gone. Throws OutcomeError naming what stays. */
export async function proveSparkGone(
  connection: Connection,
  { namespace, workflow }: { readonly namespace: string; readonly workflow: string },
): Promise<GoneResult> {
  const deadline = Date.now() + boundSeconds * 1000;
  const removed = new Set<string>();
  for (;;) {
    const applications = await listApplications(connection, { namespace, workflow });
    for (const application of applications) {
      if (!removed.has(application.metadata.name)) log('deleting', { application: application.metadata.name });
      removed.add(application.metadata.name);
      await deleteApplication(connection, namespace, application);
    }
    const pods = (await listSparkPods(connection, { namespace })).filter(
      ({ metadata }) =>
        metadata?.labels?.[workflowLabel] === workflow || removed.has(metadata?.labels?.[podLabels.application] ?? ''),
    );
    const result = { applications: applications.length, pods: pods.length, removed: [...removed].sort() };
    if (applications.length + pods.length === 0) return result;
    if (Date.now() + roundMilliseconds > deadline) {
      const names = [...applications, ...pods].map(({ metadata }) => metadata?.name).sort();
      throw new OutcomeError(
        `workflow ${namespace}/${workflow}: Spark is still there after ${boundSeconds} s: ${names.join(', ')}`,
        result,
      );
    }
    await pauseFor(roundMilliseconds);
  }
}
