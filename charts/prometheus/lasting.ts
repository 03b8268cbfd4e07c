// Figures that outlast the programs that count them: what alerts and panels read in place of counters that a restart forgets.
import { allDatasets } from '../../apps/contract/categories.ts';
import {
  lastDbtSuccess,
  lastingCounters,
  type PipelineMetric,
  pipelineLabelValues,
  pipelineMetricLabels,
  pipelineMetrics,
} from '../../apps/contract/names.ts';
import { toJobName } from './scrape-jobs.ts';

type Labels = Readonly<Record<string, string>>;

const categories = allDatasets.map(({ category }) => category);

interface Counter {
  /** The recorded series, one a pod. */
  readonly record: string;
  /** What the program of `job` counts, and the labels that both have. */
  readonly metric: string;
  readonly job: string;
  readonly labels: Labels;
}

const counters: readonly Counter[] = [
  ...(['validations', 'rows', 'bytesBilled', 'podSeconds'] as const).flatMap((metric) =>
    toLabelSets(metric).map((labels) => ({
      record: lastingCounters[metric],
      metric: pipelineMetrics[metric],
      job: toJobName('metrics-exporters', 'statsd'),
      labels,
    })),
  ),
  ...['Succeeded', 'Failed', 'Error'].map((phase) => ({
    record: lastingCounters.workflowsEnded,
    metric: 'argo_workflows_total_count',
    job: toJobName('argo-controller', 'metrics'),
    labels: { phase },
  })),
  ...Object.entries({
    [lastingCounters.sparkSucceeded]: 'spark_application_success_count',
    [lastingCounters.sparkFailed]: 'spark_application_failure_count',
    [lastingCounters.sparkNotSubmitted]: 'spark_application_failed_submission_count',
    [lastingCounters.sparkExecutorsFailed]: 'spark_executor_failure_count',
  }).map(([record, metric]) => ({ record, metric, job: toJobName('spark-operator-controller', 'metrics'), labels: {} })),
];

/** Each set of labels that a metric of the pipeline can have. */
function toLabelSets(metric: PipelineMetric): Labels[] {
  const values: Readonly<Record<string, readonly string[]>> = { ...pipelineLabelValues, category: categories };
  return pipelineMetricLabels[metric].reduce<Labels[]>(
    (sets, label) => sets.flatMap((set) => (values[label] ?? []).map((value) => ({ ...set, [label]: value }))),
    [{}],
  );
}

function select(metric: string, labels: Labels): string {
  const matchers = Object.entries(labels).map(([name, value]) => `${name}="${value}"`);
  return matchers.length === 0 ? metric : `${metric}{${matchers.join()}}`;
}

/**
 * The counter, and 0 while a program that answers has not counted yet: so the first event after a restart is an increase, as every
 * other is. Nothing is recorded while the program is down, since its return would look like an increase.
 */
const toCounterRule = ({ record, metric, job, labels }: Counter) => ({
  record,
  expr: `sum by (pod) (${select(metric, labels)}) or sum by (pod) (0 * (${select('up', { job })} == 1))`,
  ...(Object.keys(labels).length > 0 && { labels }),
});

/** It remembers itself, through a week without Prometheus; a category that was never built counts from the first look. */
const toLastSuccess = (category: string) => ({
  record: lastDbtSuccess,
  expr: [
    `max(${select(pipelineMetrics.dbtSuccess, { category })})`,
    `max(last_over_time(${select(lastDbtSuccess, { category })}[7d]))`,
    'vector(time())',
  ].join(' or '),
  labels: { category },
});

/** A rule file of recording rules, which the other files and Grafana build on. */
export const toLastingRules = () => ({
  groups: [
    { name: 'lasting-counters', rules: counters.map(toCounterRule) },
    // Each evaluation reads a week of its own samples. Readers look back some minutes, as the last sample may be that old.
    { name: 'lasting-times', interval: '5m', rules: categories.map(toLastSuccess) },
  ],
});
