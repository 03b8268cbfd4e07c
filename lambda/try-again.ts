// Repeats what may pass, within the time that an invocation has left.
import { setTimeout as sleep } from 'node:timers/promises';
import { exitCode, UserError } from '../apps/platform/errors.ts';
import type { Deadline } from './deadline.ts';

const firstPauseMilliseconds = 500;
const tries = 4;

/** Whether the same thing may work later: a remote, the network or a quota was in the way. */
export const isTemporary = (error: unknown): boolean => error instanceof UserError && error.exitCode === exitCode.temporary;

/** Does the work, up to four times while its errors are temporary and there is time. Throws the last error. */
export async function tryAgain<Result>(deadline: Deadline, work: () => Promise<Result>): Promise<Result> {
  for (let tried = 1; ; tried++) {
    try {
      return await work();
    } catch (error) {
      const pause = firstPauseMilliseconds * 2 ** (tried - 1) * (1 + Math.random() / 4);
      if (!isTemporary(error) || tried === tries || pause / 1000 > deadline.patienceSeconds()) throw error;
      await sleep(pause);
    }
  }
}
