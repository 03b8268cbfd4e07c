// One object, one workflow: claims the object's version, creates its workflow, and sees to it that there are nodes.
import { TemporaryError, UsageError } from '../apps/platform/errors.ts';
import { sizeOfObject } from './aws.ts';
import { claim, confirm } from './claim.ts';
import type { Deadline } from './deadline.ts';
import type { ObjectCreated } from './events.ts';
import type { MonthFile } from './month-file.ts';
import { wake } from './node-pool.ts';
import { withSession } from './session.ts';
import type { Settings } from './settings.ts';
import type { Outcome } from './telemetry.ts';
import { templateKind, toWorkflow, workflowKind } from './workflow.ts';

export interface Started {
  readonly outcome: Extract<Outcome, 'Started' | 'Duplicate' | 'Older' | 'Refused'>;
  readonly workflow: string;
  readonly reason?: string;
}

interface Workflow {
  readonly status?: { readonly phase?: string };
}

const finished = ['Succeeded', 'Failed', 'Error'];

/** Safe to call any number of times, at once and in any order. Throws a temporary UserError where a retry may help, else another one. */
export function startWorkflow(
  settings: Settings,
  { object, file }: { object: ObjectCreated; file: MonthFile },
  deadline: Deadline,
): Promise<Started> {
  const { namespace, template } = settings;
  const body = toWorkflow({ object, file, namespace, template });
  const workflow = body.metadata.name;
  return withSession(settings, deadline, async ({ cluster }): Promise<Started> => {
    const claimed = await claim(cluster, object, workflow);
    if (claimed === 'older') return { outcome: 'Older', workflow };
    if (claimed === 'duplicate') return { outcome: 'Duplicate', workflow };
    if ((await cluster.find(templateKind, template)) === undefined)
      throw new UsageError(
        `WorkflowTemplate ${template} is not in namespace ${namespace}; sync the component workflows, or mend WORKFLOW_TEMPLATE`,
      );
    const size = await sizeOfObject(process.env, object, deadline);
    if (size === undefined) return { outcome: 'Refused', workflow, reason: 'it was deleted since' };
    if (size === 0) return { outcome: 'Refused', workflow, reason: 'it is empty' };
    const isNew = await cluster.create(workflowKind, body);
    // A quota's counter can be in conflict, too.
    if (!isNew && (await cluster.find(workflowKind, workflow)) === undefined)
      throw new TemporaryError(`workflow ${workflow}: the API server says 409, and it is not there`);
    await confirm(cluster, object, workflow);
    return { outcome: 'Started', workflow };
  });
}

/**
 * Sees to it that there are nodes for a workflow; true where a sleeping pool was asked to wake up. What has ended or is gone needs none: a
 * duplicate that comes late must not ask for them. Throws as startWorkflow.
 */
export async function wakeFor(workflow: string, settings: Settings, deadline: Deadline): Promise<boolean> {
  const { nodePool } = settings;
  if (nodePool === undefined) return false;
  return withSession(settings, deadline, async (session) => {
    const found = await session.cluster.find<Workflow>(workflowKind, workflow);
    if (found === undefined || finished.includes(found.status?.phase ?? '')) return false;
    return wake(nodePool, session, deadline);
  });
}
