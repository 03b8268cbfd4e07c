// Every name that two folders share: tables, buckets, workflows, steps, ports.

/** Datasets of the warehouse (BigQuery's datasets, DuckDB's schemas). */
export const datasets = { staging: 'staging', historical: 'historical', ml: 'ml', bi: 'bi', zones: 'zones' } as const;

export interface TableName {
  readonly dataset: string;
  readonly table: string;
}

/** Trips that keep every rule. */
export const cleanTable = (category: string): TableName => ({ dataset: datasets.staging, table: `${category}_clean` });
/** Trips that break a rule, with the rules' names. */
export const triageTable = (category: string): TableName => ({ dataset: datasets.staging, table: `${category}_triage` });
/** One row a month and combination of vendor, payment, flag and zones. */
export const monthlyTable = (category: string): TableName => ({ dataset: datasets.historical, table: `${category}_monthly` });
/** dbt's feature table of the fare model. */
export const featureTable = (category: string): TableName => ({ dataset: datasets.ml, table: `dbt__ml__${category}_fare` });
/** dbt's month-to-month view for dashboards. */
export const biView = (category: string): TableName => ({ dataset: datasets.bi, table: `dbt__bi__${category}_m2m` });
/** dbt's seed of taxi zones. */
export const zonesTable: TableName = { dataset: datasets.zones, table: 'taxi_zones' };

/** Columns that the triage table has beside the category's own. */
export const triageColumns = { file: 'source_file', month: 'source_month', rules: 'broken_rules' } as const;

/** The monthly table's columns that every category has beside keys, sums and averages. */
export const monthlyColumns = {
  month: 'first_day_of_month',
  trips: 'trip_count',
  minutes: 'avg_duration_minutes',
  hours: 'total_duration_hours',
  busiestHour: 'busiest_hour_of_day',
} as const;

/** Buckets by what they hold. On one machine they are folders of `.taxiway/buckets/`. */
export const buckets = { source: 'source', staging: 'staging', docs: 'docs', models: 'models' } as const;

/** The workflows' names, which are also the names of their WorkflowTemplates. */
export const workflows = { batch: 'batch', fullRefresh: 'full-refresh' } as const;

/** The path prefix of each service on the one site, locally and behind the load balancer. */
export const paths = { docs: '/docs/', predict: '/predict/' } as const;

/** Where publish and validate write in the docs bucket. */
export const docsPaths = {
  /** `validation/<category>/<YYYY-MM-01>/` holds `index.html` and `result.json`. */
  validation: (category: string, runDate: string) => `validation/${category}/${runDate}`,
  /** dbt's documentation as one page. */
  dbt: 'dbt/index.html',
  /** A page a data set: columns, rules, tables, lineage. */
  dataset: (category: string) => `datasets/${category}.html`,
} as const;

/** Where training writes in the models bucket and the prediction service reads. */
export const modelPaths = {
  /** What serves now: `{category, version, run_id, rmse, model, features, target}`; `model` is a path beside it. */
  champion: (category: string) => `${category}/champion.json`,
} as const;

/** MLflow's registered model of a category, and the alias of the version that serves. */
export const registeredModel = (category: string) => `${category}-fare`;
export const championAlias = 'champion';
