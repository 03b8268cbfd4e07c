// Row "Cost": what BigQuery billed, and how long pods existed.
import { lastingCounters } from '../../apps/contract/names.ts';
import type { Row } from './panels.ts';

export const costRow: Row = {
  title: 'Cost',
  graphs: [
    {
      title: 'BigQuery in 30 days',
      description: 'At the on-demand price, and the budget.',
      unit: 'currencyUSD',
      queries: [
        { expr: 'taxiway:bigquery_cost:usd30d', legend: 'spent' },
        { expr: 'taxiway:monthly_budget:usd', legend: 'budget' },
      ],
    },
    {
      title: 'Bytes billed',
      description: 'By category, in the last day.',
      unit: 'bytes',
      queries: [{ expr: `sum by (category) (increase(${lastingCounters.bytesBilled}[1d]))`, legend: '{{category}}' }],
    },
    {
      title: 'Pod time',
      description: 'Of runs, by category, in the last day.',
      unit: 's',
      queries: [{ expr: `sum by (category) (increase(${lastingCounters.podSeconds}[1d]))`, legend: '{{category}}' }],
    },
  ],
};
