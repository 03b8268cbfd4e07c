// Removes SparkApplications that outlived their workflow, as a lost node or a killed step leaves them.
import { workflowLabel } from '../contract/names.ts';
import { callIfAny } from '../platform/kubernetes-call.ts';
import type { Connection } from '../platform/kubernetes-connection.ts';
import { log } from '../platform/log.ts';
import { deleteApplication, listApplications } from './spark-requests.ts';

/** The workflow's own exit handler comes first. */
const graceMinutes = 10;
const workflowKind = { group: 'argoproj.io', version: 'v1alpha1', plural: 'workflows' } as const;

/** What is read of a Workflow. */
export interface Workflow {
  readonly status?: { readonly phase?: string; readonly finishedAt?: string | null };
}

export interface SweepResult {
  readonly removed: readonly { readonly application: string; readonly workflow: string; readonly why: string }[];
  /** Applications whose workflow runs, or ended a moment ago. */
  readonly left: number;
}

/** Deletes the applications whose workflow is gone or has ended 10 minutes ago; those without a workflow's label are others'. Throws Refusal. */
export async function sweep(connection: Connection, { namespace }: { readonly namespace: string }): Promise<SweepResult> {
  const removed: SweepResult['removed'][number][] = [];
  const reasons = new Map<string, string | undefined>();
  // Their workflow was there before them: read after them, it is gone for good where it is missing.
  const applications = await listApplications(connection, { namespace });
  for (const application of applications) {
    const workflow = application.metadata.labels?.[workflowLabel] ?? '';
    if (!reasons.has(workflow))
      reasons.set(workflow, explainEnd(await readWorkflow(connection, namespace, workflow), Date.now()));
    const why = reasons.get(workflow);
    if (why === undefined) continue;
    await deleteApplication(connection, namespace, application);
    log('removed', { application: application.metadata.name, workflow, why });
    removed.push({ application: application.metadata.name, workflow, why });
  }
  return { removed, left: applications.length - removed.length };
}

const readWorkflow = ({ objects }: Connection, namespace: string, name: string): Promise<Workflow | undefined> =>
  callIfAny(`reading Workflow ${namespace}/${name}`, () =>
    objects.getNamespacedCustomObject({ ...workflowKind, namespace, name }),
  );

/** Why a workflow needs no Spark any more; undefined where it may. `now` is in milliseconds. */
export function explainEnd(workflow: Workflow | undefined, now: number): string | undefined {
  if (workflow === undefined) return 'its workflow does not exist';
  const { phase = '', finishedAt } = workflow.status ?? {};
  if (!['Succeeded', 'Failed', 'Error'].includes(phase) || !finishedAt) return undefined;
  return now - Date.parse(finishedAt) > graceMinutes * 60_000 ? `its workflow ended (${phase}) at ${finishedAt}` : undefined;
}
