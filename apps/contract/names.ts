// Every name that two folders share: tables, buckets, workflows, steps, ports.

/** Datasets of the warehouse (BigQuery's datasets, DuckDB's schemas). `zones` holds the dimensions. */
export const datasets = { staging: 'staging', historical: 'historical', ml: 'ml', bi: 'bi', zones: 'zones' } as const;

export interface TableName {
  readonly dataset: string;
  readonly table: string;
}

/** Rows that keep every rule. */
export const cleanTable = (category: string): TableName => ({ dataset: datasets.staging, table: `${category}_clean` });
/** Rows that break a rule, with the rules' names. */
export const triageTable = (category: string): TableName => ({ dataset: datasets.staging, table: `${category}_triage` });
/** One row a month and combination of the summary's keys. */
export const monthlyTable = (category: string): TableName => ({ dataset: datasets.historical, table: `${category}_monthly` });
/** dbt's feature table of a model. */
export const featureTable = (category: string, model: string): TableName => ({
  dataset: datasets.ml,
  table: `dbt__ml__${category}_${model}`,
});
/** dbt's month-to-month view for dashboards. */
export const biView = (category: string): TableName => ({ dataset: datasets.bi, table: `dbt__bi__${category}_m2m` });
/** dbt's seed of a dimension. */
export const dimensionTable = ({ name }: { readonly name: string }): TableName => ({ dataset: datasets.zones, table: name });

/** Columns that the triage table has beside the category's own. */
export const triageColumns = { file: 'source_file', month: 'source_month', rules: 'broken_rules' } as const;

/** The monthly table's columns that every category has beside keys, sums and averages. */
export const monthlyColumns = { month: 'first_day_of_month', day: 'day' } as const;

/** Buckets by what they hold. On one machine they are folders of `.taxiway/buckets/`. */
export const buckets = { source: 'source', staging: 'staging', docs: 'docs', models: 'models' } as const;

/** The workflows' names, which are also the names of their WorkflowTemplates. */
export const workflows = {
  batch: 'batch',
  fullRefresh: 'full-refresh',
  backfill: 'backfill',
  freshness: 'freshness',
  lambdaIntegrationTest: 'lambda-integration-test',
  sweep: 'sweep',
} as const;

/** The path prefix of each service on the one site, locally and behind the load balancer. */
export const paths = { docs: '/docs/', predict: '/predict/' } as const;

/** Where publish and validate write in the docs bucket. */
export const docsPaths = {
  /** `validation/<category>/<YYYY-MM-01>/` holds `index.html` and `result.json` of the latest run, and a folder with those of each run. */
  validation: (category: string, runDate: string) => `validation/${category}/${runDate}`,
  /** Some of the month's rows, clean and triaged, beside `index.html`. */
  rowsOfMonth: 'rows.parquet',
  /** dbt's documentation as one page. */
  dbt: 'dbt/index.html',
  /** What the runs of a month cost: `2026-11`. */
  costs: (month: string) => `costs/${month}.html`,
  /** A page a data set, and the same as JSON, by schema-groups: schemas, their drift, what the footers say of the values. */
  schema: (category: string, extension: 'html' | 'json') => `schemas/${category}.${extension}`,
  /** A page a data set: columns, rules, tables, lineage. */
  dataset: (category: string) => `datasets/${category}.html`,
} as const;

/** Where training writes in the models bucket and the prediction service reads. */
export const modelPaths = {
  /** What serves now: `{category, version, run_id, rmse, model, features, target}`; `model` is a path beside it. */
  champion: (category: string) => `${category}/champion.json`,
} as const;

/** MLflow's name of a category's model, and the alias of the version that serves. */
export const registeredModel = (category: string, model: string) => `${category}-${model}`;
export const championAlias = 'champion';

/** Everything that runs in the cluster, by its `app.kubernetes.io/name`: its chart, its namespace and the ports that others reach. */
export const workloads = {
  'argo-controller': { component: 'argo-workflows', namespace: 'platform', ports: { metrics: 9090 } },
  'argo-server': { component: 'argo-workflows', namespace: 'platform', ports: { web: 2746 } },
  'spark-operator-controller': { component: 'spark-operator', namespace: 'platform', ports: { metrics: 8080 } },
  'spark-operator-webhook': { component: 'spark-operator', namespace: 'platform', ports: { webhook: 9443, metrics: 8080 } },
  postgres: { component: 'postgres', namespace: 'platform', ports: { postgres: 5432 } },
  'postgres-job': { component: 'postgres', namespace: 'platform', ports: {} },
  mlflow: { component: 'mlflow', namespace: 'platform', ports: { http: 5000 } },
  predict: { component: 'predict', namespace: 'platform', ports: { http: 8080 } },
  docs: { component: 'docs', namespace: 'platform', ports: { http: 8080 } },
  'load-balancer': { component: 'load-balancer', namespace: 'platform', ports: { http: 8080, https: 8443, metrics: 9113 } },
  'oauth2-proxy': { component: 'load-balancer', namespace: 'platform', ports: { http: 4180, metrics: 4181 } },
  'metrics-exporters': {
    component: 'metrics-exporters',
    namespace: 'monitoring',
    ports: { 'statsd-udp': 9125, statsd: 9102, postgres: 9187, 'kube-state': 8085 },
  },
  prometheus: { component: 'prometheus', namespace: 'monitoring', ports: { web: 9090 } },
  alertmanager: { component: 'alertmanager', namespace: 'monitoring', ports: { web: 9093 } },
  grafana: { component: 'grafana', namespace: 'monitoring', ports: { web: 3000 } },
  objects: { component: 'objects', namespace: 'platform', ports: { s3: 7070 } },
  setup: { component: 'setup', namespace: 'platform', ports: {} },
  trigger: { component: 'trigger', namespace: 'platform', ports: { http: 8080 } },
  step: { component: 'workflows', namespace: 'pipeline', ports: {} },
  training: { component: 'workflows', namespace: 'pipeline', ports: {} },
  'spark-driver': { component: 'workflows', namespace: 'pipeline', ports: { driver: 7078, blocks: 7079, jmx: 8090 } },
  'spark-executor': { component: 'workflows', namespace: 'pipeline', ports: { blocks: 7079, jmx: 8090 } },
} as const satisfies Record<string, { component: string; namespace: string; ports: Readonly<Record<string, number>> }>;
export type WorkloadName = keyof typeof workloads;

/** What only a cluster without a cloud has; their charts say their sizes. */
export const ownWorkloads = ['objects', 'setup', 'trigger'] as const satisfies WorkloadName[];
type OwnWorkload = (typeof ownWorkloads)[number];
/** All others: an environment says their sizes. */
export const sizedWorkloads = (Object.keys(workloads) as WorkloadName[]).filter(
  (name): name is Exclude<WorkloadName, OwnWorkload> => !(ownWorkloads as readonly string[]).includes(name),
);

/** Pods that a workflow or an operator makes: no chart holds their template. */
export const pipelineWorkloads = ['step', 'training', 'spark-driver', 'spark-executor'] as const satisfies WorkloadName[];

/** The ports of a workload that speak UDP; all others speak TCP. */
export const udpPorts: readonly string[] = ['statsd-udp'];

/** Disks that outlive the pods that mount them; each has the name of its PersistentVolumeClaim and its workload's namespace. */
export const claims = {
  postgres: 'postgres-data',
  prometheus: 'prometheus-data',
  alertmanager: 'alertmanager-data',
  grafana: 'grafana-data',
} as const satisfies Partial<Record<WorkloadName, string>>;
export type ClaimOwner = keyof typeof claims;
/** Disks that a cluster without a cloud has beside: its objects, and the warehouse, which pods of workflows share. */
export const ownClaims = { objects: 'objects-data', warehouse: 'warehouse-data' } as const;
/** Its own S3: the Secret with the same key pair in each namespace whose pods use it, its keys, and the region that clients sign with. */
export const ownObjects = {
  secrets: { platform: 'objects', pipeline: 'objects-of-pipeline' },
  accessKey: 'access-key',
  secretKey: 'secret-key',
  region: 'us-east-1',
} as const;
/** Who signs in at its site, and the Secret with the password as people read it. */
export const ownSite = { user: 'taxiway', secret: 'site-password', key: 'password' } as const;

/** Buckets that only the cluster has: Argo's logs and artifacts, and Postgres' backups. */
export const clusterBuckets = { artifacts: 'artifacts', backups: 'backups' } as const;

/** The databases of Postgres and their owners; the names of Secrets are `postgres-<component>`. */
export const postgresDatabases = {
  argo: { database: 'argo', user: 'argo' },
  mlflow: { database: 'mlflow', user: 'mlflow' },
} as const;
/** The role that reads Postgres' statistics, and nothing else. */
export const postgresMonitor = 'monitor';
/** The role that reads every database for the backup, where CloudNativePG keeps the administrator to itself. */
export const postgresBackup = 'backup';
/** Where MLflow's server keeps artifacts in the models bucket. */
export const mlflowArtifacts = 'mlflow';

/** The ConfigMap in the pipeline's namespace that names buckets, datasets and tables. */
export const pipelineConfigMap = 'pipeline-environment';

/** PriorityClasses, lowest first; a cluster holds one environment. */
export const priorityClasses = { batch: 'taxiway-batch', service: 'taxiway-service', platform: 'taxiway-platform' } as const;

/** Back ends of the one site: the path, the workload and port, whether the path's prefix is kept or stripped, and where it says that it is well. */
export const backEnds = {
  argo: { path: '/argo/', workload: 'argo-server', port: 'web', prefix: 'stripped', health: '/' },
  mlflow: { path: '/mlflow/', workload: 'mlflow', port: 'http', prefix: 'kept', health: '/mlflow/health' },
  grafana: { path: '/grafana/', workload: 'grafana', port: 'web', prefix: 'kept', health: '/grafana/api/health' },
  prometheus: { path: '/prometheus/', workload: 'prometheus', port: 'web', prefix: 'stripped', health: '/-/healthy' },
  docs: { path: paths.docs, workload: 'docs', port: 'http', prefix: 'stripped', health: '/healthz' },
  predict: { path: paths.predict, workload: 'predict', port: 'http', prefix: 'stripped', health: '/healthz' },
} as const satisfies Record<
  string,
  { path: string; workload: keyof typeof workloads; port: string; prefix: 'kept' | 'stripped'; health: string }
>;
export type BackEnd = keyof typeof backEnds;
/** Who answers on the one site, as its metrics name them: a back end, the pages of signing in, or the load balancer itself. */
export const siteParts: readonly string[] = [...Object.keys(backEnds), 'sign-in', 'home'];

/** What the pipeline reports over StatsD, by the name that Prometheus reads; each has the label `category`. */
export const pipelineMetrics = {
  /** Files judged, with the label `outcome`. */
  validations: 'taxiway_validations_total',
  /** Rows written, with the label `kind`. */
  rows: 'taxiway_rows_total',
  /** When dbt last built all models, in Unix seconds. */
  dbtSuccess: 'taxiway_dbt_success_timestamp_seconds',
  /** Bytes that BigQuery billed. */
  bytesBilled: 'taxiway_bytes_billed_total',
  /** Seconds that pods of a run existed. */
  podSeconds: 'taxiway_pod_seconds_total',
} as const;
export type PipelineMetric = keyof typeof pipelineMetrics;

/** The labels of each metric, in the order in which they follow its StatsD name: `taxiway.rows.green.triage`. */
export const pipelineMetricLabels: Readonly<Record<PipelineMetric, readonly string[]>> = {
  validations: ['category', 'outcome'],
  rows: ['category', 'kind'],
  dbtSuccess: ['category'],
  bytesBilled: ['category'],
  podSeconds: ['category'],
};
/** What the labels beside `category` can say. */
export const pipelineLabelValues = { outcome: ['passed', 'refused'], kind: ['clean', 'triage'] } as const;
/** Counters that Prometheus records for itself and that start at 0 with each start of their program, with its labels and `pod`. */
export const lastingCounters = {
  validations: 'taxiway:validations:total',
  rows: 'taxiway:rows:total',
  bytesBilled: 'taxiway:bytes_billed:total',
  podSeconds: 'taxiway:pod_seconds:total',
  workflowsEnded: 'taxiway:workflows_ended:total',
  sparkSucceeded: 'taxiway:spark_applications_succeeded:total',
  sparkFailed: 'taxiway:spark_applications_failed:total',
  sparkNotSubmitted: 'taxiway:spark_applications_not_submitted:total',
  sparkExecutorsFailed: 'taxiway:spark_executors_failed:total',
} as const;
/** What Prometheus remembers of `dbtSuccess`. */
export const lastDbtSuccess = 'taxiway:dbt_success:timestamp_seconds';
/** The parts of a metric's StatsD name; the labels' values in their order. */
export const statsdName = (metric: PipelineMetric, ...values: readonly string[]): readonly string[] => [
  'taxiway',
  metric,
  ...values,
];
/** The variable that holds `host:port` of whoever takes StatsD; without it nothing is sent. */
export const statsdVariable = 'STATSD_ADDRESS';

/** The label that every object of ours carries as `app.kubernetes.io/part-of`. */
export const partOf = 'taxiway';

/** Annotations of what is in the cluster for an object of a bucket. `submitted` is `true` on its Lease once its workflow has been made. */
export const objectAnnotations = {
  bucket: `${partOf}/bucket`,
  key: `${partOf}/key`,
  submitted: `${partOf}/submitted`,
} as const;

/** Where Spark's image has its files. */
export const sparkImage = {
  runner: '/app/runner.py',
  jmxAgent: '/app/jmx-agent.jar',
  jmxConfig: '/app/jmx.yaml',
  metrics: '/app/metrics.properties',
} as const;
/** Folder of the staging bucket in which Spark keeps what its history server shows; Spark does not make it. */
export const sparkEvents = 'spark-events';

/** Labels of BigQuery's jobs, by which their cost is found. */
export const jobLabels = { run: 'run', category: 'category', step: 'step', table: 'table' } as const;

/** Labels of a run, by which it is found, in the archive too: what its parameters of these names say. */
export const runLabels = { category: 'taxiway/category', run_date: 'taxiway/run-date' } as const;

/** The label by which what a step makes in the cluster names its Workflow. */
export const workflowLabel = 'taxiway/workflow';
