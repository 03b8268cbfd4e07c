// BigQuery's SQL of the project against the contract's tables, by Google's own analysis: costs' and the dashboards'; dbt's and training's are
// analysed in dbt-bigquery.test.ts, as they are sent. The plan of etl is run by DuckDB or Spark on clusters, too: none of it is BigQuery's.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { allDatasets } from '../../apps/contract/categories.ts';
import { type ColumnType, isDecimal } from '../../apps/contract/column-type.ts';
import type { Dataset } from '../../apps/contract/dataset.ts';
import { toMonthlyColumns } from '../../apps/contract/derive/dbt-sources.ts';
import { dimensionsOf } from '../../apps/contract/derive/dimensions.ts';
import { bigQueryExpressions } from '../../apps/contract/derive/expression-sql.ts';
import { toFeatureQuery } from '../../apps/contract/derive/feature-query.ts';
import { viewColumns } from '../../apps/contract/derive/view-columns.ts';
import { biView } from '../../apps/contract/names.ts';
import { toJobsSql } from '../../apps/costs/jobs-sql.ts';
import { prod } from '../../charts/env/prod.ts';
import { toMonthly } from '../../charts/grafana/monthly.ts';
import { expression, withFeatures } from '../fixtures/random-expressions.ts';
import { analyze, findZetaSql } from '../fixtures/zetasql.ts';
import { toAnalysisTables } from '../fixtures/zetasql-tables.ts';

const { project } = prod.google;
const jobs = `${project}.region.jobs`;
/** As https://cloud.google.com/bigquery/docs/information-schema-jobs has them, as far as they are read. */
const jobColumns = {
  creation_time: 'TIMESTAMP',
  state: 'STRING',
  statement_type: 'STRING',
  job_type: 'STRING',
  query: 'STRING',
  labels: 'ARRAY<STRUCT<key STRING, value STRING>>',
  total_bytes_billed: 'INT64',
  total_slot_ms: 'INT64',
};
const types = {
  BIGINT: 'INT64',
  BOOLEAN: 'BOOL',
  DOUBLE: 'FLOAT64',
  VARCHAR: 'STRING',
  DATE: 'DATE',
  TIMESTAMP: 'TIMESTAMP',
} as const;

const tables = {
  [jobs]: jobColumns,
  ...toAnalysisTables(`${project}.`),
  ...Object.fromEntries(allDatasets.map((dataset) => [nameOfView(dataset), columnsOfView(dataset)])),
};

function nameOfView({ category }: Dataset): string {
  const { dataset, table } = biView(category);
  return `${project}.${dataset}.${table}`;
}

/** Figures by the monthly table, names as text. */
function columnsOfView(dataset: Dataset): Record<string, string> {
  const figures = new Map(toMonthlyColumns(dataset).map((column) => [column.name, column.data_type as keyof typeof types]));
  return Object.fromEntries(
    viewColumns(dataset).map((column) => {
      if (column.of === 'year' || column.of === 'month') return [column.name, 'INT64'];
      return [column.name, (column.of === 'column' && types[figures.get(column.column ?? '') ?? 'DOUBLE']) || 'STRING'];
    }),
  );
}

/** The analysis knows no INFORMATION_SCHEMA: its table is played by one of the same columns. */
const jobsSql = toJobsSql(project, 'EU', ['green', 'yellow']).replace(
  `\`${project}\`.\`region-eu\`.INFORMATION_SCHEMA.JOBS_BY_PROJECT`,
  `\`${jobs}\``,
);

function dashboardQueries(dataset: Dataset): Record<string, string> {
  const queries: Record<string, string> = {};
  JSON.stringify(toMonthly(dataset, prod as never), (key, value) => {
    if (key === 'rawSql') queries[`${dataset.category} ${Object.keys(queries).length}`] = value;
    return value;
  });
  return queries;
}

const classpath = findZetaSql();
describe.skipIf(classpath === undefined)('BigQuery', () => {
  const parameters = { begin: 'TIMESTAMP', end: 'TIMESTAMP', run: 'STRING', category: 'STRING' };
  const analyzeAll = (queries: Record<string, string>) => analyze(classpath as string, { tables, parameters, queries });

  test('takes every query, with the columns and types that the contract says', () => {
    const queries = { costs: jobsSql, ...Object.assign({}, ...allDatasets.map(dashboardQueries)) };
    expect(Object.keys(queries).length).toBeGreaterThan(20);
    expect(jobsSql).toContain(jobs);
    expect(analyzeAll(queries)).toEqual({});
  });

  test('takes random features', () => {
    const dataset = withFeatures(fc.sample(expression, 300));
    const relation = (name: string) => `${project}.random.${name}`;
    const types = {
      int: 'INT64',
      int32: 'INT64',
      duration: 'FLOAT64',
      double: 'FLOAT64',
      boolean: 'BOOL',
      string: 'STRING',
      date: 'DATE',
      timestamp: 'TIMESTAMP',
      instant: 'TIMESTAMP',
    } as const;
    const toColumns = (columns: readonly { name: string; type: ColumnType }[]) =>
      Object.fromEntries(columns.map(({ name, type }) => [name, isDecimal(type) ? 'BIGNUMERIC' : types[type]]));
    const dimensions = dimensionsOf([dataset]).map(({ name, columns }) => [
      relation(name),
      toColumns(Object.entries(columns).map(([column, { type }]) => ({ name: column, type }))),
    ]);
    const random = { [relation('clean')]: toColumns(dataset.columns), ...Object.fromEntries(dimensions) };
    const tableOf = ({ name }: { name: string }) => `\`${relation(name)}\``;
    const query = toFeatureQuery(dataset, bigQueryExpressions, { clean: tableOf({ name: 'clean' }), tableOf });
    // Whatever it gives, is a number or a date.
    const names = Object.entries(dataset.features ?? {}).map(([name, feature]) =>
      feature.expression.of === 'day' ? `date_add(${name}, interval 1 day)` : `sqrt(${name})`,
    );
    const queries = { query, types: `select ${names} from (${query})` };
    expect(analyze(classpath as string, { tables: random, parameters: {}, queries })).toEqual({});
  });

  test('refuses a misspelt column, a function of another engine, a wrong type', () => {
    const wrong = {
      column: jobsSql.replace('total_slot_ms', 'slot_ms_total'),
      function: `select epoch_us(lpep_pickup_datetime) from \`${project}.staging.green_clean\``,
      type: `select 1 from \`${project}.staging.green_clean\` where lpep_pickup_datetime > 1`,
    };
    expect(Object.keys(analyzeAll(wrong))).toEqual(Object.keys(wrong));
  });
});
