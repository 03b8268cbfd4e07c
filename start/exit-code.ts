// The exit code of a run is that of the step that failed.
import { exitCode } from '../apps/platform/errors.ts';
import type { Summary } from '../workflows/summary.ts';

/** The first failed step's exit code where it is one of ours, 130 for a run that was stopped, else 70. */
export function exitCodeOf(summary: Summary): number {
  if (summary.status === 'stopped') return 130;
  const code = summary.steps.find((step) => step.status === 'failed')?.exitCode;
  const known: readonly number[] = Object.values(exitCode);
  return code !== undefined && code !== exitCode.done && known.includes(code) ? code : exitCode.bug;
}
