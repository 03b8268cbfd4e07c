// Where a Deployment's rollout stands, as `kubectl rollout status` judges it.
import type { V1Deployment } from '@kubernetes/client-node';
import { toLine } from '../platform/kubernetes-refusal.ts';

export interface Rollout {
  readonly state: 'done' | 'waiting' | 'failed';
  /** What is waited for, or what failed, in one line. */
  readonly detail: string;
}

export function judgeRollout({ metadata, spec, status }: V1Deployment): Rollout {
  if ((status?.observedGeneration ?? 0) < (metadata?.generation ?? 0)) return { state: 'waiting', detail: 'not yet seen' };
  const progressing = status?.conditions?.find(({ type }) => type === 'Progressing');
  if (progressing?.reason === 'ProgressDeadlineExceeded') return { state: 'failed', detail: toLine(progressing.message ?? '') };
  const wanted = spec?.replicas ?? 1;
  const { replicas = 0, updatedReplicas = 0, availableReplicas = 0 } = status ?? {};
  const detail = `${updatedReplicas} of ${wanted} updated, ${availableReplicas} available, ${replicas - updatedReplicas} old`;
  const isDone = updatedReplicas >= wanted && replicas <= updatedReplicas && availableReplicas >= updatedReplicas;
  return { state: isDone ? 'done' : 'waiting', detail };
}
