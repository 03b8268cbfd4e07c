// Passwords that create-databases.sh takes are what the programs of the bundle send: the real exporter and Argo's real controller
// sign in at a real Postgres with them. MLflow's is in mlflow-server.test.ts.
import { type ChildProcess, spawn } from 'node:child_process';
import { cpSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { findArgo, startArgo } from '../fixtures/argo-controller.ts';
import { findTool } from '../fixtures/find-tool.ts';
import { findFreePort } from '../fixtures/free-port.ts';
import { readManifests, type Value } from '../fixtures/manifests.ts';
import { findPostgres, type PostgresServer, startPostgres } from '../fixtures/postgres-server.ts';
import { endProcess } from '../fixtures/prometheus-server.ts';
import { waitForPort } from '../fixtures/wait-for-port.ts';

const root = join(import.meta.dirname, '..', '..');
const programs = findPostgres();
if (programs === undefined) console.warn('odd-passwords: skipped: no initdb of Postgres (Debian: apt-get install postgresql)');
const exporter = findTool('postgres_exporter', {
  variable: 'POSTGRES_EXPORTER',
  how: 'go install github.com/prometheus-community/postgres_exporter/cmd/postgres_exporter@v0.17.1',
});
const argo = findArgo();

const passwords = {
  quotes: `a'b"c''d`,
  shell: '$HOME`id`$(id)!!*;&|<>~{}',
  backslash: `\\\\'\\nE'\\x41'\\`,
  uri: 'p@ss:w/o?r#d=%40%2F&sslmode=x[::1]+,',
  dollars: '$$;$body$host=evil^user=x',
};

describe.skipIf(programs === undefined)('odd passwords', () => {
  let server: PostgresServer;
  let port: number;
  let dist: Awaited<ReturnType<typeof readManifests>>;
  const create = (variables: Record<string, string>) =>
    server.run(['bash', join(server.folder, 'create-databases.sh')], variables);

  beforeAll(async () => {
    port = await findFreePort();
    server = startPostgres(programs as string, 'scram-sha-256', port);
    cpSync(join(root, 'charts', 'postgres', 'create-databases.sh'), join(server.folder, 'create-databases.sh'));
    dist = await readManifests(join(root, 'dist'));
  });
  afterAll(() => server?.stop());

  test.skipIf(!exporter).each(Object.entries(passwords))('the exporter signs in: %s', async (_, password) => {
    expect(create({ MONITOR_PASSWORD: password })).toMatchObject({ code: 0, err: '' });
    const deployment: Value = dist.find(
      ({ value }) => value.kind === 'Deployment' && value.metadata.name === 'metrics-exporters',
    )?.value;
    const container: Value = deployment.spec.template.spec.containers.find(({ name }: Value) => name === 'postgres-exporter');
    const file = join(server.folder, 'exporter.password');
    writeFileSync(file, password);
    const variables = Object.fromEntries((container.env as Value[]).map(({ name, value }) => [name, value]));
    const web = await findFreePort();
    const child: ChildProcess = spawn(exporter as string, [`--web.listen-address=127.0.0.1:${web}`], {
      env: {
        ...variables,
        DATA_SOURCE_URI: variables.DATA_SOURCE_URI.replace(/^[^/]+/, `127.0.0.1:${port}`),
        DATA_SOURCE_PASS_FILE: file,
      },
      stdio: 'ignore',
    });
    try {
      await waitForPort(web);
      const text = await (await fetch(`http://127.0.0.1:${web}/metrics`)).text();
      expect(text.match(/^pg_up .*$/m)?.[0]).toBe('pg_up 1');
    } finally {
      await endProcess(child);
    }
  });

  test.skipIf(!argo)("Argo's controller signs in", async () => {
    const password = Object.values(passwords).join('');
    expect(create({ ARGO_DB_PASSWORD: password })).toMatchObject({ code: 0, err: '' });
    server.query('DROP SCHEMA public CASCADE; CREATE SCHEMA public AUTHORIZATION argo', 'argo');
    const config: Value = dist.find(({ value }) => value.metadata?.name === 'workflow-controller-configmap')?.value;
    const persistence = parse(config.data.persistence);
    persistence.postgresql = { ...persistence.postgresql, host: '127.0.0.1', port };
    const secret = {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'postgres-argo', namespace: config.metadata.namespace },
      stringData: { username: 'argo', password },
    };
    const running = await startArgo(argo as NonNullable<typeof argo>, 'dev', { persistence: stringify(persistence) }, [secret]);
    try {
      const tables = () => server.query("SELECT tablename FROM pg_tables WHERE schemaname = 'public'", 'argo');
      expect(tables()).toContain('argo_archived_workflows');
    } finally {
      await running.stop();
    }
  });
});
