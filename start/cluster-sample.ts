// Sends sample months through the installed pipeline: puts them into the source bucket, where the trigger finds them, and waits for their batches.
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { ownObjects, workloads } from '../apps/contract/names.ts';
import { exitCode, OutcomeError, TemporaryError, UserError } from '../apps/platform/errors.ts';
import { call } from '../apps/platform/kubernetes-call.ts';
import { solo } from '../charts/env/solo.ts';
import { type Batch, type LeaseObject, toBatches, type WorkflowObject } from './cluster-batches.ts';
import type { ClusterConnection } from './cluster-connection.ts';
import { withForward } from './cluster-forward.ts';

export interface Sample {
  readonly category: string;
  readonly months: number;
  readonly rows: number;
}

const waitSeconds = 1800;
const bucket = solo.buckets.source;

/**
 * Safe to run again: the same files are the same versions, which make no second batch, and a batch that failed in an earlier run is retried.
 * Throws OutcomeError where a batch fails.
 */
export async function runSample(connection: ClusterConnection, sample: Sample, tell: (line: string) => void): Promise<void> {
  const keys = await putSample(connection, sample);
  tell(`${keys.length} sample files, one a month, are in the bucket ${bucket}; the trigger starts a batch for each`);
  for (const { workflow = '' } of (await findBatches(connection, keys)).filter(({ state }) => state === 'failed')) {
    await retry(connection, workflow);
    tell(`${workflow} had failed; it goes on where it stopped`);
  }
  await waitForBatches(connection, keys, tell);
}

/** Returns the files' keys, the oldest month first. What is in the bucket already stays: another version would be another batch. */
async function putSample(connection: ClusterConnection, { category, months, rows }: Sample): Promise<string[]> {
  const folder = await mkdtemp(join(tmpdir(), 'taxiway-sample-'));
  try {
    const files = join(folder, 'files');
    await runApp('sample', ['--category', category, '--destination', files, '--months', String(months), '--rows', String(rows)]);
    const names = (await readdir(files)).filter((name) => name.endsWith('.parquet')).sort();
    await withObjects(connection, (env) =>
      runApp('transfer', ['--source', `${files}/`, '--destination', `s3://${bucket}/${category}/`, '--if-exists', 'skip'], env),
    );
    return names.map((name) => `${category}/${name}`);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Throws UserError with the program's own last line. */
async function runApp(app: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<void> {
  const script = join(import.meta.dirname, '..', 'apps', app, 'main.ts');
  try {
    await promisify(execFile)(process.execPath, [script, ...args], { env: { ...process.env, ...env } });
  } catch (error) {
    const { code, stderr } = error as { code?: number; stderr?: string };
    throw new UserError(
      typeof code === 'number' ? code : exitCode.temporary,
      stderr?.trimEnd().split('\n').at(-1) ?? String(error),
    );
  }
}

/** Lets `use` reach the cluster's own S3 by the variables that its clients read. */
async function withObjects<Result>(
  connection: ClusterConnection,
  use: (env: Record<string, string>) => Promise<Result>,
): Promise<Result> {
  const { secrets, accessKey, secretKey, region } = ownObjects;
  const secret = await call('reading the key of the buckets', () =>
    connection.core.readNamespacedSecret({ name: secrets.platform, namespace: solo.namespaces.platform }),
  );
  const keyOf = (key: string) => Buffer.from(secret.data?.[key] ?? '', 'base64').toString();
  return withForward(connection, { workload: 'objects', port: workloads.objects.ports.s3 }, (port) =>
    use({
      AWS_ENDPOINT_URL: `http://127.0.0.1:${port}`,
      AWS_REGION: region,
      AWS_ACCESS_KEY_ID: keyOf(accessKey),
      AWS_SECRET_ACCESS_KEY: keyOf(secretKey),
    }),
  );
}

async function findBatches(connection: ClusterConnection, keys: readonly string[]): Promise<Batch[]> {
  const objects = connection.openObjects();
  const list = async (apiVersion: string, kind: string) =>
    (await call(`listing ${kind}s`, () => objects.list(apiVersion, kind, solo.namespaces.pipeline))).items;
  // The Leases first: a workflow that is removed in between had ended.
  const leases = (await list('coordination.k8s.io/v1', 'Lease')) as LeaseObject[];
  const workflows = (await list('argoproj.io/v1alpha1', 'Workflow')) as WorkflowObject[];
  return toBatches(bucket, keys, { leases, workflows });
}

/** By Argo's own server: what the workflow has done stays done. Throws TemporaryError where it refuses. */
async function retry(connection: ClusterConnection, workflow: string): Promise<void> {
  const { pipeline } = solo.namespaces;
  const answer = await withForward(connection, { workload: 'argo-server', port: workloads['argo-server'].ports.web }, (port) =>
    fetch(`http://127.0.0.1:${port}/api/v1/workflows/${pipeline}/${workflow}/retry`, { method: 'PUT', body: '{}' }),
  );
  if (!answer.ok) throw new TemporaryError(`retrying ${workflow}: argo-server says ${answer.status} ${await answer.text()}`);
}

async function waitForBatches(
  connection: ClusterConnection,
  keys: readonly string[],
  tell: (line: string) => void,
): Promise<void> {
  const end = Date.now() + waitSeconds * 1000;
  for (let told = ''; ; await sleep(2000)) {
    const batches = await findBatches(connection, keys);
    const failed = batches.filter(({ state }) => state === 'failed');
    if (failed.length > 0)
      throw new OutcomeError(
        `${failed.map(({ workflow, note }) => `batch ${workflow}: ${note}`).join('; ')}; see the page /argo/ of the site, and run npm run cluster again, which retries it`,
      );
    if (batches.every(({ state }) => state === 'done')) return;
    if (Date.now() > end)
      throw new TemporaryError(`the batches are not done after ${waitSeconds} s; they go on: see the page /argo/`);
    const line = batches.map(({ key, workflow = key, state, note = state }) => `${workflow} ${note}`).join(', ');
    if (line !== told) tell(line);
    told = line;
  }
}
