// How a run looks while it goes: plain lines here; a live list of steps on a terminal in live-progress.ts.
import { toLine } from './step-log.ts';
import { hasFailed, type StepSummary, type Summary } from './summary.ts';

export interface Progress {
  readonly onBegin: (summary: Summary) => void;
  readonly onStep: (step: StepSummary) => void;
  /** Something worth a line while a step runs. */
  readonly onNotice: (step: string, notice: string) => void;
  /** Resolves when nothing more will be drawn. */
  readonly onEnd: (summary: Summary) => Promise<void>;
}

/** One line when a step starts, ends or waits for another attempt. */
export function createPlainProgress(write: (line: string) => void): Progress {
  return {
    onBegin: ({ run }) => write(`run ${run}`),
    onStep: (step) => {
      const { name, status, seconds, message } = step;
      if (status === 'running') write(`${name}: started`);
      else if (status === 'skipped') write(`${name}: skipped, since its condition does not hold`);
      else if (status === 'omitted') write(`${name}: left out, since something failed before`);
      else write(`${name}: ${status} after ${seconds.toFixed(1)} s${message && hasFailed(step) ? `: ${toLine(message)}` : ''}`);
    },
    onNotice: (step, notice) => write(`${step}: ${toLine(notice)}`),
    onEnd: async () => {},
  };
}
