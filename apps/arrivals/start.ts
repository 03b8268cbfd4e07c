// One object, one workflow: claims the object's version, creates its workflow, and notes that it is there.
import { TemporaryError, UsageError } from '../platform/errors.ts';
import type { Follower } from './arrival.ts';
import { claim, confirm } from './claim.ts';
import type { ClusterObjects } from './cluster-objects.ts';
import { type Submission, templateKind, toWorkflow, workflowKind } from './workflow.ts';

export interface Started {
  readonly outcome: 'Started' | 'Duplicate' | 'Older' | 'Refused';
  readonly workflow: string;
  readonly reason?: string;
}

export interface Starting {
  readonly submission: Submission;
  readonly follower: Follower;
  /** The object's bytes at the moment, undefined where it is gone. */
  readonly lookAtSize: () => Promise<number | undefined>;
}

/** Safe to call any number of times, at once and in any order. Throws a temporary UserError where a retry may help, else another one. */
export async function start(objects: ClusterObjects, { submission, follower, lookAtSize }: Starting): Promise<Started> {
  const { arrival, namespace, template } = submission;
  const body = toWorkflow(submission, follower.origin);
  const workflow = body.metadata.name;
  const claimed = await claim(objects, { arrival, workflow, follower });
  if (claimed === 'older') return { outcome: 'Older', workflow };
  if (claimed === 'duplicate') return { outcome: 'Duplicate', workflow };
  if ((await objects.find(templateKind, template)) === undefined)
    throw new UsageError(
      `WorkflowTemplate ${template} is not in namespace ${namespace}; sync the component workflows, or correct the template's name`,
    );
  const size = await lookAtSize();
  if (size === undefined) return { outcome: 'Refused', workflow, reason: 'it was deleted since' };
  if (size === 0) return { outcome: 'Refused', workflow, reason: 'it is empty' };
  const isNew = await objects.create(workflowKind, body);
  // A quota's counter can be in conflict, too.
  if (!isNew && (await objects.find(workflowKind, workflow)) === undefined)
    throw new TemporaryError(`workflow ${workflow}: the API server says 409, and it is not there`);
  await confirm(objects, { arrival, workflow, follower });
  return { outcome: 'Started', workflow };
}
