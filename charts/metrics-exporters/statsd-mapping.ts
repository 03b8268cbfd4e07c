// statsd-exporter's mapping: which StatsD names become which metrics. What is not here is dropped, so that no caller makes series at will.
import { stringify } from 'yaml';
import { pipelineMetrics } from '../../apps/contract/names.ts';

/** The labels of each metric, in the order in which they follow its name: `taxiway.rows.green.triage`. */
const labels: Readonly<Record<keyof typeof pipelineMetrics, readonly string[]>> = {
  validations: ['category', 'outcome'],
  rows: ['category', 'kind'],
  dbtSuccess: ['category'],
  bytesBilled: ['category'],
  podSeconds: ['category'],
};

/** The mapping file as YAML. */
export function toStatsdMapping(): string {
  return stringify({
    mappings: [
      ...(Object.keys(pipelineMetrics) as (keyof typeof pipelineMetrics)[]).map((key) => ({
        match: ['taxiway', key, ...labels[key].map(() => '*')].join('.'),
        name: pipelineMetrics[key],
        labels: Object.fromEntries(labels[key].map((label, index) => [label, `$${index + 1}`])),
      })),
      { match: '.', match_type: 'regex', action: 'drop', name: 'dropped' },
    ],
  });
}
