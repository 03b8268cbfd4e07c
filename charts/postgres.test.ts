// What the chart of Postgres promises: no literal password, no database of the image's own, both jobs on the backups' bucket.
import { App } from 'cdk8s';
import { expect, test } from 'vitest';
import type { Value } from '../tests/fixtures/manifests.ts';
import { dev } from './env/dev.ts';
import type { ClusterEnvironment } from './env/environment.ts';
import { createPostgres } from './postgres.ts';

const env = dev as ClusterEnvironment;
const make = (change: Partial<ClusterEnvironment> = {}): Value[] => createPostgres(new App(), { ...env, ...change }).toJson();
const find = (kind: string, name: string) => make().find((one) => one.kind === kind && one.metadata.name === name);
const container = (pod: Value) => pod.spec.containers[0];

test('the server and the Job get the same databases, users and passwords', () => {
  const ofComponents = ({ env: variables }: Value) => variables.filter(({ name }: Value) => /_DB|MONITOR/.test(name));
  const server = container(find('StatefulSet', 'postgres').spec.template);
  const job = container(find('Job', 'postgres-databases').spec.template);
  expect(ofComponents(server).map(({ name }: Value) => name)).toEqual([
    'ARGO_DB',
    'ARGO_DB_USER',
    'MLFLOW_DB',
    'MLFLOW_DB_USER',
    'MONITOR_USER',
    'ARGO_DB_PASSWORD_FILE',
    'MLFLOW_DB_PASSWORD_FILE',
    'MONITOR_PASSWORD_FILE',
  ]);
  expect(ofComponents(job)).toEqual(ofComponents(server));
  expect(server.env.map(({ name }: Value) => name)).not.toContain('POSTGRES_DB');
});

test('the Job runs after each sync, by the script that the image runs', () => {
  expect(find('Job', 'postgres-databases').metadata.annotations).toMatchObject({ 'argocd.argoproj.io/hook': 'PostSync' });
  const [data, ...others] = make().filter(({ kind }) => kind === 'ConfigMap');
  expect(others).toEqual([]);
  expect(Object.keys(data.data)).toEqual(['create-databases.sh']);
});

test.each(['postgres-back-up', 'postgres-check-restore'])("%s gets the bucket's URI, and no volume of it", (name) => {
  const { spec } = find('CronJob', name).spec.jobTemplate.spec.template;
  expect(spec.containers[0].args).toContain(`gs://${env.buckets.backups}/`);
  expect(spec.volumes.filter((volume: Value) => 'csi' in volume)).toEqual([]);
});

test('Secrets that exist already are not made', () => {
  const kinds = (values: Value[]) => values.map(({ kind }) => kind);
  expect(kinds(make())).toContain('ExternalSecret');
  expect(kinds(make({ secrets: { mode: 'existing' } }))).not.toContain('ExternalSecret');
});
