// Training as in a cluster: Google's own client against a strict stand-in of BigQuery, and MLflow's real server. The same rows train the same model
// as in DuckDB, in whatever order they come.
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { green } from '../../apps/contract/green.ts';
import { featureTable, jobLabels } from '../../apps/contract/names.ts';
import { ensurePythonEnvironment } from '../../workflows/python-env.ts';
import type { SentQuery } from '../fixtures/bigquery-python-jobs.ts';
import { type PythonStandIn, startPythonBigQuery } from '../fixtures/bigquery-python-stand-in.ts';
import { type MlflowServer, startMlflow } from '../fixtures/mlflow-server.ts';
import type { ProgramEnd } from '../fixtures/run-program.ts';
import { runPython } from '../fixtures/run-python.ts';
import { analyze, findZetaSql } from '../fixtures/zetasql.ts';

const project = 'taxiway-test';
const { dataset, table } = featureTable('green', 'fare');
const names = Object.keys(green.features ?? {});
const numbers = names.filter((name) => name !== 'date');
const remote = ['--warehouse', `bigquery://${project}/trial_`, '--location', 'europe-west1'];
let folder: string;
let bigQuery: PythonStandIn;
let mlflow: MlflowServer;
/** Each row's values by the columns of `names`, as BigQuery writes them. */
let rows: (string | null)[][];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ml-bigquery-'));
  rows = await makeWarehouse(join(folder, 'warehouse.duckdb'));
  bigQuery = await startPythonBigQuery({ project, location: 'europe-west1', mostRowsAPage: 170, answerQuery });
  mlflow = await startMlflow(join(folder, 'server'));
  bigQuery.state.datasets.add(`trial_${dataset}`);
  const fields = names.map((name) => ({ name, type: name === 'date' ? 'DATE' : 'FLOAT' }));
  bigQuery.state.tables.set(`trial_${dataset}.${table}`, { type: 'TABLE', fields });
});
afterAll(async () => {
  await bigQuery?.stop();
  await mlflow?.stop();
  await rm(folder, { recursive: true, force: true });
});

/** Two months of trips; some have no fare, an infinite distance or values that only 17 digits tell apart. */
async function makeWarehouse(file: string): Promise<(string | null)[][]> {
  const others = numbers
    .filter((name) => !['trip_distance', 'fare_amount'].includes(name))
    .map((name, place) => `((i * ${7 + place}) % 101) / 7.0 AS "${name}"`);
  const instance = await DuckDBInstance.create(file);
  const connection = await instance.connect();
  await connection.run(`CREATE SCHEMA ${dataset}`);
  await connection.run(`CREATE TABLE ${dataset}.${table} AS SELECT ${names.map((name) => `"${name}"`)} FROM (
    SELECT DATE '2024-01-01' + (i % 60)::INTEGER AS date, ${others},
      CASE WHEN i % 211 = 0 THEN 'Infinity'::DOUBLE ELSE (i % 397) / 20.0 END AS trip_distance,
      CASE WHEN i % 97 <> 0 THEN 3 + 2.5 * ((i % 397) / 20.0) END AS fare_amount FROM range(2000) AS numbers(i))`);
  const found = await connection.runAndReadAll(
    `SELECT ${names.map((name) => `"${name}"`)} FROM ${dataset}.${table} ORDER BY hash(trip_distance, day_of_month)`,
  );
  connection.closeSync();
  instance.closeSync();
  return found.getRows().map((row) => row.map((value) => (value === null ? null : String(value))));
}

function answerQuery({ sql, parameters }: SentQuery) {
  const month = parameters.month?.slice(0, 7) ?? '';
  const dateOf = (row: (string | null)[]) => row[names.indexOf('date')] ?? '';
  const isEarlier = sql.includes('`date` < @month');
  const ofMonth = rows.filter((row) => (isEarlier ? dateOf(row) < month : dateOf(row).startsWith(month)));
  const chosen = ofMonth.filter((row) => !row.includes(null) && !row.includes('Infinity'));
  const toFields = (all: readonly string[], type: string) => all.map((name) => ({ name, type: name === 'date' ? 'DATE' : type }));
  if (sql.includes('COUNTIF('))
    return {
      fields: toFields(['bucket', 'trips', 'left_out'], 'INTEGER'),
      rows: [['9', String(chosen.length), String(ofMonth.length - chosen.length)]],
    };
  const asked = [...(/^SELECT (.*?) FROM/.exec(sql)?.[1] ?? '').matchAll(/`(\w+)`(?=,|$)/g)].map(([, name]) => name as string);
  return { fields: toFields(asked, 'FLOAT'), rows: chosen.map((row) => asked.map((name) => row[names.indexOf(name)] ?? null)) };
}

async function learn(
  place: 'here' | 'there',
  file: string,
  args: readonly string[],
  { tracking = mlflow.url, python }: { tracking?: string; python?: string } = {},
): Promise<ProgramEnd> {
  const store = place === 'here' ? join(folder, 'mlflow') : tracking;
  const own = ['--tracking', store, '--models', join(folder, place, 'models')];
  const env = { HOME: folder, MLFLOW_HTTP_REQUEST_MAX_RETRIES: '1', ...bigQuery.env };
  return runPython({ app: 'ml', file, python }, ['--category', 'green', ...own, ...args], env);
}
const lastLine = ({ stderr }: ProgramEnd) => stderr.trim().split('\n').at(-1);
const readModel = (place: string, version: number) =>
  readFile(join(folder, place, 'models', 'green', `model-${version}.json`), 'utf8');
const withoutTime = ({ seconds: _, ...result }: { seconds: number }) => result;

test('rows of BigQuery train and continue the same models as those of DuckDB, page by page', async () => {
  const local = ['--warehouse', join(folder, 'warehouse.duckdb')];
  const run = ['--run', 'Batch.x1/2024-02-01'];
  for (const [version, file, args] of [
    [1, 'train.py', ['--run', 'full-1']],
    [2, 'retrain.py', [...run, '--run-date', '2024-02-01']],
  ] as const) {
    const here = await learn('here', file, [...local, ...args]);
    const there = await learn('there', file, [...remote, ...args]);
    expect([there.code, lastLine(there)]).toEqual([0, lastLine(here)]);
    expect(withoutTime(there.result)).toEqual(withoutTime(here.result));
    expect(there.result.rows).toBeGreaterThan(900);
    expect(await readModel('there', version)).toBe(await readModel('here', version));
  }
  const labels = (runName: string, step: string) => ({
    [jobLabels.run]: runName,
    [jobLabels.category]: 'green',
    [jobLabels.step]: step,
  });
  const [full, month] = [labels('full-1', 'train'), labels('batch-x1', 'retrain')];
  expect(bigQuery.state.queries.map((query) => query.labels)).toEqual([full, full, month, month, month, month]);
  expect(bigQuery.calls.filter((call) => call.startsWith('GET queries/')).length).toBeGreaterThan(15);
});

const classpath = findZetaSql();
test.skipIf(classpath === undefined)('its queries are taken by BigQuery', () => {
  const columns = Object.fromEntries(names.map((name) => [name, name === 'date' ? 'DATE' : 'FLOAT64']));
  const tables = { [`${project}.trial_${dataset}.${table}`]: columns };
  const [counts = '', chosen = ''] = bigQuery.state.queries.slice(2).map(({ sql }) => sql);
  const queries = { counts, chosen, wrong: chosen.replaceAll('`trip_distance`', '`trip_length`') };
  expect(Object.keys(analyze(classpath as string, { tables, parameters: { month: 'DATE' }, queries }))).toEqual(['wrong']);
});

const refusals = [
  [2, 404, 'notFound', 'Not found: Table', 'run the dbt step for green first'],
  [2, 403, 'accessDenied', 'Access Denied: Table', 'needs that role'],
  [75, 403, 'quotaExceeded', 'Quota exceeded: bytes', 'try again later'],
  [75, 429, 'quotaExceeded', 'Quota exceeded: requests', 'try again later'],
] as const;
test.each(refusals)('exit %i for %i %s: %s', async (code, status, reason, message, advice) => {
  bigQuery.faults.splice(0, 9, { on: /./, how: { status, reason, message }, times: 1 });
  const end = await learn('there', 'train.py', [...remote, '--run', 'full-1']);
  expect([end.code, lastLine(end)]).toEqual([code, expect.stringContaining(message)]);
  expect(lastLine(end)).toMatch(new RegExp(`^train: bigquery://${project}/trial_: .*${advice}`));
});

test('a server of MLflow that gives no answer is temporary, and no registry without a champion', async () => {
  const end = await learn('there', 'train.py', [...remote, '--run', 'full-2'], { tracking: 'http://127.0.0.1:9/mlflow' });
  expect([end.code, lastLine(end)]).toEqual([
    75,
    expect.stringMatching("^train: http.*: MLflow's server gives no answer; try again later: "),
  ]);
});

test('one machine has no client of BigQuery, and says so', async () => {
  const end = await learn('there', 'train.py', [...remote, '--run', 'full-1'], { python: await ensurePythonEnvironment('ml') });
  expect([end.code, end.stderr]).toEqual([
    2,
    `train: bigquery://${project}/trial_: this Python lacks google-cloud-bigquery; run the image of apps/ml, or install apps/ml/image-requirements.txt\n`,
  ]);
});

test('a location without BigQuery, and BigQuery without a location, are wrong usage', async () => {
  for (const flags of [['--warehouse', 'x.duckdb', '--location', 'EU'], remote.slice(0, 2)]) {
    const end = await learn('there', 'train.py', [...flags, '--run', 'full-1']);
    expect([end.code, lastLine(end)]).toEqual([2, expect.stringContaining('bigquery:// needs --location, a file takes none')]);
  }
});
