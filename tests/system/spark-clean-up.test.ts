// apps/cluster's other tasks on a real API server with its controllers, as the account `step`: spark-gone, sweep, refresh.
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { type ClusterProgram, startClusterProgram } from '../fixtures/cluster-program.ts';
import { findKubernetes } from '../fixtures/kube-cluster.ts';
import { findControllers } from '../fixtures/kube-controllers.ts';
import type { Value } from '../fixtures/manifests.ts';
import { playSpark, type SparkStandIn } from '../fixtures/spark-stand-in.ts';
import { patience } from '../fixtures/until.ts';

const tools = findKubernetes();
const controllers = findControllers(tools);
const merge = 'application/merge-patch+json';

describe.skipIf(controllers === undefined)('clean-up', () => {
  let program: ClusterProgram;
  let spark: SparkStandIn;
  let pipeline: string;
  let platform: string;
  const ask: ClusterProgram['cluster']['ask'] = (...args) => program.cluster.ask(...args);

  beforeAll(async () => {
    program = await startClusterProgram(tools as string, controllers as string);
    ({ pipeline, platform } = program.namespaces);
    spark = playSpark(program.cluster, pipeline);
  });
  afterAll(() => program?.stop());

  const run = (...args: string[]) => program.start(args).ended;
  const sparkGone = (workflow: string) => run('--task', 'spark-gone', '--namespace', pipeline, '--workflow', workflow);
  const sweep = () => run('--task', 'sweep', '--namespace', pipeline);
  const refresh = (champion: string, deployment = 'predict') =>
    run('--task', 'refresh', '--namespace', platform, '--deployment', deployment, '--champion', champion);
  const applications = () => `/apis/sparkoperator.k8s.io/v1beta2/namespaces/${pipeline}/sparkapplications`;
  const workflows = () => `/apis/argoproj.io/v1alpha1/namespaces/${pipeline}/workflows`;

  async function createApplication(name: string, workflow?: string): Promise<void> {
    const labels = workflow === undefined ? {} : { 'taxiway/workflow': workflow };
    const { status, body } = await ask('POST', applications(), {
      apiVersion: 'sparkoperator.k8s.io/v1beta2',
      kind: 'SparkApplication',
      metadata: { name, labels },
      spec: {
        type: 'Python',
        mainApplicationFile: 'local:///app/runner.py',
        sparkVersion: '3.5.9',
        driver: { labels },
        executor: { labels },
      },
    });
    expect(status, body.message).toBe(201);
  }

  async function createWorkflow(name: string, status: Value): Promise<void> {
    const workflow = { apiVersion: 'argoproj.io/v1alpha1', kind: 'Workflow', metadata: { name }, spec: {}, status };
    expect((await ask('POST', workflows(), workflow)).status).toBe(201);
  }

  describe.concurrent('tasks', () => {
    test('spark-gone removes what is left of the workflow, and nothing of another; then there is nothing to do', async () => {
      for (const name of ['left', 'another']) await createWorkflow(name, { phase: 'Running' });
      for (const name of ['left-1', 'left-2']) await createApplication(name, 'left');
      await createApplication('other', 'another');
      for (const name of ['left-1', 'other']) await spark.submit(name);
      expect(await sparkGone('left')).toMatchObject({
        code: 0,
        result: { applications: 0, pods: 0, removed: ['left-1', 'left-2'] },
      });
      expect(await spark.podNames('spark-role')).toContain('other-driver');
      expect(await sparkGone('left')).toMatchObject({ code: 0, result: { applications: 0, pods: 0, removed: [] } });
    });

    test('a pod that stays, though its application is long gone, fails spark-gone by name', async () => {
      await spark.createPod('stays-exec-1', { 'taxiway/workflow': 'stays', 'spark-role': 'executor' });
      const { code, stderr, result } = await sparkGone('stays');
      expect([code, result]).toEqual([1, { applications: 0, pods: 1, removed: [] }]);
      expect(stderr).toContain('Spark is still there after 40 s: stays-exec-1\n');
    });

    test('sweep removes what outlived its workflow, and nothing else', async () => {
      const ago = (minutes: number) => new Date(Date.now() - minutes * 60_000).toISOString();
      const states: Record<string, Value> = {
        running: { phase: 'Running' },
        'just-ended': { phase: 'Failed', finishedAt: ago(9) },
        ended: { phase: 'Error', finishedAt: ago(11) },
      };
      for (const [name, status] of Object.entries(states)) {
        await createWorkflow(`swept-${name}`, status);
        await createApplication(`sweep-${name}`, `swept-${name}`);
      }
      await createApplication('sweep-lost', 'swept-lost');
      await createApplication('sweep-by-hand');
      const { code, result } = await sweep();
      expect(code).toBe(0);
      const removed = (result as Value).removed.filter(({ application }: Value) => application.startsWith('sweep-'));
      expect(removed).toEqual([
        { application: 'sweep-ended', workflow: 'swept-ended', why: expect.stringMatching(/^its workflow ended \(Error\) at /) },
        { application: 'sweep-lost', workflow: 'swept-lost', why: 'its workflow does not exist' },
      ]);
      await vi.waitFor(async () => expect(await spark.read('sweep-lost')).toBeUndefined(), { timeout: patience });
      for (const name of ['running', 'just-ended', 'by-hand']) expect(await spark.read(`sweep-${name}`)).toBeDefined();
    });

    test('refresh: pods come anew for a new champion, and only then', async () => {
      const kubelet = startKubelet();
      try {
        const first = await refresh('yellow-1');
        expect([first.code, first.stderr]).toEqual([
          0,
          expect.stringContaining('restarted deployment=predict champion=yellow-1'),
        ]);
        const before = await predictPods();
        expect(await refresh('yellow-1')).toMatchObject({ code: 0, result: { restarted: false, champion: 'yellow-1' } });
        expect(await predictPods()).toEqual(before);
        const both = await Promise.all([refresh('yellow-2'), refresh('yellow-2')]);
        expect(both.map(({ code }) => code)).toEqual([0, 0]);
        expect((await predictPods()).filter((name) => before.includes(name))).toEqual([]);
      } finally {
        await kubelet.stop();
      }
      const deployment = `/apis/apps/v1/namespaces/${platform}/deployments/predict`;
      await ask('PATCH', deployment, { spec: { progressDeadlineSeconds: 3, minReadySeconds: 1 } }, merge);
      const failed = await refresh('yellow-3');
      expect([failed.code, failed.stderr]).toEqual([
        1,
        expect.stringContaining("the pods for champion yellow-3 don't come up: ReplicaSet"),
      ]);
      const other = await refresh('yellow-3', 'docs');
      expect([other.code, other.stderr]).toEqual([2, expect.stringContaining('cannot get resource "deployments"')]);
    });
  });

  const predictPods = async (): Promise<string[]> => {
    const { body } = await ask('GET', `/api/v1/namespaces/${platform}/pods?labelSelector=app.kubernetes.io/name=predict`);
    return (body.items as Value[]).filter(({ metadata }) => !metadata.deletionTimestamp).map(({ metadata }) => metadata.name);
  };

  /** Says of each pod of the service that it is ready. */
  function startKubelet() {
    let stopped = false;
    const loop = async () => {
      while (!stopped) {
        for (const name of await predictPods()) {
          const status = { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] };
          await ask('PATCH', `/api/v1/namespaces/${platform}/pods/${name}/status`, { status }, merge);
        }
        await new Promise((resolve) => setTimeout(resolve, 300));
      }
    };
    const running = loop();
    return {
      stop: () => {
        stopped = true;
        return running;
      },
    };
  }

  test.each<[verb: string, resource: string, where: 'platform' | 'pipeline', allowed: boolean, name?: string]>([
    ['patch', 'apps/deployments', 'platform', true, 'predict'],
    ['patch', 'apps/deployments', 'platform', false, 'docs'],
    ['patch', 'apps/deployments', 'platform', false],
    ['update', 'apps/deployments', 'platform', false, 'predict'],
    ['delete', 'apps/deployments', 'platform', false, 'predict'],
    ['patch', 'apps/deployments/scale', 'platform', false, 'predict'],
    ['list', 'apps/deployments', 'platform', false],
    ['get', '/secrets', 'platform', false, 'postgres-admin'],
    ['patch', 'sparkoperator.k8s.io/sparkapplications', 'pipeline', false],
    ['create', 'sparkoperator.k8s.io/sparkapplications', 'platform', false],
    ['delete', '/pods', 'pipeline', false],
    ['get', '/pods/log', 'pipeline', false],
    ['list', 'argoproj.io/workflows', 'pipeline', false],
  ])('the account step: may it %s %s in %s? %s %s', async (verb, target, where, allowed, name) => {
    const [group, resource, subresource] = target.split('/');
    const { body } = await ask('POST', '/apis/authorization.k8s.io/v1/subjectaccessreviews', {
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SubjectAccessReview',
      spec: {
        user: `system:serviceaccount:${pipeline}:step`,
        groups: ['system:serviceaccounts', `system:serviceaccounts:${pipeline}`, 'system:authenticated'],
        resourceAttributes: { group, resource, subresource, verb, namespace: program.namespaces[where], name },
      },
    });
    expect(body.status.allowed).toBe(allowed);
  });

  test('where the server does not know Workflows, sweep removes nothing', async () => {
    await createApplication('kept', 'kept-by-nobody');
    const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
    await ask('DELETE', `${definitions}/workflows.argoproj.io`);
    await vi.waitFor(async () => expect((await ask('GET', workflows())).status).toBe(404), { timeout: patience });
    const { code, stderr } = await sweep();
    expect([code, stderr]).toEqual([2, expect.stringContaining('knows no such kind or namespace (404 404 page not found)')]);
    expect((await spark.read('kept')).metadata.deletionTimestamp).toBeUndefined();
  });
});
