// The limits of the environment and of data sets as series, so that rules compare with them and stay the same in each environment.
import { allDatasets } from '../../apps/contract/categories.ts';
import type { Dataset } from '../../apps/contract/dataset.ts';
import { freshnessSeconds } from '../../apps/contract/promises.ts';
import type { ClusterEnvironment } from '../env/environment.ts';
import { toBytes } from '../env/quantities.ts';

/** A rule file with one constant series a limit. Those of a data set have its owner's name as the label `owner`. */
export const toLimitRules = ({ disks, google }: ClusterEnvironment, datasets: readonly Dataset[] = allDatasets) => ({
  groups: [
    {
      name: 'limits',
      rules: Object.entries({
        'taxiway:postgres_disk:bytes': toBytes(disks.postgres),
        ...(google && { 'taxiway:monthly_budget:usd': google.monthlyBudgetUsd }),
      }).map(([record, value]) => ({ record, expr: `vector(${value})` })),
    },
    {
      name: 'promises',
      rules: datasets.map(({ category, promises }) => ({
        record: 'taxiway:promised_freshness:seconds',
        expr: `vector(${freshnessSeconds(promises)})`,
        labels: { category, ...(promises?.owner && { owner: promises.owner.name }) },
      })),
    },
  ],
});
