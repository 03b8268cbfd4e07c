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

/** What the Python steps take: a DuckDB file by its path; BigQuery keeps its URI, and says where its datasets are. */
export const pythonWarehouse = ({ warehouse, cluster }: Environment) => ({
  warehouse: path`${warehouse.startsWith('file:') ? toPath(warehouse) : warehouse}`,
  ...(cluster && { location: text`${cluster.location}` }),
});
/** The run that dbt's jobs in BigQuery are labelled with. */
export const jobsOfRun = ({ cluster }: Environment) => cluster && { run: runName };
export const dbtFolder = (environment: Environment, part: Text) => runFile(environment, part, 'dbt');
export const modelsFolder = ({ buckets }: Environment) => uri`${buckets.models}`;

/** What the tables of a run hold, as etl or Spark has written it. */
export const filledFile = 'filled.json';
/** The tables of a run as Parquet, from where they are loaded into BigQuery. */
export const lake = (environment: Environment, part: Text) => ({
  tables: runFile(environment, part, 'tables/'),
  filled: runFile(environment, part, filledFile),
});
/** Where etl's rows go: on one machine into the warehouse, in a cluster into Parquet tables. */
export const destinationFlags = (environment: Environment, part: Text) =>
  environment.cluster === undefined ? { warehouse: uri`${environment.warehouse}` } : lake(environment, part);

/** What two runs must not change at the same time. */
export const tablesOf = (category: Text<'category'>) => text`tables-${category}`;
export const modelOf = (category: Text<'category'>) => text`model-${category}`;
