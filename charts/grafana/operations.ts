// The dashboard of those who run the platform: a row a file.
import { type Dashboard, DashboardBuilder } from '@grafana/grafana-foundation-sdk/dashboard';
import { costRow } from './cost-row.ts';
import { addRow } from './panels.ts';
import { pipelineRow } from './pipeline-row.ts';
import { siteRow } from './site-row.ts';
import { sparkRow } from './spark-row.ts';
import { stateRow } from './state-row.ts';

export const toOperations = (): Dashboard =>
  [pipelineRow, sparkRow, siteRow, stateRow, costRow]
    .reduce(addRow, new DashboardBuilder('Operations').uid('taxiway-operations'))
    .tags(['taxiway'])
    .description('Workflows, Spark, the site, Postgres, the cluster and what it costs.')
    .timezone('utc')
    .time({ from: 'now-24h', to: 'now' })
    .refresh('1m')
    .readonly()
    .build();
