// One object, one workflow: claims the object's version, creates its workflow, and sees to it that there are nodes.
import { UsageError } from '../apps/platform/errors.ts';
import { sizeOfObject } from './aws.ts';
import { claim, confirm } from './claim.ts';
import type { Deadline } from './deadline.ts';
import type { ObjectCreated } from './events.ts';
import type { MonthFile } from './month-file.ts';
import { wake } from './node-pool.ts';
import { type Session, withSession } from './session.ts';
import type { Settings } from './settings.ts';
import type { Outcome } from './telemetry.ts';
import { templateKind, toWorkflow, workflowKind } from './workflow.ts';

export interface Started {
  readonly outcome: Extract<Outcome, 'Started' | 'Duplicate' | 'Older' | 'Refused'>;
  readonly workflow: string;
  readonly reason?: string;
  /** Whether a sleeping node pool was asked to wake up. */
  readonly woken: boolean;
}

interface Workflow {
  readonly status?: { readonly phase?: string };
}

const finished = ['Succeeded', 'Failed', 'Error'];

/** Safe to call any number of times, at once and in any order. Throws TemporaryError where a retry may help, else another UserError. */
export function startWorkflow(
  settings: Settings,
  { object, file }: { object: ObjectCreated; file: MonthFile },
  deadline: Deadline,
): Promise<Started> {
  const { namespace, template, nodePool } = settings;
  const workflow = toWorkflow({ object, file, namespace, template });
  const { name } = workflow.metadata;
  return withSession(settings, deadline, async (session) => {
    const { cluster } = session;
    if ((await cluster.find(templateKind, template)) === undefined)
      throw new UsageError(
        `WorkflowTemplate ${template} is not in namespace ${namespace}; sync the component workflows, or mend WORKFLOW_TEMPLATE`,
      );
    const claimed = await claim(cluster, object, name);
    const ended = (outcome: Started['outcome'], more: Partial<Started> = {}): Started => ({
      outcome,
      workflow: name,
      woken: false,
      ...more,
    });
    if (claimed === 'older') return ended('Older');
    if (claimed === 'ours') {
      const size = await sizeOfObject(process.env, object, deadline);
      if (size === undefined) return ended('Refused', { reason: 'it was deleted since' });
      if (size === 0) return ended('Refused', { reason: 'it is empty' });
      await cluster.create(workflowKind, workflow);
      await confirm(cluster, object, name);
    }
    const woken = nodePool === undefined ? false : await wakeFor(session, { name, pool: nodePool }, deadline);
    return ended(claimed === 'ours' ? 'Started' : 'Duplicate', { woken });
  });
}

/** What has ended needs no nodes, which a duplicate that comes late must not ask for. */
async function wakeFor(
  session: Session,
  { name, pool }: { name: string; pool: NonNullable<Settings['nodePool']> },
  deadline: Deadline,
): Promise<boolean> {
  const found = await session.cluster.find<Workflow>(workflowKind, name);
  if (found === undefined || finished.includes(found.status?.phase ?? '')) return false;
  return wake(pool, session, deadline);
}
