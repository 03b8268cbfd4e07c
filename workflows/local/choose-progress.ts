// Which way a run's progress is shown here.
import { createLiveProgress } from './live-progress.ts';
import { createPlainProgress, type Progress } from './progress.ts';

/** Live on a terminal, plain lines elsewhere and under CI. */
export function chooseProgress(state: string): Progress {
  return process.stdout.isTTY && !process.env.CI && process.env.TERM !== 'dumb'
    ? createLiveProgress(state)
    : createPlainProgress(console.log);
}
