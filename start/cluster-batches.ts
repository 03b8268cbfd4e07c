// What became of the batches of some files of the source bucket, by the Leases that the trigger writes and the Workflows that they name.
import { objectAnnotations } from '../apps/contract/names.ts';

export interface NamedObject {
  readonly metadata: {
    readonly name: string;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly creationTimestamp?: Date;
  };
}

export interface LeaseObject extends NamedObject {
  readonly spec?: { readonly holderIdentity?: string };
}

export interface WorkflowObject extends NamedObject {
  readonly status?: { readonly phase?: string; readonly progress?: string; readonly message?: string };
}

export interface Batch {
  readonly key: string;
  /** `waits`: the trigger has not made its workflow yet. `done`: it succeeded, or it ended so long ago that it was removed. */
  readonly state: 'waits' | 'runs' | 'done' | 'failed';
  /** undefined where there is none yet, or none any more. */
  readonly workflow?: string;
  /** Tasks done of all, as `3/8`; the reason where it failed. */
  readonly note?: string;
}

interface Found {
  readonly leases: readonly LeaseObject[];
  readonly workflows: readonly WorkflowObject[];
}

/** In the order of the keys. What other files of the bucket did is left out. */
export function toBatches(bucket: string, keys: readonly string[], { leases, workflows }: Found): Batch[] {
  const ours = leases.filter(({ metadata }) => metadata.annotations?.[objectAnnotations.bucket] === bucket);
  // A file that was replaced has a Lease for each version.
  ours.sort((a, b) => timeOf(a) - timeOf(b));
  const leasesByKey = new Map(ours.map((one) => [one.metadata.annotations?.[objectAnnotations.key], one]));
  const workflowsByName = new Map(workflows.map((one) => [one.metadata.name, one]));
  return keys.map((key) => {
    const lease = leasesByKey.get(key);
    const workflow = workflowsByName.get(lease?.spec?.holderIdentity ?? '');
    if (workflow !== undefined) return { key, ...toState(workflow) };
    const isOver = lease?.metadata.annotations?.[objectAnnotations.submitted] === 'true';
    return { key, state: isOver ? 'done' : 'waits' };
  });
}

const timeOf = ({ metadata }: LeaseObject): number => new Date(metadata.creationTimestamp ?? 0).getTime();

function toState({ metadata, status = {} }: WorkflowObject): Omit<Batch, 'key'> {
  const workflow = metadata.name;
  const { phase = 'Pending', progress, message = phase } = status;
  if (phase === 'Succeeded') return { state: 'done', workflow };
  if (phase === 'Failed' || phase === 'Error') return { state: 'failed', workflow, note: message };
  return { state: 'runs', workflow, note: progress ?? phase };
}
