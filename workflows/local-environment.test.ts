import { expect, test } from 'vitest';
import { createLocalEnvironment, localEnvironment } from './local-environment.ts';

test.each(['s3://b', 's3://b/', 'gs://b_1.c-d/taxiway/day=1/a%20b+c~', 'gs://b/c/'])('%s may hold the buckets', (buckets) => {
  const { source, staging } = createLocalEnvironment({ buckets }).buckets;
  const root = buckets.replace(/\/?$/, '/');
  expect([source, staging]).toEqual([`${root}source/`, `${root}staging/`]);
});

test.each([
  '',
  '.taxiway',
  'file:///taxiway/',
  's3://',
  's3:///b',
  'S3://b',
  'gs://b?x',
  'gs://b#x',
  'gs://b/{{x}}',
  'gs://b/a b',
  'gs://b//c',
  'gs://b/\n',
])('%j may not', (buckets) => {
  expect(() => createLocalEnvironment({ buckets })).toThrow(
    `--buckets ${JSON.stringify(buckets)}: expected a folder of a bucket`,
  );
});

test.each(['http://127.0.0.1:5000', 'https://mlflow.example.com/mlflow/'])("%s may be MLflow's server", (tracking) => {
  expect(createLocalEnvironment({ tracking }).tracking).toBe(tracking);
});

test.each(['', 'mlflow', 'mlflow:5000', 'sqlite:///mlflow.db', 'http://', 'http://m?x', 'http://{{m}}', 'http://user:word@m/'])(
  '%j may not',
  (tracking) => {
    expect(() => createLocalEnvironment({ tracking })).toThrow(`--tracking ${JSON.stringify(tracking)}: expected the URL`);
  },
);

test('Spark on one machine has no clients of buckets', () => {
  expect(createLocalEnvironment({ buckets: 's3://b' }).engines).toEqual(['duckdb']);
  expect(createLocalEnvironment({ tracking: 'http://m' }).engines).toContain('spark');
});

test('what the user leaves out stays in the state folder', () => {
  expect(createLocalEnvironment({})).toEqual(localEnvironment);
});
