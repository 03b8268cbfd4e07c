// Sends sample months through the installed pipeline: puts them into the source bucket, where the trigger finds them, and waits for their batches.
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { ownObjects, partOf, workflows, workloads } from '../apps/contract/names.ts';
import { exitCode, OutcomeError, TemporaryError, UserError } from '../apps/platform/errors.ts';
import { call } from '../apps/platform/kubernetes-call.ts';
import { solo } from '../charts/env/solo.ts';
import type { ClusterConnection } from './cluster-connection.ts';

export interface Sample {
  readonly category: string;
  readonly months: number;
  readonly rows: number;
}

const waitSeconds = 1800;
const endings = ['Succeeded', 'Failed', 'Error'];

interface Run {
  readonly metadata: { readonly name: string };
  readonly status?: { readonly phase?: string; readonly progress?: string; readonly message?: string };
}

/** Safe to run again: the same files are the same versions, which make no second run. Throws OutcomeError where a batch fails. */
export async function runSample(connection: ClusterConnection, sample: Sample, tell: (line: string) => void): Promise<void> {
  const bucket = solo.buckets.source;
  const folder = await mkdtemp(join(tmpdir(), 'taxiway-sample-'));
  try {
    const { category, months, rows } = sample;
    await runApp('sample', ['--category', category, '--destination', folder, '--months', String(months), '--rows', String(rows)]);
    // What is there already stays: another version would be another batch.
    await withObjects(connection, (env) =>
      runApp('transfer', ['--source', `${folder}/`, '--destination', `s3://${bucket}/${category}/`, '--if-exists', 'skip'], env),
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  tell(`${sample.months} months of made-up trips are in the bucket ${bucket}; the trigger starts a batch for each`);
  await waitForBatches(connection, sample, tell);
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
  { core, forward }: ClusterConnection,
  use: (env: Record<string, string>) => Promise<Result>,
): Promise<Result> {
  const { platform } = solo.namespaces;
  const { secrets, accessKey, secretKey, region } = ownObjects;
  const secret = await call('reading the key of the buckets', () =>
    core.readNamespacedSecret({ name: secrets.platform, namespace: platform }),
  );
  const keyOf = (key: string) => Buffer.from(secret.data?.[key] ?? '', 'base64').toString();
  const pods = await call('listing pods', () =>
    core.listNamespacedPod({
      namespace: platform,
      labelSelector: `app.kubernetes.io/name=objects,app.kubernetes.io/part-of=${partOf}`,
    }),
  );
  const pod = pods.items.find(({ status }) => status?.phase === 'Running')?.metadata?.name;
  if (pod === undefined) throw new TemporaryError(`no pod of objects runs in ${platform}; run npm run cluster again`);
  const server = createServer((socket) => {
    socket.on('error', () => socket.destroy());
    forward.portForward(platform, pod, [workloads.objects.ports.s3], socket, null, socket).catch(() => socket.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    return await use({
      AWS_ENDPOINT_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      AWS_REGION: region,
      AWS_ACCESS_KEY_ID: keyOf(accessKey),
      AWS_SECRET_ACCESS_KEY: keyOf(secretKey),
    });
  } finally {
    server.close();
  }
}

async function waitForBatches(connection: ClusterConnection, sample: Sample, tell: (line: string) => void): Promise<void> {
  const { pipeline } = solo.namespaces;
  const objects = connection.openObjects();
  const end = Date.now() + waitSeconds * 1000;
  for (let told = ''; ; await sleep(2000)) {
    const { items } = await call('listing workflows', () => objects.list('argoproj.io/v1alpha1', 'Workflow', pipeline));
    const runs = (items as Run[]).filter(({ metadata }) => metadata.name.startsWith(`${sample.category}-`));
    const done = runs.filter(({ status }) => endings.includes(status?.phase ?? ''));
    const failed = done.filter(({ status }) => status?.phase !== 'Succeeded');
    if (failed.length > 0)
      throw new OutcomeError(
        `${failed.map(({ metadata, status }) => `${workflows.batch} ${metadata.name}: ${status?.message ?? status?.phase}`).join('; ')}; see the page /argo/ of the site`,
      );
    if (done.length >= sample.months) return;
    if (Date.now() > end)
      throw new TemporaryError(`the batches are not done after ${waitSeconds} s; they go on: see the page /argo/`);
    const line = runs
      .map(({ metadata, status }) => `${metadata.name} ${status?.progress ?? status?.phase ?? 'waits'}`)
      .join(', ');
    if (line !== '' && line !== told) tell(line);
    told = line;
  }
}
