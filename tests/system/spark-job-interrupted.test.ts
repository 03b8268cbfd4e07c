// apps/cluster --task spark-job on a real API server: stopped, killed, started twice, deleted, cut off; the test plays spark-operator.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startCutProxy } from '../fixtures/cut-proxy.ts';
import { requestToken, writeKubeConfig } from '../fixtures/kube-controllers.ts';
import { canRunSparkJobs, type SparkJobLab, startSparkJobLab } from '../fixtures/spark-job-lab.ts';

describe.skipIf(!canRunSparkJobs).concurrent('spark-job', () => {
  let lab: SparkJobLab;
  let program: SparkJobLab['program'];
  let spark: SparkJobLab['spark'];
  let namespace: string;
  let start: SparkJobLab['start'];
  let podsOf: SparkJobLab['podsOf'];
  let complete: SparkJobLab['complete'];
  beforeAll(async () => {
    lab = await startSparkJobLab();
    ({ program, spark, namespace, start, podsOf, complete } = lab);
  });
  afterAll(() => lab?.stop());

  test('SIGTERM deletes the application and waits for a driver that takes its time', async () => {
    const { child, ended, says } = start('stopped');
    // On a node, a pod stays until its kubelet lets it go.
    await spark.submit('stopped', { nodeName: 'somewhere' });
    await says('state=SUBMITTED');
    child.kill('SIGTERM');
    await says('deleting');
    await new Promise((resolve) => setTimeout(resolve, 3000));
    expect(child.exitCode).toBeNull();
    expect(await podsOf('stopped')).toEqual(['stopped-driver']);
    await spark.forgetPod('stopped-driver');
    const { code, stderr } = await ended;
    expect(code).toBe(75);
    expect(stderr).toContain('stopped by SIGTERM; it and its pods are gone');
    expect([await spark.read('stopped'), await podsOf('stopped')]).toEqual([undefined, []]);
  });

  test('SIGTERM with a pod that never goes: it ends before it is killed, and names the pod', async () => {
    const { child, ended, says } = start('stuck');
    await spark.submit('stuck', { nodeName: 'lost' });
    await says('state=SUBMITTED');
    const before = Date.now();
    child.kill('SIGINT');
    const { code, stderr } = await ended;
    expect((Date.now() - before) / 1000).toBeLessThan(28);
    expect(code).toBe(75);
    expect(stderr).toContain('stopped by SIGINT; still there after 25 s: ');
    expect(stderr).toContain('pod stuck-driver');
  });

  test('killed and started again: it adopts the application that runs', async () => {
    const first = start('adopted');
    const { metadata } = await spark.submit('adopted');
    await first.says('state=SUBMITTED');
    first.child.kill('SIGKILL');
    await first.ended;
    const second = start('adopted');
    await second.says('adopted');
    await complete('adopted');
    expect((await second.ended).code).toBe(0);
    expect((await spark.read('adopted')).metadata.uid).toBe(metadata.uid);
    // Once more after its end: the same answer, nothing new.
    expect((await start('adopted').ended).code).toBe(0);
    expect((await spark.read('adopted')).metadata.uid).toBe(metadata.uid);
  });

  test('a retry of a failed job replaces it, once its pods are gone', async () => {
    const first = start('again');
    const { metadata } = await spark.submit('again');
    await spark.createPod('again-exec-1', { 'sparkoperator.k8s.io/app-name': 'again', 'spark-role': 'executor' });
    await spark.endDriver('again', { exitCode: 75 });
    await spark.setStatus('again', 'FAILED');
    expect((await first.ended).code).toBe(75);
    const second = start('again');
    await second.says('replacing a failed try');
    await new Promise((resolve) => setTimeout(resolve, 2500));
    expect((await spark.read('again'))?.metadata.uid ?? metadata.uid).toBe(metadata.uid);
    await spark.forgetPod('again-exec-1');
    const { metadata: anew } = await spark.submit('again');
    expect(anew.uid).not.toBe(metadata.uid);
    await complete('again');
    expect((await second.ended).code).toBe(0);
  });

  test('two that start at the same time share one application', async () => {
    const both = [start('shared'), start('shared')];
    await spark.submit('shared');
    await Promise.all(both.map(({ says }) => says('state=SUBMITTED')));
    await complete('shared');
    const ended = await Promise.all(both.map((one) => one.ended));
    expect(ended.map(({ code }) => code)).toEqual([0, 0]);
    const all = ended.map(({ stderr }) => stderr).join('');
    expect([all.match(/ created /g)?.length, all.match(/ adopted /g)?.length]).toEqual([1, 1]);
  });

  test('deleted by somebody else half-way, alone or with its workflow: temporary', async () => {
    const { cluster } = program;
    const workflows = `/apis/argoproj.io/v1alpha1/namespaces/${namespace}/workflows`;
    const workflow = { apiVersion: 'argoproj.io/v1alpha1', kind: 'Workflow', metadata: { name: 'run-of-owned' }, spec: {} };
    const { uid } = (await cluster.ask('POST', workflows, workflow)).body.metadata;
    const [alone, owned] = [start('deleted'), start('owned', { flags: ['--owner-uid', uid] })];
    const { metadata } = await spark.submit('owned');
    await spark.submit('deleted');
    expect(metadata.ownerReferences).toMatchObject([{ kind: 'Workflow', name: 'run-of-owned', uid }]);
    await owned.says('state=SUBMITTED');
    await cluster.ask('DELETE', `${workflows}/run-of-owned`);
    await alone.says('state=SUBMITTED');
    await cluster.ask('DELETE', `/apis/sparkoperator.k8s.io/v1beta2/namespaces/${namespace}/sparkapplications/deleted`);
    for (const { ended } of [alone, owned]) {
      const { code, stderr } = await ended;
      expect([code, stderr]).toEqual([75, expect.stringContaining('was deleted before its end; a retry creates it anew')]);
    }
  });

  test('connections that break: it reads again, and misses nothing', async () => {
    const proxy = await startCutProxy(Number(new URL(program.cluster.url).port));
    const token = await requestToken(program.cluster, namespace, 'step');
    const kubeconfig = await writeKubeConfig(program.cluster, { token, name: 'proxy', url: proxy.url });
    const { ended, says } = start('cut', { kubeconfig });
    await spark.submit('cut');
    await says('state=SUBMITTED');
    proxy.cut();
    await spark.setStatus('cut', 'RUNNING');
    await says('state=RUNNING');
    // Away for longer than a try: asked for again until it is back.
    await proxy.leave(3000);
    await complete('cut');
    expect((await ended).code).toBe(0);
    await proxy.leave(0);
  });
});
