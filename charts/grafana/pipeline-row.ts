// Row "Pipeline": workflows, files and rows.
import { lastDbtSuccess, lastingCounters } from '../../apps/contract/names.ts';
import type { Row } from './panels.ts';

export const pipelineRow: Row = {
  title: 'Pipeline',
  graphs: [
    {
      title: 'Workflows',
      description: 'Workflows that exist, by phase.',
      unit: 'short',
      queries: [{ expr: 'sum by (phase) (argo_workflows_gauge)', legend: '{{phase}}' }],
    },
    {
      title: 'Workflows that ended',
      description: 'In the last hour, by phase.',
      unit: 'short',
      queries: [
        {
          expr: `sum by (phase) (increase(${lastingCounters.workflowsEnded}[1h]))`,
          legend: '{{phase}}',
        },
      ],
    },
    {
      title: 'Queue',
      description: 'What the workflow controller has yet to look at.',
      unit: 'short',
      queries: [{ expr: 'sum by (queue_name) (argo_workflows_queue_depth_gauge)', legend: '{{queue_name}}' }],
    },
    {
      title: 'Files judged',
      description: 'By category and outcome, in the last day.',
      unit: 'short',
      queries: [
        { expr: `sum by (category, outcome) (increase(${lastingCounters.validations}[1d]))`, legend: '{{category}} {{outcome}}' },
      ],
    },
    {
      title: 'Rows that break a rule',
      description: 'Share of the rows of the last day.',
      unit: 'percentunit',
      queries: [{ expr: 'taxiway:triage_share:ratio1d', legend: '{{category}}' }],
    },
    {
      title: 'Age of the models',
      description: 'Since dbt last built all of them.',
      unit: 's',
      queries: [{ expr: `time() - max by (category) (last_over_time(${lastDbtSuccess}[15m]))`, legend: '{{category}}' }],
    },
  ],
};
