// Where the steps of a run meet: locations in the buckets and the arguments that several steps share.
import { toPath } from '../apps/platform/uri.ts';
import type { Environment } from './environment.ts';
import { path, runCreatedAt, runName, type Text, text, uri } from './expressions.ts';

/** Folder of a category's files, as the transfer step leaves them. */
export const stagedFolder = ({ buckets }: Environment, category: Text<'category'>) => uri`${buckets.staging}${category}/`;
/** What has been loaded, a file a month: `<category>/<YYYY-MM-01>.json`. */
export const recordsFolder = ({ buckets }: Environment) => uri`${buckets.staging}months/`;

/** Footers of a category's files that schema-groups has read, by version. */
export const footerCache = ({ buckets }: Environment, category: Text<'category'>) =>
  uri`${buckets.staging}footers/${category}.jsonl`;

/** The folder that the steps of one run exchange files in. A batch may be one of many in a run, so its month is part of the name. */
export const runPart = (runDate?: Text<'month'>): Text<'text'> => (runDate ? text`${runName}/${runDate}` : runName);
export const runFile = ({ buckets }: Environment, part: Text, name: string) => uri`${buckets.staging}runs/${part}/${name}`;

/** What validate writes of the months of a run, for their records. */
export const judgedMonths = (environment: Environment, part: Text) => runFile(environment, part, 'months.json');

/** What validate takes beside its files. The report of each run has a folder of its own. */
export const validation = (environment: Environment, { category, part }: { category: Text<'category'>; part: Text }) => ({
  suite: text`expectations/${category}.json`,
  category,
  asOf: runCreatedAt,
  report: uri`${environment.buckets.docs}validation/${category}/`,
  run: runName,
  months: judgedMonths(environment, part),
});

/** A DuckDB file by its path, BigQuery by its URI and the location of its datasets: what Python steps take. */
const toWarehouseFlags = ({ cluster }: Environment, warehouse: string) => ({
  warehouse: path`${warehouse.startsWith('file:') ? toPath(warehouse) : warehouse}`,
  ...(cluster?.bigQuery && { location: text`${cluster.bigQuery.location}` }),
});
/** Where dbt builds, with what its jobs in BigQuery are labelled, or where it leaves a copy of the file for those who read. */
export const warehouseOfDbt = (environment: Environment) => ({
  ...toWarehouseFlags(environment, environment.warehouse),
  ...(environment.cluster?.bigQuery && { run: runName }),
  ...(environment.snapshot !== undefined && { snapshot: path`${toPath(environment.snapshot)}` }),
});
/** What training reads: never a DuckDB file that others may write. */
export const warehouseOfTraining = (environment: Environment) =>
  toWarehouseFlags(environment, environment.snapshot ?? environment.warehouse);
export const dbtFolder = (environment: Environment, part: Text) => runFile(environment, part, 'dbt');
export const modelsFolder = ({ buckets }: Environment) => uri`${buckets.models}`;

/** What the tables of a run hold, as etl or Spark has written it. */
export const filledFile = 'filled.json';
/** The tables of a run as Parquet, from where they are loaded into the warehouse. */
export const lake = (environment: Environment, part: Text) => ({
  tables: runFile(environment, part, 'tables/'),
  filled: runFile(environment, part, filledFile),
});
/** Where etl's rows go: on one machine into the warehouse, in a cluster into Parquet tables. */
export const destinationFlags = (environment: Environment, part: Text) =>
  environment.cluster === undefined ? { warehouse: uri`${environment.warehouse}` } : lake(environment, part);

/** What two runs must not change at the same time: a category's tables, or the whole of a DuckDB file that runs share. */
export const tablesOf = ({ cluster }: Environment, category: Text<'category'>) =>
  cluster && !cluster.bigQuery ? text`warehouse` : text`tables-${category}`;
export const modelOf = (category: Text<'category'>) => text`model-${category}`;
