// Tries again for half a minute. The network may let a new pod through only some seconds after its start.
import { setTimeout as sleep } from 'node:timers/promises';
import { exitCode, UserError } from '../platform/errors.ts';
import { log } from '../platform/log.ts';

const patienceSeconds = 30;

/** Calls `look` until it throws no temporary error. Throws the last one after half a minute, any other at once. */
export async function patiently<Result>(look: () => Promise<Result>): Promise<Result> {
  const end = Date.now() + patienceSeconds * 1000;
  for (let tries = 0; ; tries += 1) {
    try {
      return await look();
    } catch (error) {
      const passes = error instanceof UserError && error.exitCode === exitCode.temporary;
      if (!passes || Date.now() > end) throw error;
      if (tries === 0) log('waiting', { for: error.message });
      await sleep(1000);
    }
  }
}
