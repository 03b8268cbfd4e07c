// Trying again what may pass by itself.
import { setTimeout as sleep } from 'node:timers/promises';
import { TemporaryError } from './errors.ts';

/** How long, and how often, a server is waited for. */
export interface Patience {
  /** A connection that says nothing for so long is given up. */
  readonly silenceMilliseconds: number;
  /** What fails so often is given up. */
  readonly tries: number;
  /** The longest pause before the second try; it doubles with each further one. */
  readonly pauseMilliseconds: number;
}

/** Runs again what fails and may pass: a TemporaryError, when no other rule is given. */
export async function persevere<Result>(
  run: () => Promise<Result>,
  patience: Patience,
  mayPass: (error: unknown) => boolean = (error) => error instanceof TemporaryError,
): Promise<Result> {
  for (let failures = 1; ; failures += 1) {
    try {
      return await run();
    } catch (error) {
      if (!mayPass(error) || failures >= patience.tries) throw error;
      await pause(failures, patience);
    }
  }
}

/** With jitter: many clients of one server must not come back at the same moment. */
export const pause = (failures: number, { pauseMilliseconds }: Patience): Promise<void> =>
  sleep(pauseMilliseconds * 2 ** (failures - 1) * Math.random());
