// Looks at the bucket for ever. What goes wrong is said once, until it is something else or over.
import { setTimeout as sleep } from 'node:timers/promises';
import { exitCode, UserError } from '../platform/errors.ts';
import { Refusal } from '../platform/kubernetes-refusal.ts';
import { log } from '../platform/log.ts';
import { oneLine } from '../platform/one-line.ts';
import type { Round, Rounds } from './rounds.ts';

/** What is known of the rounds: for /readyz and /metrics. */
export interface State {
  /** Whether the last round got through. */
  isReady: boolean;
  rounds: { done: number; failed: number };
  /** Seconds since 1970; 0 where none got through yet. */
  lastSuccess: number;
  files: number;
  outcomes: Record<'Started' | 'Duplicate' | 'Older' | 'Refused' | 'Failed', number>;
}

export const newState = (): State => ({
  isReady: false,
  rounds: { done: 0, failed: 0 },
  lastSuccess: 0,
  files: 0,
  outcomes: { Started: 0, Duplicate: 0, Older: 0, Refused: 0, Failed: 0 },
});

const longestPauseSeconds = 60;
/** All objects may fail, each for another reason: no more lines than these at once. */
const mostFailureLines = 20;

interface Ended {
  readonly failures: readonly UserError[];
  /** Whether the round came to its end, be it with failures of some objects. */
  readonly isWhole: boolean;
}

/** Never ends. Rejects with a bug. */
export async function follow(rounds: Rounds, state: State, everySeconds: number): Promise<never> {
  let downInRow = 0;
  let said: ReadonlySet<string> = new Set();
  for (;;) {
    const { failures, isWhole } = await runRound(rounds, state);
    state.isReady = failures.length === 0;
    state.rounds[state.isReady ? 'done' : 'failed'] += 1;
    if (state.isReady) state.lastSuccess = Date.now() / 1000;
    said = tell(failures, said);
    downInRow = isWhole ? 0 : downInRow + 1;
    await sleep(toPauseSeconds(everySeconds, downInRow) * 1000 * (1 + Math.random() / 10));
  }
}

/** Doubles with each round in which nobody answered, up to a minute. */
export const toPauseSeconds = (everySeconds: number, downInRow: number): number =>
  Math.max(everySeconds, Math.min(longestPauseSeconds, everySeconds * 2 ** downInRow));

async function runRound(rounds: Rounds, state: State): Promise<Ended> {
  try {
    const round = await rounds.run();
    count(state, round);
    return { failures: round.failures, isWhole: true };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { failures: [error], isWhole: false };
  }
}

/** Logs what was not said of the last round already; returns what is said now. */
function tell(failures: readonly UserError[], said: ReadonlySet<string>): ReadonlySet<string> {
  const reasons = new Map(failures.map((error) => [kindOf(error), error.message]));
  const fresh = [...reasons].filter(([kind]) => !said.has(kind));
  for (const [, reason] of fresh.slice(0, mostFailureLines)) log('failed', { reason: oneLine(reason) });
  if (fresh.length > mostFailureLines) log('failed', { more: fresh.length - mostFailureLines });
  if (failures.length === 0 && said.size > 0) log('works again');
  return new Set(reasons.keys());
}

function count(state: State, { files, outcomes, failures }: Round): void {
  state.files = files;
  for (const [outcome, number] of Object.entries(outcomes)) state.outcomes[outcome as keyof typeof outcomes] += number;
  state.outcomes.Failed += failures.length;
}

/** An outage has many texts. */
function kindOf(error: UserError): string {
  if (error.exitCode !== exitCode.temporary) return error.message;
  return error instanceof Refusal ? 'the API server' : 'the bucket';
}
