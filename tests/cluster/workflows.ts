// Workflows by the real Argo controller, executor and server in real pods, and Spark's jobs by the real operator.
import { beforeAll, expect, test } from 'vitest';
import { becomes } from '../fixtures/becomes.ts';
import type { Value } from '../fixtures/manifests.ts';
import { askSite } from '../fixtures/solo-site.ts';
import { tablesOf } from '../fixtures/solo-tables.ts';
import { openWorkflows, type SoloWorkflows } from '../fixtures/solo-workflows.ts';
import { category, env, type Lab, nameOf, toBatch } from './lab.ts';

const { pipeline } = env.namespaces;
const succeeded = { phase: 'Succeeded', messages: [] };

export function testWorkflows(get: () => Lab): void {
  let workflows: SoloWorkflows;
  beforeAll(() => {
    workflows = openWorkflows(get().cluster, get().headers);
  });
  const isAsLocal = async () => expect(await tablesOf(get().cluster, category)).toEqual(get().local.tables);

  test('a full refresh rebuilds the same tables', async () => {
    const name = await workflows.submit('full-refresh', {
      category,
      source: `s3://${env.buckets.source}/${category}/`,
      prefixes: `${category}_tripdata_`,
    });
    expect(await workflows.end(name)).toEqual(succeeded);
    await isAsLocal();
  });

  test('by Spark the tables are the same; its application is deleted in the middle, and the step makes another', async () => {
    const { cluster, local } = get();
    const name = await workflows.submit('batch', toBatch(local.files[1] as string, { engine: 'spark' }));
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
    expect(await workflows.end(name)).toEqual({ phase: 'Succeeded', messages: [expect.stringMatching(/^spark/)] });
    await isAsLocal();
    expect(await cluster.list('pods', '-n', pipeline, '-l', 'spark-role')).toEqual([]);
    // Prometheus has read the driver while it ran.
    const query = encodeURIComponent('max(max_over_time(up{job="spark-driver"}[15m]))');
    const answer = await askSite(`/prometheus/api/v1/query?query=${query}`, { headers: get().headers });
    expect(JSON.parse(answer.body).data.result[0]?.value[1]).toBe('1');
  });

  test('a batch is stopped, and done by resubmit', async () => {
    const name = await workflows.submit('batch', toBatch(get().local.files[0] as string));
    await workflows.untilStep(name, 'validate', 'Running');
    await workflows.order('stop', name);
    expect((await workflows.end(name)).phase).toBe('Failed');
    const again = await workflows.order('resubmit', name);
    expect(again).not.toBe(name);
    expect(await workflows.end(again)).toEqual(succeeded);
    await isAsLocal();
  });
}
