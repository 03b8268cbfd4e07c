// Prometheus' configuration as a value.
import { workloads } from '../../apps/contract/names.ts';
import { namespaceOf } from '../constructs/metadata.ts';
import type { ClusterEnvironment } from '../env/environment.ts';
import { toScrapeJobs } from './scrape-jobs.ts';

/** prometheus.yml; the rule files lie beside it. */
export const toPrometheusConfig = (env: ClusterEnvironment) => ({
  global: {
    // Half a minute: the pipeline's steps run for minutes, and each alert waits for several samples.
    scrape_interval: '30s',
    scrape_timeout: '10s',
    evaluation_interval: '30s',
    external_labels: { environment: env.name },
  },
  rule_files: ['rules-*.yaml'],
  alerting: {
    alertmanagers: [
      {
        static_configs: [
          { targets: [`alertmanager.${namespaceOf('alertmanager', env)}.svc.cluster.local:${workloads.alertmanager.ports.web}`] },
        ],
      },
    ],
  },
  scrape_configs: toScrapeJobs(env),
});
