// statsd-exporter's mapping: which StatsD names become which metrics. What is not here is dropped, so that no caller makes series at will.
import { type PipelineMetric, pipelineMetricLabels, pipelineMetrics, statsdName } from '../../apps/contract/names.ts';
import { toYamlDocument } from '../../apps/platform/yaml.ts';

/** The mapping file as YAML. */
export function toStatsdMapping(): string {
  return toYamlDocument({
    mappings: [
      ...(Object.keys(pipelineMetrics) as PipelineMetric[]).map((key) => ({
        match: statsdName(key, ...pipelineMetricLabels[key].map(() => '*')).join('.'),
        name: pipelineMetrics[key],
        labels: Object.fromEntries(pipelineMetricLabels[key].map((label, index) => [label, `$${index + 1}`])),
      })),
      { match: '.', match_type: 'regex', action: 'drop', name: 'dropped' },
    ],
  });
}
