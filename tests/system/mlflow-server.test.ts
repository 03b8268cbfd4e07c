// The command line of MLflow's server in the cluster, run as it is on a real Postgres: its prefix, its probes, whom it answers.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ensurePythonEnvironment } from '../../workflows/python-env.ts';
import { readManifests, type Value } from '../fixtures/manifests.ts';
import { findPostgres, type PostgresServer, startPostgres } from '../fixtures/postgres-server.ts';

const root = join(import.meta.dirname, '..', '..');
const programs = findPostgres();
if (programs === undefined) console.warn('mlflow-server: skipped: no initdb of Postgres (Debian: apt-get install postgresql)');
const password = `p'"\\%40@/:?#$x`;

describe.skipIf(programs === undefined)('mlflow server', () => {
  const folder = mkdtempSync(join(tmpdir(), 'mlflow-'));
  let postgres: PostgresServer | undefined;
  let server: ChildProcess | undefined;
  let port: number;
  let spec: Value;
  let log = '';

  const get = (path: string, host: string) =>
    new Promise<{ status: number; body: string }>((resolve, reject) => {
      request({ host: '127.0.0.1', port, path, headers: { host } }, (response) => {
        let body = '';
        response.setEncoding('utf8').on('data', (text: string) => {
          body += text;
        });
        response.on('end', () => resolve({ status: response.statusCode ?? 0, body }));
      })
        .on('error', reject)
        .end();
    });

  beforeAll(async () => {
    const manifests = await readManifests(join(root, 'dist'));
    spec = manifests.find(({ path, value }) => path.startsWith('dev/mlflow/') && value.kind === 'Deployment')?.value.spec.template
      .spec;
    postgres = startPostgres(programs as string);
    const script = join(postgres.folder, 'create-databases.sh');
    cpSync(join(root, 'charts', 'postgres', 'create-databases.sh'), script);
    expect(postgres.run(['bash', script], { MLFLOW_DB_PASSWORD: password })).toMatchObject({ code: 0, err: '' });
    const bin = dirname(await ensurePythonEnvironment('mlflow'));
    port = await findFreePort();
    // What differs from the cluster: addresses, and a folder for the bucket.
    const socket = postgres.folder;
    const local = (text: string) =>
      text
        .replace(/@postgres\.[\w.-]+:5432\//, '@/')
        .replace(/^gs:\/\/.*/, folder)
        .replace('0.0.0.0', '127.0.0.1')
        // As Kubernetes puts it in.
        .replace('$(POD_IP)', '10.1.2.3')
        .replace('/tmp/metrics', join(folder, 'metrics'));
    const [container] = spec.containers;
    const [schema] = spec.initContainers;
    const variables = Object.fromEntries(
      (container.env as Value[]).flatMap(({ name, value }) => (value === undefined ? [] : [[name, local(value)]])),
    );
    const options = {
      cwd: folder,
      env: { ...variables, PATH: `${bin}:/usr/bin:/bin`, HOME: folder, PGHOST: socket, PGPASSWORD: password, LANG: 'C.UTF-8' },
    };
    const toArguments = ({ command, args }: Value): string[] =>
      [...command.slice(1), ...args].map((one: string, index, all) => (all[index - 1] === '--port' ? String(port) : local(one)));
    for (const _ of ['first', 'again']) {
      const { status, stderr } = spawnSync(join(bin, schema.command[0]), toArguments(schema), { ...options, encoding: 'utf8' });
      expect([status, status === 0 ? '' : stderr]).toEqual([0, '']);
    }
    server = spawn(join(bin, container.command[0]), toArguments(container), { ...options, detached: true, stdio: 'pipe' });
    for (const stream of [server.stdout, server.stderr])
      stream?.on('data', (text) => {
        log += text;
      });
    const { path } = container.readinessProbe.httpGet;
    for (let ready = false; !ready; ) {
      if (server.exitCode !== null) throw new Error(`mlflow server ended: ${log}`);
      ready = await get(path, '10.1.2.3:5000').then(
        ({ status }) => status === 200,
        () => false,
      );
      if (!ready) await new Promise((resolve) => setTimeout(resolve, 300));
    }
  });
  afterAll(async () => {
    if (server?.pid !== undefined && server.exitCode === null) {
      const ended = new Promise((resolve) => server?.once('exit', resolve));
      process.kill(-server.pid, 'SIGKILL');
      await ended;
    }
    postgres?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const experiment = '/mlflow/api/2.0/mlflow/experiments/get?experiment_id=0';

  test.each([
    'mlflow',
    'mlflow:5000',
    'mlflow.taxiway.svc:5000',
    'mlflow.taxiway.svc.cluster.local:5000',
    'taxiway.dev.example.com',
  ])('answers as %s, below its prefix', async (host) => {
    const { status, body } = await get(experiment, host);
    expect([status, JSON.parse(body).experiment.artifact_location]).toEqual([200, 'mlflow-artifacts:/0']);
  });

  test('answers the probes under the address of a pod', async () => {
    const [{ readinessProbe, livenessProbe, startupProbe }] = spec.containers;
    for (const { httpGet } of [readinessProbe, livenessProbe, startupProbe])
      expect((await get(httpGet.path, '10.1.2.3:5000')).status).toBe(200);
  });

  test('tells Prometheus, which asks by the address of the pod, how it answered', async () => {
    const missing = experiment.replace('=0', '=404');
    for (const path of [experiment, missing]) await get(path, 'mlflow');
    const { status, body } = await get('/metrics', '10.1.2.3:5000');
    expect(status).toBe(200);
    expect(body).toMatch(/^mlflow_http_request_total\{method="GET",status="200"\} [1-9]/m);
    expect(body).toMatch(/^mlflow_http_request_total\{method="GET",status="404"\} 1\.0$/m);
    expect((await get('/metrics', '10.9.9.9:5000')).status).toBe(403);
    expect((await get('/mlflow/metrics', 'mlflow')).status).toBe(404);
  });

  test('refuses another name, and knows no API without its prefix', async () => {
    expect((await get(experiment, 'evil.example.org')).status).toBe(403);
    expect((await get(experiment.replace('/mlflow', ''), 'mlflow')).status).toBe(404);
  });

  test('its tables are in its own database, and no password is in its log', () => {
    expect(postgres?.query("SELECT tableowner FROM pg_tables WHERE tablename = 'experiments'", 'mlflow')).toEqual(['mlflow']);
    expect(log).not.toContain(password);
  });
});

function findFreePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer().once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as { port: number };
      probe.close(() => resolve(port));
    });
  });
}
