// Everything of dist/solo on a real node with enforced NetworkPolicies: installed as a user does it, months through it by the real Argo, its
// pages through the load balancer, and who reaches whom.
import { execFile } from 'node:child_process';
import { cp, mkdtemp, readdir, rm } from 'node:fs/promises';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { backEnds, type WorkloadName, workloads } from '../../apps/contract/names.ts';
import type { ClusterEnvironment } from '../../charts/env/environment.ts';
import { toBytes, toMillicores } from '../../charts/env/quantities.ts';
import { solo } from '../../charts/env/solo.ts';
import type { Value } from '../fixtures/manifests.ts';
import type { NodeImages } from '../fixtures/node-images.ts';
import { repository } from '../fixtures/npm-start.ts';
import { allowedBy, toTargets, tryAll } from '../fixtures/policy-matrix.ts';
import { type Ended, type SoloCluster, startNode } from '../fixtures/solo-cluster.ts';
import { digestWarehouse } from '../fixtures/warehouse-digest.ts';

const images = inject('nodeImages');
const env: ClusterEnvironment = solo;
const { platform, pipeline, monitoring } = env.namespaces;
const months = 2;
const rows = 2_000;
const sample = ['--months', String(months), '--rows', String(rows)];

describe.skipIf(images === undefined)('solo', () => {
  let cluster: SoloCluster;
  let first: Ended;
  let password: string;

  beforeAll(async () => {
    cluster = await startNode(images as NodeImages);
    // Killed in the middle: the next try completes it.
    await cluster.installAndKill(20_000);
    first = await cluster.install(...sample);
    const secret = JSON.parse(await cluster.kubectl('-n', platform, 'get', 'secret', 'site-password', '--output', 'json'));
    password = Buffer.from(secret.data.password, 'base64').toString();
  }, 3_600_000);
  afterAll(() => cluster?.stop());

  test('npm run cluster is green after a kill, within six minutes, and once more', async () => {
    expect([first.code, first.stderr]).toEqual([0, '']);
    console.log(`installed, and ${months} months loaded, in ${first.seconds.toFixed(0)} s`);
    expect(first.stdout).toContain('https://taxiway.localhost:30443/');
    const second = await cluster.install(...sample);
    expect([second.code, second.stderr]).toEqual([0, '']);
    expect(await cluster.list('workflows', '-n', pipeline)).toHaveLength(months);
  });

  test('every pod is well, and all together ask for less than 1.5 processors and 4 GiB', async () => {
    const pods = (await Promise.all([platform, monitoring].map((namespace) => cluster.list('pods', '-n', namespace)))).flat();
    const running = pods.filter(({ status }) => status.phase !== 'Succeeded');
    expect(running.filter(({ status }) => !status.containerStatuses.every(({ ready }: Value) => ready)).map(nameOf)).toEqual([]);
    const requests = running.flatMap(({ spec }) => spec.containers.map(({ resources }: Value) => resources.requests));
    expect(sum(requests.map(({ cpu }: Value) => toMillicores(cpu)))).toBeLessThan(1_500);
    expect(sum(requests.map(({ memory }: Value) => toBytes(memory)))).toBeLessThan(4 * 2 ** 30);
    // None has a token that does not use it, and none may write its root.
    for (const { spec } of running)
      for (const { securityContext } of spec.containers) expect(securityContext.readOnlyRootFilesystem).toBe(true);
  });

  test('the tables are those of a run on this machine', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'solo-tables-'));
    try {
      const run = (script: string, ...args: readonly string[]) =>
        promisify(execFile)(process.execPath, [join(repository, script), ...args], { cwd: repository });
      await run('apps/sample/main.ts', '--category', 'yellow', '--destination', join(folder, 'files'), ...sample);
      const state = join(folder, 'state');
      const files = (await readdir(join(folder, 'files'))).filter((name) => name.endsWith('.parquet'));
      for (const filename of files.sort()) {
        const month = /\d{4}-\d{2}/.exec(filename)?.[0];
        const parameters = [
          ...['category=yellow', `uri=file://${join(folder, 'files', filename)}`, `filename=${filename}`],
          ...[`run_date=${month}-01`, 'retrain=false'],
        ];
        await run('workflows/local.ts', 'batch', '--state', state, ...parameters.flatMap((one) => ['--parameter', one]));
      }
      // The copy for readers: nobody writes it while it is read.
      const copy = join(folder, 'cluster');
      await cp(join(await cluster.volumeOf('warehouse-data'), 'snapshot.duckdb'), join(copy, 'warehouse.duckdb'));
      expect(await digestWarehouse(copy, 'yellow')).toEqual(await digestWarehouse(state, 'yellow'));
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  test("each step's log is in the bucket of artifacts, models and pages in theirs", async () => {
    const objects = join(await cluster.volumeOf('objects-data'), 'objects');
    const names = async (bucket: string) => readdir(join(objects, bucket), { recursive: true });
    const logs = (await names('artifacts')).filter((name) => name.endsWith('main.log'));
    for (const step of ['transfer', 'validate', 'etl', 'load', 'dbt', 'publish', 'retrain'])
      expect(
        logs.some((name) => name.includes(`-${step}-`)),
        step,
      ).toBe(true);
    expect(await names('models')).toEqual(expect.arrayContaining(['yellow/champion.json', expect.stringMatching(/^mlflow\/.+/)]));
    expect(await names('docs')).toEqual(expect.arrayContaining(['datasets/yellow.html', 'dbt/index.html']));
  });

  test('each page is behind the sign-in, and answers whoever has the password', async () => {
    const own = { authorization: `Basic ${Buffer.from(`taxiway:${password}`).toString('base64')}` };
    const paths = ['/', ...Object.entries(backEnds).flatMap(([name, { path }]) => [path, `/health/${name}`])];
    for (const path of paths) {
      expect([path, await ask(path, {})]).toEqual([path, 401]);
      expect([path, await ask(path, { authorization: `Basic ${Buffer.from('taxiway:wrong').toString('base64')}` })]).toEqual([
        path,
        401,
      ]);
      expect([path, [200, 302, 307].includes(await ask(path, own))], String(await ask(path, own))).toEqual([path, true]);
    }
  });

  test('who may reach whom does, and nobody else', async () => {
    const pods = (await Promise.all([platform, monitoring].map((namespace) => cluster.list('pods', '-n', namespace)))).flat();
    const running = pods.filter(({ status }) => status.phase === 'Running');
    const addresses = new Map(running.map(({ metadata, status }) => [metadata.labels['app.kubernetes.io/name'], status.podIP]));
    // Its image has Node, and the node has it.
    const image = running.find(({ metadata }) => metadata.labels['app.kubernetes.io/name'] === 'docs')?.spec.containers[0].image;
    const from = (Object.keys(workloads) as WorkloadName[]).filter((name) => name !== 'setup');
    const targets = toTargets(addresses);
    const made = await tryAll(cluster, env, { from, targets, image });
    const allowed = new Set([...allowedBy(env)].filter((one) => targets.some(({ name }) => one.endsWith(` ${name}`))));
    const tried = (name: string) => from.some((one) => name.startsWith(`${one} → `));
    expect([...made].filter((one) => !allowed.has(one)).sort(), 'open though no edge says so').toEqual([]);
    expect([...allowed].filter((one) => tried(one) && !made.has(one)).sort(), 'closed though an edge opens it').toEqual([]);
  });

  test('removed, nothing is left; what somebody else has is not touched', async () => {
    const { code, stderr } = await cluster.install('--down', '--yes');
    expect([code, stderr]).toEqual([0, '']);
    expect((await cluster.list('namespaces')).map(nameOf)).not.toContain(platform);
    expect(await cluster.list('crd', '-l', 'app.kubernetes.io/part-of=taxiway')).toEqual([]);
    await cluster.kubectl('create', 'namespace', platform);
    const foreign = await cluster.install('--months', '0');
    expect(foreign.code).toBe(2);
    expect(foreign.stderr).toMatch(new RegExp(`^npm run cluster: namespace ${platform} belongs to somebody else.*\\n$`));
  });
});

const nameOf = ({ metadata }: Value): string => metadata.name;
const sum = (numbers: readonly number[]): number => numbers.reduce((all, one) => all + one, 0);

/** The status of a page, at the node's port, whoever vouches for the certificate. */
const ask = (path: string, headers: Readonly<Record<string, string>>): Promise<number> =>
  new Promise((resolve, reject) => {
    const port = solo.entrance.https;
    const options = {
      host: '127.0.0.1',
      port,
      path,
      headers: { host: `${solo.domain}:${port}`, ...headers },
      servername: solo.domain,
    };
    request({ ...options, rejectUnauthorized: false }, (answer) => {
      answer.resume();
      resolve(answer.statusCode ?? 0);
    })
      .on('error', reject)
      .end();
  });
