// What usage costs by the price table: a step's BigQuery jobs and pods together. Pure.
import { prices } from '../contract/prices.ts';
import type { JobUsage } from './jobs-sql.ts';
import type { PodUsage } from './pod-usage.ts';

export interface StepCost {
  readonly step: string;
  readonly jobs: number;
  readonly bytesBilled: number;
  readonly slotMs: number;
  readonly podSeconds: number;
  readonly usd: number;
}

export interface Cost {
  readonly bytesBilled: number;
  readonly slotMs: number;
  readonly podSeconds: number;
  readonly usd: number;
  /** Dearest first. */
  readonly steps: readonly StepCost[];
}

/** Jobs that name no step. */
export const noStep = 'other';

/** What the figures rest on. */
export const assumptions: readonly string[] = [
  `BigQuery on demand at $${prices.usdPerTiBScanned} a TiB billed`,
  `pods by what they ask for: $${prices.usdPerCoreHour} a core and hour, $${prices.usdPerGiBHour} a GiB and hour, spot nodes too`,
  "Spark's executors as if each had existed as long as the job",
  'storage, traffic and idle nodes left out',
];

/** Prices usage by step. Amounts are rounded to a hundredth of a cent. */
export function toCost(jobs: readonly JobUsage[], pods: readonly PodUsage[]): Cost {
  const names = [...new Set([...jobs.map(({ step }) => step ?? noStep), ...pods.map(({ step }) => step)])];
  const steps = names.map((step): StepCost => {
    const ownJobs = jobs.filter((job) => (job.step ?? noStep) === step);
    const ownPods = pods.filter((pod) => pod.step === step);
    const bytesBilled = sum(ownJobs, (job) => job.bytesBilled);
    const usd =
      (bytesBilled / 2 ** 40) * prices.usdPerTiBScanned +
      (sum(ownPods, (pod) => pod.coreSeconds) / 3600) * prices.usdPerCoreHour +
      (sum(ownPods, (pod) => pod.gibSeconds) / 3600) * prices.usdPerGiBHour;
    return {
      step,
      jobs: sum(ownJobs, (job) => job.jobs),
      bytesBilled,
      slotMs: sum(ownJobs, (job) => job.slotMs),
      podSeconds: sum(ownPods, (pod) => pod.seconds),
      usd: round(usd),
    };
  });
  return sumCosts(steps);
}

/** Steps of one name become one. */
export function sumCosts(steps: readonly StepCost[]): Cost {
  const merged = [...Map.groupBy(steps, ({ step }) => step)].map(([step, members]) => ({ ...totals(members), step }));
  return { ...totals(merged), steps: merged.sort((a, b) => b.usd - a.usd || (a.step < b.step ? -1 : 1)) };
}

const totals = (steps: readonly StepCost[]) => ({
  jobs: sum(steps, ({ jobs }) => jobs),
  bytesBilled: sum(steps, ({ bytesBilled }) => bytesBilled),
  slotMs: sum(steps, ({ slotMs }) => slotMs),
  podSeconds: sum(steps, ({ podSeconds }) => podSeconds),
  usd: round(sum(steps, ({ usd }) => usd)),
});

const round = (usd: number): number => Math.round(usd * 10_000) / 10_000;
const sum = <Item>(items: readonly Item[], of: (item: Item) => number): number =>
  items.reduce((total, item) => total + of(item), 0);
