// What a cluster does to those who live in it, while batches run. Afterwards the tables are those of an undisturbed run, and nothing is left.
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, inject, test } from 'vitest';
import { becomes } from '../fixtures/becomes.ts';
import type { Value } from '../fixtures/manifests.ts';
import { killPod, makeDiskSmall, restartService } from '../fixtures/node-faults.ts';
import type { NodeImages } from '../fixtures/node-images.ts';
import { tablesOf } from '../fixtures/solo-tables.ts';
import { openWorkflows, type SoloWorkflows } from '../fixtures/solo-workflows.ts';
import { category, env, findUnready, type Lab, months, nameOf, podsOf, startLab, toBatch } from './lab.ts';

const { platform, pipeline } = env.namespaces;
const well = { phase: 'Succeeded' };

const images = inject('nodeImages');

describe.skipIf(images === undefined)('chaos', () => {
  let lab: Lab;
  let workflows: SoloWorkflows;
  beforeAll(async () => {
    const { installed, ...rest } = await startLab(images as NodeImages);
    lab = rest;
    console.log(`installed, and ${months} months loaded, in ${installed.seconds.toFixed(0)} s`);
    workflows = openWorkflows(lab.cluster, lab.headers);
  });
  afterAll(() => lab?.cluster.stop());
  const submit = (month: 0 | 1, more: Readonly<Record<string, string>> = {}) =>
    workflows.submit('batch', toBatch(lab.local.files[month] as string, more));
  const pods = (namespace: string) => lab.cluster.list('pods', '-n', namespace);

  afterEach(async () => {
    const { cluster, local } = lab;
    await becomes(() => findUnready(lab), [], 300);
    expect(await tablesOf(cluster, category)).toEqual(local.tables);
    // No pod of a step waits or runs for nothing.
    const open = async () =>
      (await pods(pipeline)).filter(({ status }) => ['Pending', 'Running'].includes(status.phase)).map(nameOf);
    await becomes(open, [], 60);
  });

  test('each pod of each component is killed while batches run', async () => {
    const started = await Promise.all([submit(0, { retrain: 'true' }), submit(1, { retrain: 'true' })]);
    for (const pod of await podsOf(lab)) {
      await killPod(lab.cluster, pod);
      await sleep(4000);
    }
    for (const name of started) expect(await workflows.end(name)).toMatchObject(well);
  });

  test('containerd and the kubelet start again', async () => {
    const name = await submit(0);
    await workflows.untilStep(name, 'transfer', 'Succeeded');
    await restartService(lab.cluster, 'containerd');
    await restartService(lab.cluster, 'kubelet');
    expect(await workflows.end(name)).toMatchObject(well);
  });

  test('Postgres goes away under MLflow and the archive', async () => {
    const name = await submit(1, { retrain: 'true' });
    await workflows.untilStep(name, 'dbt', 'Running');
    await lab.cluster.kubectl('-n', platform, 'delete', 'pod', 'postgres-0', '--force', '--grace-period=0');
    expect(await workflows.end(name)).toMatchObject(well);
    // The archive takes workflows when Postgres is back.
    const archived = async () =>
      JSON.parse(await lab.cluster.kubectl('-n', pipeline, 'get', 'workflow', name, '--output', 'json')).metadata.labels[
        'workflows.argoproj.io/workflow-archiving-status'
      ];
    await becomes(archived, 'Archived', 120);
  });

  test('two batches of one month at once', async () => {
    const started = await Promise.all([submit(0), submit(0)]);
    for (const name of started) expect(await workflows.end(name)).toMatchObject(well);
  });

  test('the node is drained', async () => {
    const { cluster } = lab;
    const name = await submit(1);
    await workflows.untilStep(name, 'transfer', 'Succeeded');
    const drain = ['--delete-emptydir-data', '--ignore-daemonsets', '--force', '--timeout=180s'];
    await cluster.kubectl('drain', 'lab', ...drain, `--pod-selector=app.kubernetes.io/part-of=taxiway`);
    await cluster.kubectl('uncordon', 'lab');
    expect(await workflows.end(name)).toMatchObject(well);
  });

  test('a step that needs more memory than its limit says so, and is tried again', async () => {
    const [template] = await lab.cluster.list('workflowtemplates', '-n', pipeline, '--field-selector', 'metadata.name=batch');
    const steps: Value[] = template?.spec.templates;
    const at = steps.findIndex(({ name }) => name === 'transfer');
    const setMemory = ({ requests, limits }: Record<'requests' | 'limits', string>) => {
      const path = (what: string) => `/spec/templates/${at}/container/resources/${what}/memory`;
      const patch = [
        { op: 'replace', path: path('requests'), value: requests },
        { op: 'replace', path: path('limits'), value: limits },
      ];
      const change = ['patch', 'workflowtemplate', 'batch', '--type=json', '--patch', JSON.stringify(patch)];
      return lab.cluster.kubectl('-n', pipeline, ...change);
    };
    const { requests, limits } = (steps[at] as Value).container.resources;
    await setMemory({ requests: '16Mi', limits: '32Mi' });
    const name = await submit(0);
    const tries = async () =>
      Object.values<Value>((await workflows.look(name)).status?.nodes ?? {}).filter(
        ({ type, displayName, phase }) => type === 'Pod' && displayName.startsWith('transfer') && phase === 'Failed',
      );
    await becomes(async () => (await tries()).length > 1, true, 240);
    for (const { message } of await tries()) expect(message).toMatch(/^main: OOMKilled \(exit code 137\)/);
    await setMemory({ requests: requests.memory, limits: limits.memory });
    await workflows.order('stop', name);
    await workflows.end(name);
    expect(await workflows.end(await submit(0))).toMatchObject(well);
  });

  test('a full disk under the warehouse is told, and the batch ends well when there is room again', async () => {
    const release = await makeDiskSmall(lab.cluster, 'warehouse-data', 64 * 1024);
    let name: string;
    try {
      name = await submit(0);
      const told = async () =>
        Object.values<Value>((await workflows.look(name)).status?.nodes ?? {}).some(
          ({ phase, message }) => phase === 'Failed' && /\/warehouse\/.*: no space is left/.test(message),
        );
      await becomes(told, true, 240);
    } finally {
      await release();
    }
    expect(await workflows.end(name)).toMatchObject(well);
  });
});
