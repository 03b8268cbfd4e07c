// Everything of dist/solo on a real node with enforced NetworkPolicies: installed as a user does it, and removed. The parts between are beside.
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { type WorkloadName, workloads } from '../../apps/contract/names.ts';
import { toBytes, toMillicores } from '../../charts/env/quantities.ts';
import type { Value } from '../fixtures/manifests.ts';
import type { NodeImages } from '../fixtures/node-images.ts';
import { allowedBy, toTargets, tryAll } from '../fixtures/policy-matrix.ts';
import type { Ended, SoloCluster } from '../fixtures/solo-cluster.ts';
import { tablesOf } from '../fixtures/solo-tables.ts';
import { category, env, findUnready, months, nameOf, namesOfBatches, podsOf, sample, startLab } from './lab.ts';
import { testPages } from './pages.ts';
import { testServices } from './services.ts';
import { testStops, testWorkflows } from './workflows.ts';

const images = inject('nodeImages');
const { platform } = env.namespaces;

describe.skipIf(images === undefined)('solo', () => {
  let cluster: SoloCluster;
  let lab: Awaited<ReturnType<typeof startLab>>;
  let first: Ended;

  beforeAll(async () => {
    // At its first requests, in two waves, and while the batches run.
    lab = await startLab(images as NodeImages, [2, 15, 45, 90]);
    ({ cluster, installed: first } = lab);
  });
  afterAll(() => cluster?.stop());

  test('npm run cluster is green after kills, and once more', async () => {
    expect(first.stderr).toBe('');
    expect(first.stdout).toContain('https://taxiway.localhost:30443/');
    expect(first.stdout).not.toContain('warning');
    const second = await cluster.install(...sample);
    expect([second.code, second.stderr]).toEqual([0, '']);
    expect(await namesOfBatches(lab)).toHaveLength(months);
  });

  test('every pod is well, and all together ask for less than 1.5 processors and 4 GiB', async () => {
    expect(await findUnready(lab)).toEqual([]);
    const containers: Value[] = (await podsOf(lab)).flatMap(({ spec }) => spec.containers);
    const requests = containers.map(({ resources }) => resources.requests);
    expect(sum(requests.map(({ cpu }) => toMillicores(cpu)))).toBeLessThan(1_500);
    expect(sum(requests.map(({ memory }) => toBytes(memory)))).toBeLessThan(4 * 2 ** 30);
    for (const { securityContext } of containers) expect(securityContext.readOnlyRootFilesystem).toBe(true);
  });

  test('the tables are those of a run on this machine', async () => {
    expect(await tablesOf(cluster, category)).toEqual(lab.local.tables);
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

  describe('its pages', () => testPages(() => lab));

  test('who may reach whom does, and nobody else', async () => {
    const running = (await podsOf(lab)).filter(({ status }) => status.phase === 'Running');
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

  describe('its workflows', () => testWorkflows(() => lab));
  // Some rules are evaluated each five minutes.
  describe('its services', () => testServices(() => lab));

  // After the alerts were looked at: a workflow that is stopped alerts.
  describe('its workflows that stop', () => testStops(() => lab));

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

const sum = (numbers: readonly number[]): number => numbers.reduce((all, one) => all + one, 0);
