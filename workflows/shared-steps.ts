// Steps that several workflows end with: documentation, the prediction service's restart, and what happens on exit.
import { allDatasets } from '../apps/contract/categories.ts';
import { type Dataset, isModelled } from '../apps/contract/dataset.ts';
import { type Step, step } from './define-workflow.ts';
import type { Environment } from './environment.ts';
import {
  type Condition,
  differs,
  equals,
  json,
  number,
  runCreatedAt,
  runFailureCount,
  runFailures,
  runName,
  runStatus,
  type Text,
  text,
  uri,
} from './expressions.ts';
import { programs } from './programs.ts';
import { filledFile, lake, runFile, tablesOf } from './run-files.ts';
import { toSparkSpec } from './spark-application.ts';

export const publishStep = (environment: Environment, of: { category: Text<'category'>; part: Text; after: Step }) =>
  step('publish', programs.publish, {
    args: { category: of.category, dbt: runFile(environment, of.part, 'dbt/'), docs: uri`${environment.buckets.docs}` },
    after: [of.after],
    deadlineMinutes: 30,
  });

/** In DuckDB the etl step makes its tables by itself; BigQuery's are made and changed as the contract says, before they are loaded. */
export const defineTablesSteps = ({ cluster, warehouse }: Environment, category: Text<'category'>): Step[] =>
  cluster?.bigQuery === undefined
    ? []
    : [
        step('tables', programs.defineTables, {
          args: { category, warehouse: uri`${warehouse}`, location: text`${cluster.bigQuery.location}` },
          deadlineMinutes: 15,
        }),
      ];

/** Leaves a step out for the data sets without a model. No condition where each has one. */
export const modelOnly = (category: Text<'category'>, datasets: readonly Dataset[] = allDatasets): Condition[] =>
  datasets.filter((dataset) => !isModelled(dataset)).map((dataset) => differs(category, dataset.category));

/**
 * On one machine the etl step fills the warehouse, whatever the engine. In a cluster the tables of the run are in the bucket: etl has written them,
 * or Spark does by the plan that etl has written; the last of these steps loads them into the warehouse.
 */
export function loadSteps(
  environment: Environment,
  {
    category,
    part,
    runDate,
    name,
    engine,
    etl,
    define,
    sparkMinutes,
  }: {
    category: Text<'category'>;
    part: Text;
    /** Of one month; all months when left out. */
    runDate?: Text<'month'>;
    /** Of the job: the same for each try of the step. */
    name: Text<'text'>;
    engine: Text<'text'>;
    etl: Step;
    define: readonly Step[];
    sparkMinutes: number;
  },
): Step[] {
  const { cluster, warehouse } = environment;
  if (cluster === undefined) return [];
  const inBucket = (file: string) => json`${cluster.spark.staging}runs/${part}/${file}`;
  const spark = step('spark', programs.sparkJob, {
    args: {
      namespace: text`${cluster.namespaces.pipeline}`,
      workflow: runName,
      name,
      category,
      spec: json`${JSON.stringify(toSparkSpec(cluster.spark))}`,
      arguments: json`["--plan","${inBucket('plan.json')}","--result","${inBucket(filledFile)}"]`,
      report: runFile(environment, part, filledFile),
    },
    after: [etl],
    when: equals(engine, 'spark'),
    mutex: tablesOf(environment, category),
    deadlineMinutes: sparkMinutes,
  });
  const load = step('load', programs.load, {
    args: {
      category,
      ...(runDate && { runDate }),
      ...lake(environment, part),
      warehouse: uri`${warehouse}`,
      ...(cluster.bigQuery && { location: text`${cluster.bigQuery.location}`, run: runName }),
    },
    after: [etl, ...define],
    afterUnlessSkipped: [spark],
    mutex: tablesOf(environment, category),
    deadlineMinutes: 120,
  });
  return [spark, load];
}

/** On one machine the service looks for a new champion by itself; in a cluster its Deployment restarts, and waits until it serves. */
export const refreshSteps = (
  { cluster }: Environment,
  category: Text<'category'>,
  training: Step & { readonly outputs: { readonly version: Text<'text'>; readonly promoted: Text<'boolean'> } },
): Step[] =>
  cluster === undefined
    ? []
    : [
        step('refresh', programs.refresh, {
          args: {
            namespace: text`${cluster.namespaces.platform}`,
            deployment: text`${cluster.predict}`,
            champion: text`${category}-${training.outputs.version}`,
          },
          when: equals(training.outputs.promoted, 'true'),
          deadlineMinutes: 15,
        }),
      ];

/** Tells how the run ended; in a cluster also proves that no Spark pod of it remains. */
export function exitSteps(environment: Environment, workflow: string, category?: Text<'category'>): Step[] {
  const { cluster } = environment;
  const finish = step('finish', programs.finish, {
    args: {
      workflow: text`${workflow}`,
      run: runName,
      status: runStatus,
      failures: runFailures,
      failureCount: runFailureCount,
      ...(category && { category }),
      ...(cluster && {
        alerts: uri`${cluster.alerts}`,
        link: uri`${cluster.site}/argo/workflows/${cluster.namespaces.pipeline}/${runName}`,
      }),
    },
    deadlineMinutes: 5,
  });
  if (cluster === undefined) return [finish];
  const costs = category && cluster.bigQuery ? [costsStep(environment, { ...cluster, ...cluster.bigQuery }, category)] : [];
  const sparkGone = step('spark-gone', programs.proveSparkGone, {
    args: { namespace: text`${cluster.namespaces.pipeline}`, workflow: runName },
    // Costs reads the Spark applications that this removes.
    afterEndOf: costs,
    deadlineMinutes: 10,
  });
  return [...costs, sparkGone, finish];
}

/** What the run has cost so far: BigQuery's jobs by their labels, and the seconds of its pods. */
const costsStep = (
  { buckets, warehouse }: Environment,
  {
    namespaces,
    location,
    runBudgetUsd,
  }: Pick<NonNullable<Environment['cluster']>, 'namespaces'> & NonNullable<NonNullable<Environment['cluster']>['bigQuery']>,
  category: Text<'category'>,
) =>
  step('costs', programs.costRun, {
    args: {
      category,
      run: runName,
      namespace: text`${namespaces.pipeline}`,
      from: runCreatedAt,
      warehouse: uri`${warehouse}`,
      location: text`${location}`,
      records: uri`${buckets.staging}costs/`,
      budgetUsd: number`${String(runBudgetUsd)}`,
    },
    deadlineMinutes: 10,
  });
