// Restarts a service for a new champion: a patch of one annotation, then the rollout. The account may get and patch this Deployment alone.
import { PatchStrategy, setHeaderOptions } from '@kubernetes/client-node';
import { OutcomeError, TemporaryError } from '../platform/errors.ts';
import { call, pauseFor } from '../platform/kubernetes-call.ts';
import type { Connection } from '../platform/kubernetes-connection.ts';
import { log } from '../platform/log.ts';
import { judgeRollout } from './rollout.ts';

const annotation = 'taxiway/restarted-at';
const roundMilliseconds = 2000;

export interface RefreshOptions {
  readonly namespace: string;
  readonly deployment: string;
  readonly champion: string;
}

export interface RefreshResult {
  readonly deployment: string;
  readonly champion: string;
  /** False where the pods read this champion already. */
  readonly restarted: boolean;
  readonly replicas: number;
}

/** Sets the champion on the Deployment's pods and waits until they run. Throws OutcomeError where they don't come up, Refusal. */
export async function refresh({ apps }: Connection, { namespace, deployment, champion }: RefreshOptions): Promise<RefreshResult> {
  const what = `Deployment ${namespace}/${deployment}`;
  const read = () => call(`reading ${what}`, () => apps.readNamespacedDeployment({ namespace, name: deployment }));
  const before = (await read()).spec?.template.metadata?.annotations?.[annotation];
  const restarted = before !== champion;
  if (restarted) {
    const body = { spec: { template: { metadata: { annotations: { [annotation]: champion } } } } };
    const options = setHeaderOptions('Content-Type', PatchStrategy.StrategicMergePatch);
    await call(`patching ${what}`, () => apps.patchNamespacedDeployment({ namespace, name: deployment, body }, options));
  }
  log(restarted ? 'restarted' : 'reads this champion already', { deployment, champion, before });
  let said = '';
  for (let deadline = Number.POSITIVE_INFINITY; ; await pauseFor(roundMilliseconds)) {
    const current = await read();
    const { state, detail } = judgeRollout(current);
    if (state === 'done') return { deployment, champion, restarted, replicas: current.status?.availableReplicas ?? 0 };
    if (state === 'failed')
      throw new OutcomeError(`${what}: the pods for champion ${champion} don't come up: ${detail}; the old ones still serve`);
    if (detail !== said) log('rollout', { deployment, detail });
    said = detail;
    // The Deployment's own deadline, of which the controller tells; a paused one has none.
    deadline = Math.min(deadline, Date.now() + ((current.spec?.progressDeadlineSeconds ?? 600) + 60) * 1000);
    if (Date.now() > deadline) throw new TemporaryError(`${what}: its rollout does not end: ${detail}; is it paused?`);
  }
}
