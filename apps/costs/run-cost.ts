// The cost of one run: BigQuery's jobs and the cluster's pods, recorded, told to Prometheus, and compared with its budget.
import type { Dataset } from '../contract/dataset.ts';
import { statsdName } from '../contract/names.ts';
import type { BigQueryConnection } from '../platform/bigquery.ts';
import { toLabelValue } from '../platform/bigquery-warehouse.ts';
import { OutcomeError, UsageError } from '../platform/errors.ts';
import { log } from '../platform/log.ts';
import { sendSamples } from '../platform/statsd.ts';
import type { ClusterUsage } from './cluster.ts';
import { readJobs } from './jobs.ts';
import { ofSpark, ofWorkflow } from './pod-usage.ts';
import { assumptions, type Cost, toCost } from './price.ts';
import { type RunRecord, readRecord, writeRecord } from './records.ts';

export interface RunRequest {
  readonly run: string;
  readonly category: Dataset;
  readonly from: Date;
  readonly to: Date;
  /** A folder, where the figures are kept. */
  readonly records: string;
  readonly budgetUsd?: number | undefined;
  readonly excess: 'warn' | 'fail';
  readonly statsd: string | undefined;
}

export interface RunCost extends RunRecord {
  readonly budget: { readonly usd: number; readonly exceeded: boolean } | null;
  readonly assumptions: readonly string[];
}

/** Figures of a run, so far. Throws OutcomeError with them where they exceed the budget and that is to fail. */
export async function costRun(bigQuery: BigQueryConnection, cluster: ClusterUsage, request: RunRequest): Promise<RunCost> {
  const { run, category: dataset, from, to, records, budgetUsd } = request;
  if (from >= to) throw new UsageError(`--from ${from.toISOString()} is not before --to ${to.toISOString()}`);
  const { category } = dataset;
  const jobs = await readJobs(bigQuery, { from, to, run: toLabelValue(run), category });
  const pods = ofWorkflow(cluster.workflow, to.getTime());
  const cost = toCost(jobs, [...(pods ?? []), ...ofSpark(cluster.applications, to.getTime())]);
  const record: RunRecord = {
    version: 1,
    run,
    category,
    from: from.toISOString(),
    to: to.toISOString(),
    ...cost,
    steps: [...cost.steps],
  };
  const earlier = await readRecord(records, record);
  await writeRecord(records, record);
  await tell(record, earlier, request.statsd);
  const budget = budgetUsd === undefined ? null : { usd: budgetUsd, exceeded: cost.usd > budgetUsd };
  const unknown = pods === undefined ? ['pods left out: Argo keeps the nodes of this run in its database'] : [];
  const result: RunCost = { ...record, budget, assumptions: [...assumptions, ...unknown] };
  if (budget?.exceeded) exceed(result, cost, request);
  return result;
}

/** Counters count on: a second try adds only what came since. */
async function tell(record: RunRecord, earlier: RunRecord | undefined, statsd: string | undefined): Promise<void> {
  const samples = (['bytesBilled', 'podSeconds'] as const).map((metric) => ({
    name: statsdName(metric, record.category),
    value: Math.max(0, record[metric] - (earlier?.[metric] ?? 0)),
    type: 'counter' as const,
  }));
  await sendSamples(samples, statsd);
}

function exceed(result: RunCost, { usd, steps }: Cost, { run, budgetUsd = 0, excess }: RunRequest): void {
  const dearest = steps.slice(0, 3).map((step) => `${step.step} $${step.usd.toFixed(2)}`);
  const line = `run ${run} has cost $${usd.toFixed(2)} of its budget of $${budgetUsd.toFixed(2)}; most of it: ${dearest.join(', ')}`;
  if (excess === 'fail') throw new OutcomeError(line, result);
  log(line);
}
