// One request to the API server: bounded in time, tried again while that may help.
import { setTimeout as sleep } from 'node:timers/promises';
import { type Refusal, toRefusal } from './kubernetes-refusal.ts';

export interface Patience {
  /** How long an answer that may pass is waited for. */
  readonly patienceSeconds?: number;
  /** Ends the waiting between two tries. */
  readonly signal?: AbortSignal | undefined;
}

const firstPauseMilliseconds = 500;
const longestPauseMilliseconds = 10_000;

/** Calls `send` until it is answered. Throws Refusal (with `what` in its message), or the signal's reason. */
export async function call<Result>(
  what: string,
  send: () => Promise<Result>,
  { patienceSeconds = 20, signal }: Patience = {},
): Promise<Result> {
  const deadline = Date.now() + patienceSeconds * 1000;
  for (let pause = firstPauseMilliseconds; ; pause = Math.min(pause * 2, longestPauseMilliseconds)) {
    try {
      return await send();
    } catch (error) {
      const refusal = toRefusal(what, error);
      if (refusal === undefined) throw error;
      const wait = Math.max(pause, refusal.retryAfterSeconds * 1000);
      if (!refusal.passes || Date.now() + wait > deadline) throw refusal;
      // Two tries of one step must not ask in step.
      await pauseFor(wait * (1 + Math.random() / 4), signal);
    }
  }
}

/** Calls `send`; undefined where the object is not there. */
export const callIfAny = <Result>(what: string, send: () => Promise<Result>, patience?: Patience): Promise<Result | undefined> =>
  call(what, send, patience).catch((error: Refusal) => {
    if (error.isAbsent) return undefined;
    throw error;
  });

/** Sleeps; throws the signal's reason at once when it comes. */
export async function pauseFor(milliseconds: number, signal?: AbortSignal): Promise<void> {
  try {
    await sleep(milliseconds, undefined, signal && { signal });
  } catch (error) {
    throw signal?.aborted ? signal.reason : error;
  }
}
