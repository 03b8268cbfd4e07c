// Measures commands as whole processes, in turn, so that a comparison holds when the machine's speed drifts.
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

export interface Figures {
  /** Seconds. */
  readonly wall: number;
  /** Seconds of all cores. */
  readonly cpu: number;
  /** MB of the largest process. */
  readonly peakMb: number;
}

export interface Candidate {
  readonly name: string;
  readonly command: readonly string[];
  /** Undone before each run: state that a run leaves. */
  readonly prepare?: () => void;
}

const measurePy = join(import.meta.dirname, 'measure.py');

/** Runs the candidates in turn, `runs` times after a warm-up, prints the medians, and the ratio of each to the first. */
export function compare(title: string, candidates: readonly Candidate[], runs = 5): void {
  const measured = candidates.map(() => [] as Figures[]);
  for (let run = 0; run <= runs; run++) {
    for (const [index, { command, prepare }] of candidates.entries()) {
      prepare?.();
      const figures = JSON.parse(execFileSync('python3', [measurePy, ...command], { encoding: 'utf8' })) as Figures;
      if (run > 0) measured[index]?.push(figures);
    }
  }
  console.log(`${title} (median of ${runs} runs, in turn)`);
  const [first] = measured.map(medians);
  for (const [index, figures] of measured.map(medians).entries()) {
    const ratio = first && index > 0 ? `   CPU × ${(figures.cpu / first.cpu).toFixed(2)}` : '';
    console.log(
      `  ${candidates[index]?.name.padEnd(28)} ${figures.wall.toFixed(2)} s wall  ${figures.cpu.toFixed(2)} s CPU  ${Math.round(figures.peakMb)} MB${ratio}`,
    );
  }
}

const median = (numbers: number[]): number => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] as number;
const medians = (all: readonly Figures[]): Figures => ({
  wall: median(all.map(({ wall }) => wall)),
  cpu: median(all.map(({ cpu }) => cpu)),
  peakMb: median(all.map(({ peakMb }) => peakMb)),
});
