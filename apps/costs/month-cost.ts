// The cost of a month: BigQuery's bill by its own list of jobs, pods by what each run's exit step recorded.
import type { JobUsage } from './jobs-sql.ts';
import { assumptions, type Cost, type StepCost, sumCosts, toCost } from './price.ts';
import type { RunRecord } from './records.ts';

export interface MonthCost extends Cost {
  readonly month: string;
  /** Dearest first; `run` is null for jobs that name none: dashboards, people. */
  readonly runs: readonly (Cost & { readonly run: string | null; readonly category: string | null })[];
  readonly assumptions: readonly string[];
}

/** Jobs are BigQuery's word; the records add the pods, which nobody else keeps. */
export function toMonthCost(month: string, jobs: readonly JobUsage[], records: readonly RunRecord[]): MonthCost {
  const names = [...new Set([...jobs.map(({ run }) => run), ...records.map(({ run }) => run)])];
  const runs = names.map((run) => {
    const record = records.find((one) => one.run === run);
    const own = jobs.filter((job) => job.run === run);
    const billed = toCost(own, []).steps;
    // A record's dollars of BigQuery are in the list of jobs already.
    const podsOnly = (record?.steps ?? []).map((step) => withoutJobs(step));
    return {
      run,
      category: record?.category ?? own.find(({ category }) => category !== null)?.category ?? null,
      ...sumCosts([...billed, ...podsOnly]),
    };
  });
  runs.sort((a, b) => b.usd - a.usd || ((a.run ?? '') < (b.run ?? '') ? -1 : 1));
  return { month, ...sumCosts(runs.flatMap(({ steps }) => steps)), runs, assumptions };
}

function withoutJobs(step: StepCost): StepCost {
  const ofJobs = toCost([{ run: null, category: null, ...step }], []).usd;
  return { ...step, jobs: 0, bytesBilled: 0, slotMs: 0, usd: Math.max(0, step.usd - ofJobs) };
}

/** The month as the span of time that BigQuery is asked for, in UTC. */
export function spanOf(month: string): { from: Date; to: Date } {
  const from = new Date(`${month}-01T00:00:00Z`);
  return { from, to: new Date(Date.UTC(from.getUTCFullYear(), from.getUTCMonth() + 1, 1)) };
}
