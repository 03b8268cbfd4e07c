// Wakes a node pool that sleeps: asks once for its nodes, however many ask at the same time, and waits as long as there is time.
import { setTimeout as sleep } from 'node:timers/promises';
import { TemporaryError } from '../apps/platform/errors.ts';
import type { Cluster } from './cluster.ts';
import type { Deadline } from './deadline.ts';
import type { Gke } from './gke.ts';
import { isTemporary } from './try-again.ts';

const pollSeconds = 5;

export interface Pool {
  readonly name: string;
  readonly size: number;
}

/**
 * Resolves when the pool has a node that takes pods; true where this call has asked for it. It is never made smaller: only a pool without
 * nodes is resized. Throws TemporaryError when the time is over: the next delivery looks again.
 */
export async function wake(pool: Pool, { cluster, gke }: { cluster: Cluster; gke: Gke }, deadline: Deadline): Promise<boolean> {
  let asked = false;
  for (;;) {
    const { ready, all } = await cluster.countNodes(pool.name);
    if (ready > 0) return asked;
    if (all === 0 && !asked && !(await gke.isResizing(pool.name))) asked = await ask(pool, gke);
    if (deadline.secondsLeft() < 2 * pollSeconds)
      throw new TemporaryError(`node pool ${pool.name} wakes up; the next delivery looks whether it is awake`);
    await sleep(pollSeconds * 1000);
  }
}

/** Without an answer it is not known what was done: the nodes are looked at again before the next try. */
const ask = ({ name, size }: Pool, gke: Gke): Promise<boolean> =>
  gke.resize(name, size).catch((error) => {
    if (isTemporary(error)) return false;
    throw error;
  });
