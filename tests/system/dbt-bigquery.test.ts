// The dbt step on BigQuery: dbt itself and Google's own client against a strict stand-in; what it sends is analysed by Google's own analysis of SQL.
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { allDatasets } from '../../apps/contract/categories.ts';
import { isModelled } from '../../apps/contract/dataset.ts';
import { biView, dimensionTable, featureTable, jobLabels } from '../../apps/contract/names.ts';
import { taxiZones } from '../../apps/contract/taxi-zones.ts';
import { toLabelValue } from '../../apps/platform/bigquery-warehouse.ts';
import { ensurePythonEnvironment } from '../../workflows/python-env.ts';
import { type DbtStandIn, location, prefix, project, run, startDbtBigQuery } from '../fixtures/bigquery-dbt.ts';
import type { SentQuery } from '../fixtures/bigquery-python-jobs.ts';
import type { ProgramEnd } from '../fixtures/run-program.ts';
import { analyze, findZetaSql } from '../fixtures/zetasql.ts';
import { toAnalysisTables } from '../fixtures/zetasql-tables.ts';

let folder: string;
let bigQuery: DbtStandIn;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dbt-bigquery-'));
  bigQuery = await startDbtBigQuery(folder);
});
afterEach(async () => {
  await bigQuery.stop();
  await rm(folder, { recursive: true, force: true });
});

const full = (category: string) => ['--category', category, '--full-refresh'];
const month = (category: string) => ['--category', category, '--run-date', '2024-02-01'];
const lastLine = ({ stderr }: ProgramEnd) => stderr.trim().split('\n').at(-1);
const place = `${project}.${prefix}`;
const withoutComment = ({ sql }: SentQuery) => sql.replace(/^\/\*.*?\*\/\s*/s, '');

/** The lists of a dataset's tables and columns, which the analysis does not know, by tables of the same columns. */
const catalogTables = {
  __TABLES__: 'project_id dataset_id table_id size_bytes:INT64 row_count:INT64 type:INT64',
  MATERIALIZED_VIEWS: 'table_catalog table_schema table_name',
  TABLE_OPTIONS: 'table_catalog table_schema table_name option_name option_value',
  COLUMNS:
    'table_catalog table_schema table_name column_name ordinal_position:INT64 is_partitioning_column clustering_ordinal_position:INT64',
  COLUMN_FIELD_PATHS: 'table_catalog table_schema table_name column_name field_path data_type description',
};
const toColumns = (list: string) =>
  Object.fromEntries(list.split(' ').map((column) => [column.split(':')[0], column.split(':')[1] ?? 'STRING']));
const tables = {
  ...toAnalysisTables(place),
  ...Object.fromEntries(Object.entries(catalogTables).map(([name, list]) => [`${project}.catalog.${name}`, toColumns(list)])),
};
const toAnalysable = ({ sql }: SentQuery) =>
  sql.replace(
    /`([^`]+)`\.`\w+`\.(?:INFORMATION_SCHEMA\.(\w+)|(__TABLES__))/g,
    (_, of, view, list) => `\`${of}.catalog.${view ?? list}\``,
  );

describe('a full refresh, then a month', () => {
  let history: DbtStandIn;
  let first: ProgramEnd;
  let home: string;
  const merges = () => history.state.queries.map(withoutComment).filter((sql) => /\bmerge into\b/i.test(sql));
  const ofCategory = (category: string) => history.state.queries.filter(({ labels }) => labels[jobLabels.category] === category);

  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), 'dbt-bigquery-'));
    history = await startDbtBigQuery(home);
    // What passes by itself costs no run.
    history.faults.push(
      { on: /^GET datasets\/\w+\/tables$/, how: { status: 503, reason: 'backendError', message: 'Visibility check' }, times: 1 },
      { on: /^POST jobs$/, how: { status: 429, reason: 'rateLimitExceeded', message: 'Exceeded rate limits' }, times: 1 },
    );
    history.failures.push({ on: /place_1\.`longitude` is null\s+or/, rows: 7 });
    first = await history.run(full('green'));
    for (const args of [month('green'), month('green'), full('yellow'), month('yellow'), full('bikes')]) {
      const { code, stderr } = await history.run(args);
      expect(code, stderr).toBe(0);
    }
  });
  afterAll(async () => {
    await history.stop();
    await rm(home, { recursive: true, force: true });
  });

  test('builds the models, counts what its tests find, and writes the documentation', async () => {
    expect([first.code, lastLine(first)]).toEqual([0, expect.any(String)]);
    expect(first.result).toMatchObject({
      category: 'green',
      models: expect.arrayContaining([biView('green').table, featureTable('green', 'fare').table]),
      testsFailed: 0,
      testsWarned: 1,
      rowsLeftOut: 7,
    });
    expect(history.faults.map(({ times }) => times)).toEqual([0, 0]);
    expect(await readFile(join(home, 'docs', 'index.html'), 'utf8')).toContain(featureTable('green', 'fare').table);
  });

  test('replaces exactly its month, in one statement that is the same each time', () => {
    const [one = '', again, yellow, ...more] = merges();
    expect([again, more]).toEqual([one, []]);
    expect(yellow).toContain('dbt__ml__yellow_fare');
    expect(one).toMatch(/date_trunc\(dbt_internal_dest\.date, month\) in \(\s*date '2024-02-01'\s*\)\s*then delete/i);
    expect(one).toContain(
      "`lpep_pickup_datetime` >= timestamp '2024-02-01' and clean.`lpep_pickup_datetime` < timestamp '2024-03-01'",
    );
  });

  test('never takes a table away: even the seed is replaced in one job', () => {
    const zones = { table: `${prefix}${Object.values(dimensionTable(taxiZones)).join('.')}`, disposition: 'WRITE_TRUNCATE' };
    expect(history.state.uploads).toEqual(Array(5).fill(expect.objectContaining(zones)));
    expect(history.calls.filter((call) => /^(DELETE|PUT|PATCH)/.test(call) && call !== 'PUT upload/jobs')).toEqual([]);
    expect(history.state.queries.filter((query) => /^drop/i.test(withoutComment(query)))).toEqual([]);
  });

  test('says of each job whose it is, by labels and by the comment that the costs step reads', () => {
    const sent = ['green', 'yellow', 'bikes'].map((category) => ofCategory(category).length);
    expect(sent.reduce((sum, count) => sum + count)).toBe(history.state.queries.length);
    for (const { sql, labels } of history.state.queries) {
      const ours = { [jobLabels.run]: toLabelValue(run), [jobLabels.step]: 'dbt' };
      expect(labels).toMatchObject(ours);
      expect(JSON.parse(/^\s*\/\*\s*(\{[^*]*\})\s*\*\//.exec(sql)?.[1] ?? '')).toMatchObject(ours);
    }
  });

  const classpath = findZetaSql();
  test.skipIf(classpath === undefined)('sends statements that BigQuery takes, with the columns and types of the contract', () => {
    const sent = history.state.queries.map(toAnalysable);
    expect(sent.length).toBeGreaterThan(150);
    const read = allDatasets
      .filter(isModelled)
      .filter(({ category }) => ofCategory(category).length > 0)
      .map(
        ({ category, features = {}, model }) =>
          `select ${Object.keys(features).map((name) => `\`${name}\``)}, date_add(\`date\`, interval 1 day), sqrt(${model.target}) from \`${place}ml.${featureTable(category, model.name).table}\``,
      );
    const wrong = sent
      .find((sql) => /create or replace table.*_fare/.test(sql))
      ?.replace('trip_distance', 'trip_length') as string;
    const queries = Object.fromEntries([...sent, ...read, wrong].map((sql, index) => [`${index}: ${sql}`, sql]));
    const errors = analyze(classpath as string, { tables, parameters: {}, queries });
    expect(Object.values(errors)).toEqual([expect.stringContaining('trip_length')]);
  });
});

test('a data test that finds rows is an outcome that names it', async () => {
  bigQuery.failures.push({ on: /accepted_values_staging_green_clean_VendorID/, rows: 3 });
  const end = await bigQuery.run(full('green'));
  expect(end.code, end.stderr).toBe(1);
  expect(lastLine(end)).toMatch(/^dbt: green: 1 data tests failed: \S*VendorID\S* \(3 rows\); /);
  expect(end.result).toMatchObject({ testsFailed: 1 });
});

const jobErrors = [
  [75, 403, 'quotaExceeded', 'Quota exceeded: Your project exceeded quota for free query bytes scanned.', 'try again later'],
  [75, 503, 'backendError', 'Error encountered during execution. Retrying may solve the problem.', 'try again later'],
  [
    2,
    403,
    'accessDenied',
    `Access Denied: Dataset ${project}:${prefix}bi: Permission bigquery.tables.create denied`,
    'that role',
  ],
] as const;
test.each(jobErrors)('a job that ends in error is exit %i: %i %s', async (code, status, reason, message, advice) => {
  bigQuery.state.jobErrors.push({ on: /create or replace view/, status, reason, message });
  const end = await bigQuery.run(full('green'));
  expect([end.code, lastLine(end)]).toEqual([code, expect.stringContaining(message)]);
  expect(lastLine(end)).toMatch(new RegExp(`^dbt: ${biView('green').table}: .*${advice}`));
  expect(end.result).toMatchObject({ category: 'green' });
});

test('what can be said before anything runs', async () => {
  const refuse = (status: number, reason: string, message: string) =>
    bigQuery.faults.splice(0, 9, { on: /^GET datasets/, how: { status, reason, message }, times: 1 });
  const ends: (number | string | null | undefined)[][] = [];
  const say = async (changed?: Parameters<DbtStandIn['run']>[1]) => {
    const end = await bigQuery.run(full('green'), changed);
    ends.push([end.code, lastLine(end)]);
  };
  refuse(403, 'accessDenied', 'Access Denied: Permission bigquery.tables.list denied on dataset');
  await say();
  refuse(429, 'quotaExceeded', 'Quota exceeded: too many requests');
  await say();
  bigQuery.faults.splice(0, 9);
  bigQuery.state.datasets.delete(`${prefix}staging`);
  await say();
  await say({ warehouse: 'bigquery://taxiway-test/Prefix' });
  await say({ location: 'EU; drop' });
  const uri = `bigquery://${project}/${prefix}`;
  expect(ends).toEqual([
    [2, expect.stringMatching(`^dbt: ${uri}: looking for tables: 403 Access Denied: .*; the pod's account needs that role`)],
    [75, `dbt: ${uri}: looking for tables: 429 Quota exceeded: too many requests; try again later`],
    [2, `dbt: ${uri}: no table ${prefix}staging.green_clean, ${prefix}staging.green_triage; run the etl step for green first`],
    [2, 'dbt: --warehouse "bigquery://taxiway-test/Prefix": expected bigquery://project/ or bigquery://project/prefix_'],
    [2, `dbt: --location "EU; drop": expected BigQuery's location, such as ${location} or EU`],
  ]);
  expect(bigQuery.state.queries).toEqual([]);
});

test('one machine has no client of BigQuery, and says so before anything runs', async () => {
  const end = await bigQuery.run(full('green'), { python: await ensurePythonEnvironment('dbt') });
  expect([end.code, end.stderr]).toEqual([
    2,
    `dbt: bigquery://${project}/${prefix}: this Python lacks dbt-bigquery; run the image of apps/dbt, or install apps/dbt/image-requirements.txt\n`,
  ]);
});

test('another location than that of the datasets, and no sign-in, are wrong usage', async () => {
  const elsewhere = await bigQuery.run(full('green'), { location: 'us-east1' });
  expect([elsewhere.code, lastLine(elsewhere)]).toEqual([2, expect.stringContaining('check --warehouse and --location')]);
  Object.assign(bigQuery.env, { GOOGLE_APPLICATION_CREDENTIALS: join(folder, 'nowhere.json') });
  const end = await bigQuery.run(full('green'));
  expect([end.code, lastLine(end)]).toEqual([2, expect.stringContaining('run in a pod with Workload Identity')]);
});
