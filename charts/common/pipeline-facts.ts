// What the pipeline's pods read at run time: buckets, datasets and tables, from the contract and the environment.
import { allDatasets } from '../../apps/contract/categories.ts';
import { type Dataset, isModelled } from '../../apps/contract/dataset.ts';
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

const tables = (dataset: Dataset): [key: string, table: TableName][] => [
  ['CLEAN', cleanTable(dataset.category)],
  ['TRIAGE', triageTable(dataset.category)],
  ['MONTHLY', monthlyTable(dataset.category)],
  ...(isModelled(dataset) ? [['FEATURES', featureTable(dataset.category, dataset.model.name)] as [string, TableName]] : []),
  ['BI', biView(dataset.category)],
];

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
      allDatasets.flatMap((dataset) =>
        tables(dataset).map(([key, table]) => [
          `${dataset.category.toUpperCase().replaceAll('-', '_')}_${key}_TABLE`,
          toTable(table),
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
