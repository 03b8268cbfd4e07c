// Workflows by the real Argo controller, executor and server in real pods, and Spark's jobs by the real operator.
import { expect, test } from 'vitest';
import { becomes } from '../fixtures/becomes.ts';
import type { Value } from '../fixtures/manifests.ts';
import { askSite } from '../fixtures/solo-site.ts';
import { tablesOf } from '../fixtures/solo-tables.ts';
import { openWorkflows } from '../fixtures/solo-workflows.ts';
import { category, env, type Lab, months, nameOf, namesOfBatches, sample, toBatch } from './lab.ts';

const { pipeline } = env.namespaces;
const open = (get: () => Lab) => ({
  workflows: () => openWorkflows(get().cluster, get().headers),
  isAsLocal: async () => expect(await tablesOf(get().cluster, category)).toEqual(get().local.tables),
});
const succeeded = { phase: 'Succeeded', messages: [] };

export function testWorkflows(get: () => Lab): void {
  const { workflows, isAsLocal } = open(get);

  test('a full refresh rebuilds the same tables', async () => {
    const name = await workflows().submit('full-refresh', {
      category,
      source: `s3://${env.buckets.source}/${category}/`,
      prefixes: `${category}_tripdata_`,
    });
    expect(await workflows().end(name)).toEqual(succeeded);
    await isAsLocal();
  });

  test('by Spark the tables are the same; its application is deleted in the middle, and the step makes another', async () => {
    const { cluster, local } = get();
    const name = await workflows().submit('batch', toBatch(local.files[1] as string, { engine: 'spark' }));
    const applications = () => cluster.list('sparkapplications', '-n', pipeline);
    const drivers = async () =>
      (await cluster.list('pods', '-n', pipeline, '-l', 'spark-role=driver')).filter(({ status }) => status.phase === 'Running');
    await becomes(async () => (await drivers()).length, 1, 300);
    const [driver] = await drivers();
    // What only the webhook adds, and what a restricted namespace asks for.
    expect(driver?.metadata.labels['app.kubernetes.io/name']).toBe('spark-driver');
    expect(driver?.spec.containers[0].securityContext).toMatchObject({ allowPrivilegeEscalation: false });
    const [first] = await applications();
    await cluster.kubectl('-n', pipeline, 'delete', 'sparkapplication', nameOf(first as Value));
    expect(await workflows().end(name)).toEqual({ phase: 'Succeeded', messages: [expect.stringMatching(/^spark/)] });
    await isAsLocal();
    expect(await cluster.list('pods', '-n', pipeline, '-l', 'spark-role')).toEqual([]);
    // Prometheus has read the driver while it ran.
    const query = encodeURIComponent('max(max_over_time(up{job="spark-driver"}[15m]))');
    const answer = await askSite(`/prometheus/api/v1/query?query=${query}`, { headers: get().headers });
    expect(JSON.parse(answer.body).data.result[0]?.value[1]).toBe('1');
  });
}

export function testStops(get: () => Lab): void {
  const { workflows, isAsLocal } = open(get);

  test('a batch is stopped, and done by resubmit', async () => {
    const name = await workflows().submit('batch', toBatch(get().local.files[0] as string));
    await workflows().untilStep(name, 'validate', 'Running');
    await workflows().order('stop', name);
    expect((await workflows().end(name)).phase).toBe('Failed');
    const again = await workflows().order('resubmit', name);
    expect(again).not.toBe(name);
    expect(await workflows().end(again)).toEqual(succeeded);
    await isAsLocal();
  });

  test('a sample batch that fails is told; run again, it goes on where it stopped', async () => {
    const more = ['--months', String(months + 1), ...sample.slice(2)];
    const { cluster } = get();
    const before = await namesOfBatches(get());
    const findNew = async () => (await namesOfBatches(get())).find((one) => !before.includes(one));
    const running = cluster.install(...more);
    await becomes(async () => (await findNew()) !== undefined, true, 120);
    const name = (await findNew()) as string;
    await workflows().untilStep(name, 'dbt', 'Running');
    await workflows().order('stop', name);
    const told = await running;
    expect(told).toMatchObject({ code: 1, stderr: expect.stringMatching(new RegExp(`^npm run cluster: batch ${name}: .*\n$`)) });
    const again = await cluster.install(...more);
    expect([again.code, again.stderr]).toEqual([0, '']);
    expect(again.stdout).toContain(`${name} had failed; it goes on where it stopped`);
    const nodes = Object.values<Value>((await workflows().look(name)).status.nodes);
    // A try's number follows its step's name.
    const pods = nodes.filter(({ type }) => type === 'Pod').map(({ displayName }) => displayName);
    expect(pods.filter((one) => /^transfer\b/.test(one))).toHaveLength(1);
    expect(await findNew()).toBe(name);
  });
}
