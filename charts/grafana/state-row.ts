// Row "State": Postgres, pods and what Prometheus can reach.
import type { Row } from './panels.ts';

export const stateRow: Row = {
  title: 'Postgres and cluster',
  graphs: [
    {
      title: 'Postgres: connections',
      description: 'By database, and how many it takes in all.',
      unit: 'short',
      queries: [
        { expr: 'sum by (datname) (pg_stat_activity_count)', legend: '{{datname}}' },
        { expr: 'max(pg_settings_max_connections)', legend: 'limit' },
      ],
    },
    {
      title: 'Postgres: size',
      description: 'By database, and its disk.',
      unit: 'bytes',
      queries: [
        { expr: 'sum by (datname) (pg_database_size_bytes)', legend: '{{datname}}' },
        { expr: 'max(taxiway:postgres_disk:bytes)', legend: 'disk' },
      ],
    },
    {
      title: 'Last backup',
      description: 'Time since each CronJob succeeded.',
      unit: 's',
      queries: [{ expr: 'time() - max by (cronjob) (kube_cronjob_status_last_successful_time)', legend: '{{cronjob}}' }],
    },
    {
      title: 'Pods',
      description: 'By namespace and phase.',
      unit: 'short',
      queries: [{ expr: 'sum by (namespace, phase) (kube_pod_status_phase) > 0', legend: '{{namespace}} {{phase}}' }],
    },
    {
      title: 'Restarts',
      description: 'Of containers, in the last hour.',
      unit: 'short',
      queries: [
        {
          expr: 'sum by (namespace, pod) (increase(kube_pod_container_status_restarts_total[1h])) > 0',
          legend: '{{namespace}}/{{pod}}',
        },
      ],
    },
    {
      title: 'Targets that are down',
      description: 'What Prometheus cannot read.',
      unit: 'short',
      queries: [{ expr: 'count by (workload) (up == 0)', legend: '{{workload}}' }],
    },
  ],
};
