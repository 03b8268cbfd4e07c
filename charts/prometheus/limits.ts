// The environment's limits as series, so that rules compare with them and stay the same in each environment.

import type { ClusterEnvironment } from '../env/environment.ts';
import { toBytes } from '../env/quantities.ts';

/** A rule file with one constant series a limit. */
export const toLimitRules = ({ disks, google }: ClusterEnvironment) => ({
  groups: [
    {
      name: 'limits',
      rules: Object.entries({
        'taxiway:postgres_disk:bytes': toBytes(disks.postgres),
        ...(google && { 'taxiway:monthly_budget:usd': google.monthlyBudgetUsd }),
      }).map(([record, value]) => ({ record, expr: `vector(${value})` })),
    },
  ],
});
