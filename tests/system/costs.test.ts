// `costs` against strict stand-ins of BigQuery and of the Kubernetes API: what a run used, by step; its budget; a month as a page.

import { createSocket, type Socket } from 'node:dgram';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type BigQueryStandIn, startBigQuery } from '../fixtures/bigquery-stand-in.ts';
import { startProgram } from '../fixtures/run-program.ts';

const pod = (displayName: string, seconds: number, cpu: number, memory: number) => ({
  type: 'Pod',
  displayName,
  startedAt: '2026-11-20T06:00:00Z',
  finishedAt: new Date(Date.parse('2026-11-20T06:00:00Z') + seconds * 1000).toISOString(),
  resourcesDuration: { cpu, memory },
});
const nodes = {
  a: {
    type: 'DAG',
    displayName: 'batch-x7k2p',
    startedAt: '2026-11-20T06:00:00Z',
    resourcesDuration: { cpu: 9999, memory: 9999 },
  },
  b: pod('etl(0)', 60, 30, 1024),
  c: pod('etl(1)', 600, 3600, 36_864),
  d: pod('dbt', 120, 60, 2048),
};
const spark = {
  spec: { driver: { cores: 1, memory: '4g' }, executor: { cores: 4, memory: '12288m', memoryOverhead: '4096m' } },
  status: {
    lastSubmissionAttemptTime: '2026-11-20T06:00:00Z',
    terminationTime: '2026-11-20T07:00:00Z',
    executorState: { 'x-1': 'COMPLETED', 'x-2': 'FAILED' },
  },
};
const tib = 2 ** 40;

let folder: string;
let bigQuery: BigQueryStandIn;
let kubernetes: Server;
let statsd: Socket;
let samples: string[];
let workflow: object;
let applications: object[];
let refusal: number | undefined;
let rows: (string | null)[][];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'taxiway-costs-'));
  bigQuery = await startBigQuery();
  [workflow, applications, refusal, samples] = [{ metadata: {}, status: { nodes } }, [], undefined, []];
  rows = [
    ['batch-x7k2p', 'yellow', 'etl', '3', '0', '4000'],
    [null, 'yellow', 'dbt', '20', String(tib), '60000'],
  ];
  const fields = ['run', 'category', 'step', 'jobs', 'bytes_billed', 'slot_ms'].map((name) => ({ name, type: 'STRING' }));
  bigQuery.state.answerQuery = () => ({ fields, rows });
  kubernetes = createServer(({ url = '', headers }, response) => {
    const list =
      '/apis/sparkoperator.k8s.io/v1beta2/namespaces/pipeline/sparkapplications?labelSelector=taxiway%2Fworkflow%3Dbatch-x7k2p';
    const one = '/apis/argoproj.io/v1alpha1/namespaces/pipeline/workflows/batch-x7k2p';
    const body = url === one ? workflow : url === list ? { items: applications } : undefined;
    const status = headers.authorization !== 'Bearer k8s' ? 401 : (refusal ?? (body === undefined ? 404 : 200));
    const no = { message: 'no', reason: 'NotFound', details: { name: 'batch-x7k2p', kind: 'workflows' } };
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(status === 200 ? body : no));
  });
  await new Promise<void>((resolve) => kubernetes.listen(0, '127.0.0.1', resolve));
  const server = `http://127.0.0.1:${(kubernetes.address() as AddressInfo).port}`;
  const config = {
    clusters: [{ name: 'c', cluster: { server, 'insecure-skip-tls-verify': true } }],
    users: [{ name: 'u', user: { token: 'k8s' } }],
    contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
    'current-context': 'x',
  };
  await writeFile(join(folder, 'kubeconfig'), JSON.stringify(config));
  statsd = createSocket('udp4').on('message', (text) => void samples.push(...text.toString().split('\n')));
  await new Promise<void>((resolve) => statsd.bind(0, '127.0.0.1', resolve));
});
afterEach(async () => {
  await bigQuery.stop();
  kubernetes.close();
  statsd.close();
  await rm(folder, { recursive: true, force: true });
});

const place = ['--warehouse', 'bigquery://taxiway-test/', '--location', 'EU'];
const ofRun = ['--run', 'batch-x7k2p', '--namespace', 'pipeline', '--category', 'yellow'];
const span = ['--from', '2026-11-20T06:00:00Z', '--to', '2026-11-20T08:00:00Z'];
const env = () => ({
  ...bigQuery.env,
  KUBECONFIG: join(folder, 'kubeconfig'),
  STATSD_ADDRESS: `127.0.0.1:${statsd.address().port}`,
});
const run = (...more: string[]) =>
  startProgram('costs', ['--task', 'run', ...place, ...ofRun, ...span, '--records', join(folder, 'records'), ...more], env())
    .ended;
const month = (...more: string[]) =>
  startProgram(
    'costs',
    [
      '--task',
      'month',
      ...place,
      '--records',
      join(folder, 'records'),
      '--docs',
      join(folder, 'docs'),
      '--month',
      '2026-11',
      ...more,
    ],
    env(),
  ).ended;

test('a run costs what its jobs billed and its pods asked for, by step, dearest first', async () => {
  const { code, result } = await run();
  expect(code).toBe(0);
  // etl: 3630 core seconds and (1024 + 36,864) × 100 MiB seconds; dbt: a TiB, 60 core seconds, 2048 × 100 MiB seconds.
  const etl = (3630 / 3600) * 0.021811 + (37_888 * 100 * 0.002923) / 1024 / 3600;
  const dbt = 6.25 + (60 / 3600) * 0.021811 + (2048 * 100 * 0.002923) / 1024 / 3600;
  expect(result).toMatchObject({
    run: 'batch-x7k2p',
    category: 'yellow',
    bytesBilled: tib,
    slotMs: 64_000,
    podSeconds: 780,
    budget: null,
  });
  expect(result.steps.map((step: { step: string }) => step.step)).toEqual(['dbt', 'etl']);
  expect(result.steps[0]).toMatchObject({ jobs: 20, bytesBilled: tib, podSeconds: 120, usd: expect.closeTo(dbt, 3) });
  expect(result.steps[1]).toMatchObject({ jobs: 3, bytesBilled: 0, podSeconds: 660, usd: expect.closeTo(etl, 3) });
  expect(result.usd).toBeCloseTo(etl + dbt, 3);
  const [job] = [...bigQuery.state.jobs.values()];
  expect(job?.request.configuration).toMatchObject({
    labels: { run: 'batch-x7k2p', category: 'yellow', step: 'costs' },
    query: {
      queryParameters: expect.arrayContaining([
        expect.objectContaining({ name: 'begin', parameterValue: { value: '2026-11-20T06:00:00.000Z' } }),
      ]),
    },
  });
});

test('Spark: the driver and each executor for as long as the job; nodes may come compressed, or not at all', async () => {
  applications = [spark];
  workflow = { metadata: {}, status: { compressedNodes: gzipSync(JSON.stringify(nodes)).toString('base64') } };
  const { result } = await run();
  const part = result.steps.find(({ step }: { step: string }) => step === 'spark');
  expect(part).toMatchObject({ podSeconds: 10_800, usd: expect.closeTo(9 * 0.021811 + 36 * 0.002923, 3) });
  expect(result.podSeconds).toBe(780 + 10_800);
  workflow = { metadata: {}, status: { offloadNodeStatusVersion: 'fnv:1' } };
  const offloaded = await run();
  expect([offloaded.code, offloaded.result.assumptions.at(-1)]).toEqual([0, expect.stringContaining('pods left out')]);
});

test('answers of another shape are one line', async () => {
  for (const status of [{ compressedNodes: 'x' }, { nodes: { a: null } }, { nodes: 'x' }]) {
    workflow = { metadata: {}, status };
    const { code, stderr } = await run();
    expect([code, stderr]).toEqual([
      2,
      expect.stringMatching(/^costs: Workflow pipeline\/batch-x7k2p: not as this release knows it: status\..+\n$/),
    ]);
  }
  workflow = { metadata: {} };
  applications = [{ spec: null }];
  const { code, stderr } = await run();
  expect([code, stderr]).toEqual([2, expect.stringMatching(/^costs: SparkApplications of pipeline: .*items\.0\.spec.*\n$/)]);
});

test('the counters grow by what came since, however often the step is tried', async () => {
  const sent = () =>
    Object.fromEntries(
      ['bytesBilled', 'podSeconds'].map((name) => [
        name,
        samples.filter((one) => one.startsWith(`taxiway.${name}.yellow:`)).map((one) => Number(/:(\d+)\|c$/.exec(one)?.[1])),
      ]),
    );
  await run();
  await run();
  rows = [['batch-x7k2p', 'yellow', 'dbt', '21', String(tib + 10), '1']];
  await run();
  await expect.poll(sent).toEqual({ bytesBilled: [tib, 0, 10], podSeconds: [780, 0, 0] });
});

test('a spent budget warns, or fails by naming what cost most', async () => {
  const line = /run batch-x7k2p has cost \$6\.\d\d of its budget of \$5\.00; most of it: dbt \$6\.\d\d, etl \$0\.\d\d/;
  const warned = await run('--budget-usd', '5');
  expect([warned.code, warned.stderr, warned.result.budget]).toEqual([
    0,
    expect.stringMatching(line),
    { usd: 5, exceeded: true },
  ]);
  const failed = await run('--budget-usd', '5', '--excess', 'fail');
  expect([failed.code, failed.stderr.trim().split('\n').at(-1)]).toEqual([1, expect.stringMatching(line)]);
  expect(failed.result.usd).toBeGreaterThan(6);
  expect(await run('--budget-usd', '7', '--excess', 'fail')).toMatchObject({ code: 0, result: { budget: { exceeded: false } } });
});

test('a month: BigQuery by its own list, pods by the records; a page of it', async () => {
  await run();
  const [name = ''] = await readdir(join(folder, 'records', '2026-11'));
  await writeFile(join(folder, 'records', '2026-11', 'broken.json'), '{');
  rows = [
    ['batch-x7k2p', 'yellow', 'dbt', '20', String(tib), '1'],
    ...Array.from({ length: 1500 }, (_, index) => [`batch-${index}`, 'green', 'etl', '1', '0', '1']),
    [null, null, '<script>', '5', String(tib / 2), '1'],
  ];
  const { code, result, stderr } = await month();
  expect(code).toBe(0);
  expect(stderr).toContain('broken.json');
  expect(result.runs).toHaveLength(1502);
  const own = JSON.parse(await readFile(join(folder, 'records', '2026-11', name), 'utf8'));
  expect(result.runs[0]).toMatchObject({
    run: 'batch-x7k2p',
    category: 'yellow',
    bytesBilled: tib,
    podSeconds: 780,
    usd: expect.closeTo(own.usd, 3),
  });
  expect(result.runs[1]).toMatchObject({ run: null, usd: 3.125 });
  expect(result.usd).toBeCloseTo(own.usd + 3.125, 3);
  const page = await readFile(join(folder, 'docs', 'costs', '2026-11.html'), 'utf8');
  expect(page).toContain('Cost of 2026-11');
  expect(page).toContain('batch-x7k2p');
  expect(page).not.toContain('<script>');
});

test.each([
  [401, 2, 'does not accept the sign-in (401)'],
  [403, 2, 'the Role of the account must allow it'],
  [404, 2, 'there is none (404); check --run and --namespace'],
  [500, 75, 'reading Workflow pipeline/batch-x7k2p'],
])('the API server says %i: exit code %i', async (status, code, says) => {
  refusal = status;
  expect(await run()).toMatchObject({ code, stderr: expect.stringContaining(says) });
});

test('BigQuery refuses the list of jobs', async () => {
  const message = 'Access Denied: Table region-eu: User does not have bigquery.jobs.listAll';
  bigQuery.state.jobErrors.push({ reason: 'accessDenied', message });
  expect(await run()).toMatchObject({ code: 2, stderr: expect.stringContaining(message) });
  expect(await run('--to', '2026-11-20T05:00:00Z')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('is not before --to'),
  });
  expect(await month('--month', '2026-13')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('expected a month such as 2026-11'),
  });
});
