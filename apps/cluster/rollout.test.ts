import type { V1Deployment, V1DeploymentStatus } from '@kubernetes/client-node';
import { expect, test } from 'vitest';
import { judgeRollout } from './rollout.ts';

const deployment = (status: V1DeploymentStatus): V1Deployment => ({
  metadata: { generation: 2 },
  spec: { replicas: 2, selector: {}, template: {} },
  status,
});
const done = { observedGeneration: 2, replicas: 2, updatedReplicas: 2, availableReplicas: 2 };
const exceeded = [{ type: 'Progressing', status: 'False', reason: 'ProgressDeadlineExceeded', message: 'too\nlong' }];

test.each<[status: V1DeploymentStatus, state: string, detail: string]>([
  [done, 'done', '2 of 2 updated, 2 available, 0 old'],
  [{ ...done, observedGeneration: 1, conditions: exceeded }, 'waiting', 'not yet seen'],
  [{}, 'waiting', 'not yet seen'],
  [{ ...done, updatedReplicas: 1 }, 'waiting', '1 of 2 updated, 2 available, 1 old'],
  [{ ...done, replicas: 3 }, 'waiting', '2 of 2 updated, 2 available, 1 old'],
  [{ ...done, availableReplicas: 1 }, 'waiting', '2 of 2 updated, 1 available, 0 old'],
  [{ ...done, availableReplicas: 1, conditions: exceeded }, 'failed', 'too long'],
])('%j is %s', (status, state, detail) => {
  expect(judgeRollout(deployment(status))).toEqual({ state, detail });
});
