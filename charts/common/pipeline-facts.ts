// What the pipeline's pods read at run time: buckets, datasets and tables, from the contract and the environment.
import { allDatasets } from '../../apps/contract/categories.ts';
import { dimensionsOf } from '../../apps/contract/derive/dimensions.ts';
import {
  biView,
  buckets,
  cleanTable,
  datasets,
  dimensionTable,
  featureTable,
  monthlyTable,
  type TableName,
  triageTable,
} from '../../apps/contract/names.ts';
import { ownWarehouse, toBucketUri } from '../constructs/data-places.ts';
import type { ClusterEnvironment } from '../env/environment.ts';

const tables = { CLEAN: cleanTable, TRIAGE: triageTable, MONTHLY: monthlyTable, FEATURES: featureTable, BI: biView } as const;

/** Variables and their values, such as `YELLOW_CLEAN_TABLE: project.staging.yellow_clean`. */
export function toPipelineFacts(env: ClusterEnvironment): Record<string, string> {
  const { google } = env;
  const toTable = ({ dataset, table }: TableName) =>
    google ? `${google.project}.${google.datasetPrefix}${dataset}.${table}` : `${dataset}.${table}`;
  return {
    ...(google
      ? { PROJECT: google.project, REGION: google.region, WAREHOUSE_LOCATION: google.warehouseLocation }
      : { WAREHOUSE: ownWarehouse.file, SNAPSHOT: ownWarehouse.snapshot }),
    ENGINE: env.engine,
    ...mapKeys(buckets, (key) => [`${key}_BUCKET`, toBucketUri(env, key)]),
    ...mapKeys(datasets, (key) => [`${key}_DATASET`, `${google?.datasetPrefix ?? ''}${datasets[key]}`]),
    ...Object.fromEntries(
      allDatasets.flatMap(({ category }) =>
        Object.entries(tables).map(([key, of]) => [
          `${category.toUpperCase().replaceAll('-', '_')}_${key}_TABLE`,
          toTable(of(category)),
        ]),
      ),
    ),
    ...Object.fromEntries(
      dimensionsOf(allDatasets).map((dimension) => [`${dimension.name.toUpperCase()}_TABLE`, toTable(dimensionTable(dimension))]),
    ),
  };
}

function mapKeys<Key extends string>(record: Readonly<Record<Key, unknown>>, toEntry: (key: Key) => [string, string]) {
  return Object.fromEntries(
    (Object.keys(record) as Key[]).map((key) => {
      const [name, value] = toEntry(key);
      return [name.toUpperCase(), value];
    }),
  );
}
