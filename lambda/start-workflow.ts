// One object, one workflow, by the rule that the trigger has too; then nodes for it.
import type { Follower } from '../apps/arrivals/arrival.ts';
import { type Started, start } from '../apps/arrivals/start.ts';
import { type Submission, workflowKind } from '../apps/arrivals/workflow.ts';
import { sizeOfObject } from './aws.ts';
import type { Deadline } from './deadline.ts';
import { compareSequencers } from './events.ts';
import { wake } from './node-pool.ts';
import { withSession } from './session.ts';
import type { Settings } from './settings.ts';

interface Workflow {
  readonly status?: { readonly phase?: string };
}

const finished = ['Succeeded', 'Failed', 'Error'];

const follower: Follower = { origin: 'lambda', compare: ({ sequencer }, noted) => compareSequencers(sequencer, noted) };

/** Safe to call any number of times, at once and in any order. Throws a temporary UserError where a retry may help, else another one. */
export function startWorkflow(
  settings: Settings,
  found: Pick<Submission, 'arrival' | 'file'>,
  deadline: Deadline,
): Promise<Started> {
  const { namespace, template } = settings;
  const submission = { ...found, namespace, template };
  const lookAtSize = () => sizeOfObject(process.env, found.arrival, deadline);
  return withSession(settings, deadline, ({ cluster }) => start(cluster, { submission, follower, lookAtSize }));
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
