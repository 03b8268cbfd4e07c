// apps/cluster --task spark-job on a real API server with its controllers, as the account `step`; the test plays spark-operator.
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { checkEnvironments } from '../../charts/environments.ts';
import { toSparkPlace } from '../../charts/workflows/spark-place.ts';
import { toSparkSpec } from '../../workflows/spark-application.ts';
import { type ClusterProgram, startClusterProgram } from '../fixtures/cluster-program.ts';
import { findKubernetes } from '../fixtures/kube-cluster.ts';
import { findControllers, requestToken, writeKubeConfig } from '../fixtures/kube-controllers.ts';
import { playSpark, type SparkStandIn } from '../fixtures/spark-stand-in.ts';

const tools = findKubernetes();
const controllers = findControllers(tools);

const rows = { read: 3, clean: 2, triage: 1, outsideRetention: 0, monthly: 2 };
const spec = {
  type: 'Python',
  mode: 'cluster',
  image: 'example/spark:1.0',
  mainApplicationFile: 'local:///app/runner.py',
  sparkVersion: '3.5.9',
  driver: { labels: { role: 'driver' } },
  executor: { instances: 2 },
};

describe.skipIf(controllers === undefined).concurrent('spark-job', () => {
  let program: ClusterProgram;
  let spark: SparkStandIn;
  let namespace: string;
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'taxiway-spark-job-'));
    await writeFile(join(folder, 'report.json'), JSON.stringify({ mode: 'batch', rows, seconds: 9 }));
    program = await startClusterProgram(tools as string, controllers as string);
    namespace = program.namespaces.pipeline;
    spark = playSpark(program.cluster, namespace);
  });
  afterAll(async () => {
    await program?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  interface Job {
    readonly spec?: object;
    readonly flags?: readonly string[];
    readonly kubeconfig?: string;
    readonly report?: string;
  }
  const start = (name: string, job: Job = {}) =>
    program.start(
      [
        ...['--task', 'spark-job', '--namespace', namespace, '--workflow', `run-of-${name}`, '--name', name],
        ...['--spec', JSON.stringify(job.spec ?? spec), '--arguments', '["--month","2024-01"]', '--category', 'yellow'],
        ...['--report', pathToFileURL(join(folder, job.report ?? 'report.json')).href, ...(job.flags ?? [])],
      ],
      job.kubeconfig,
    );
  const podsOf = (name: string) => spark.podNames(`sparkoperator.k8s.io/app-name=${name}`);
  const complete = (name: string) =>
    spark.setStatus(name, 'COMPLETED', {
      executorState: { [`${name}-exec-1`]: 'COMPLETED', [`${name}-exec-2`]: 'FAILED' },
      terminationTime: new Date(Date.now() + 3000).toISOString(),
    });

  test('a job that completes: what is created, what the log says, the result', async () => {
    const { ended, says } = start('whole');
    const application = await spark.submit('whole');
    const ofRun = { 'taxiway/workflow': 'run-of-whole', 'taxiway/category': 'yellow' };
    expect(application.metadata.labels).toEqual({ ...ofRun, 'app.kubernetes.io/part-of': 'taxiway' });
    expect(application.metadata.ownerReferences).toBeUndefined();
    expect(application.spec.arguments).toEqual(['--month', '2024-01']);
    expect(application.spec.driver.labels).toEqual({ role: 'driver', ...ofRun });
    expect(application.spec.executor).toEqual({ instances: 2, labels: ofRun });
    await says('state=SUBMITTED driver=whole-driver executors_running=0');
    await spark.setStatus('whole', 'RUNNING', { executorState: { 'whole-exec-1': 'RUNNING', 'whole-exec-2': 'FAILED' } });
    await says('state=RUNNING driver=whole-driver executors_running=1 executors_failed=1');
    await complete('whole');
    const { code, stderr, result } = await ended;
    expect([code, result]).toEqual([
      0,
      { state: 'COMPLETED', attempts: 1, seconds: expect.any(Number), driverPod: 'whole-driver', executors: 2, rows },
    ]);
    // Whether it is seen before the operator sees it, who can say; each state after that is one line.
    expect(stderr.match(/(?<= spark .*state=)(?!NEW)[A-Z]+/g)).toEqual(['SUBMITTED', 'RUNNING', 'COMPLETED']);
  });

  test.each(Object.entries(checkEnvironments()))('the job of %s is taken as it stands', async (name, env) => {
    const built = toSparkSpec(toSparkPlace(env));
    const { ended } = start(`built-${name}`, { spec: built });
    const { spec: stored } = await spark.submit(`built-${name}`);
    // What the server's schema does not know would be gone.
    const ofRun = { 'taxiway/workflow': `run-of-built-${name}`, 'taxiway/category': 'yellow' };
    expect(stored).toEqual({
      ...JSON.parse(JSON.stringify(built)),
      arguments: ['--month', '2024-01'],
      driver: { ...built.driver, labels: { ...built.driver.labels, ...ofRun } },
      executor: { ...built.executor, labels: { ...built.executor.labels, ...ofRun } },
    });
    // The pods that Spark makes of the templates are admitted where Pod Security is "restricted".
    for (const { template, serviceAccount } of [built.driver, built.executor]) {
      const [main] = template.spec.containers;
      const pod = { metadata: { name: `${main?.name}-${name}`, labels: template.metadata.labels } };
      const body = {
        apiVersion: 'v1',
        kind: 'Pod',
        ...pod,
        spec: { ...template.spec, serviceAccountName: serviceAccount, containers: [{ ...main, image: built.image }] },
      };
      const { status, body: answer } = await program.cluster.ask(
        'POST',
        `/api/v1/namespaces/${namespace}/pods?dryRun=All&fieldValidation=Strict`,
        body,
      );
      expect([status, answer.message]).toEqual([201, undefined]);
    }
    await complete(`built-${name}`);
    expect((await ended).code).toBe(0);
  });

  test('a job whose report is not there is temporary, and a retry needs no other job', async () => {
    const first = start('late', { report: 'late.json' });
    await spark.submit('late');
    await complete('late');
    const { code, stderr } = await first.ended;
    expect([code, stderr.trimEnd().split('\n').at(-1)]).toEqual([
      75,
      expect.stringContaining('late.json: the job completed, but its report is not there'),
    ]);
    await writeFile(join(folder, 'late.json'), JSON.stringify({ rows }));
    const again = await start('late', { report: 'late.json' }).ended;
    expect([again.code, again.result]).toEqual([0, expect.objectContaining({ rows })]);
  });

  test.each<[what: string, expected: number, terminated: object, pod: object, says: string]>([
    [
      'outcome',
      1,
      { exitCode: 1, reason: 'Error', message: 'Traceback\nrunner: rows got lost' },
      {},
      'code 1 (Error): runner: rows got lost',
    ],
    ['usage', 2, { exitCode: 2 }, {}, 'exit code 2'],
    ['temporary', 75, { exitCode: 75 }, {}, 'exit code 75'],
    ['unknown', 70, { exitCode: 42 }, {}, 'exit code 42'],
    ['memory', 75, { exitCode: 137, reason: 'OOMKilled' }, {}, 'exit code 137 (OOMKilled)'],
    ['evicted', 75, { exitCode: 1 }, { reason: 'Evicted', message: 'The node was low on resource' }, 'Evicted: The node was low'],
  ])('a driver that fails: %s ends with exit code %i', async (what, expected, terminated, pod, says) => {
    const name = `fails-${what}`;
    const { ended } = start(name);
    await spark.submit(name);
    await spark.endDriver(name, terminated, pod);
    await spark.setStatus(name, 'FAILED', { terminationTime: new Date().toISOString() });
    const { code, stderr, result } = await ended;
    expect(code, stderr).toBe(expected);
    expect(stderr.trimEnd().split('\n').at(-1)).toContain(says);
    expect(result).toMatchObject({ state: 'FAILED', driverPod: `${name}-driver` });
  });

  test('a submission that fails is temporary, and so is a driver that nobody finds', async () => {
    const [first, second] = [start('not-submitted'), start('not-found')];
    await spark.submit('not-found');
    await spark.forgetPod('not-found-driver');
    await spark.setStatus('not-found', 'FAILED', { applicationState: { state: 'FAILED', errorMessage: 'driver pod not found' } });
    await vi.waitFor(async () => expect(await spark.read('not-submitted')).toBeDefined(), { timeout: 20_000 });
    const errorMessage = 'failed to submit spark application:\nexceeded quota';
    await spark.setStatus('not-submitted', '', { applicationState: { state: 'SUBMISSION_FAILED', errorMessage } });
    const ended = await Promise.all([first.ended, second.ended]);
    expect(ended.map(({ code }) => code)).toEqual([75, 75]);
    expect(ended[0]?.stderr).toContain('SUBMISSION_FAILED: exceeded quota');
    expect(ended[1]?.stderr).toContain('FAILED: driver pod not found');
  });

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

  test('an application with another spec is refused and left alone', async () => {
    const first = start('taken');
    const { metadata } = await spark.submit('taken');
    const { code, stderr } = await start('taken', { spec: { ...spec, image: 'example/spark:1.1' } }).ended;
    expect(code).toBe(2);
    expect(stderr).toMatch(/taken is there with another spec: its sha256 is [0-9a-f]{12}, this step's [0-9a-f]{12};/);
    expect((await spark.read('taken')).metadata).toMatchObject({ uid: metadata.uid });
    await complete('taken');
    expect((await first.ended).code).toBe(0);
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
    const proxy = await startProxy(Number(new URL(program.cluster.url).port));
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

  test('what the server refuses is one line: rights, fields, a namespace, no server', async () => {
    const token = await requestToken(program.cluster, namespace, 'training');
    const training = await writeKubeConfig(program.cluster, { token, name: 'training' });
    const admin = await writeKubeConfig(program.cluster, { token: 'test', name: 'admin' });
    const nobody = await writeKubeConfig(program.cluster, { token: 'nobody', name: 'nobody' });
    const closed = await startProxy(0);
    await closed.leave(0);
    const nowhere = await writeKubeConfig(program.cluster, { token, name: 'nowhere', url: closed.url });
    const found = await Promise.all([
      start('forbidden', { kubeconfig: training }).ended,
      start('unknown', { kubeconfig: nobody }).ended,
      start('misspelt', { spec: { ...spec, sparkVersoin: '3' } }).ended,
      start('lacking', { spec: { type: 'Python' } }).ended,
      program.start(
        [
          '--task',
          'spark-job',
          '--namespace',
          'no-such',
          '--workflow',
          'w',
          '--name',
          'n',
          '--spec',
          JSON.stringify(spec),
          '--arguments',
          '[]',
          '--category',
          'yellow',
          '--report',
          'report.json',
        ],
        admin,
      ).ended,
      start('unreachable', { kubeconfig: nowhere }).ended,
    ]);
    expect(found.map(({ code, stderr }) => [code, stderr])).toEqual([
      [
        2,
        expect.stringMatching(/^cluster: creating .*forbidden: not allowed: .*cannot create resource "sparkapplications".*\n$/),
      ],
      [2, expect.stringMatching(/^cluster: .*does not accept the sign-in \(401\).*\n$/)],
      [2, expect.stringMatching(/^cluster: .*says 400: .*unknown field "spec.sparkVersoin"\n$/)],
      [2, expect.stringMatching(/^cluster: .*says 422: .*spec.mainApplicationFile: Required value.*\n$/)],
      [2, expect.stringMatching(/^cluster: .*namespaces "no-such" not found.*\n$/)],
      [75, expect.stringMatching(/^cluster: .*can't reach the API server: ECONNREFUSED\n$/)],
    ]);
  });
});

/** Passes bytes on to the server, until its connections are cut. */
async function startProxy(port: number) {
  const sockets = new Set<Socket>();
  const pass = (client: Socket) => {
    const server = connect(port, '127.0.0.1');
    for (const [one, other] of [
      [client, server],
      [server, client],
    ] as const) {
      sockets.add(one);
      one.on('error', () => {});
      one.once('close', () => {
        sockets.delete(one);
        other.destroy();
      });
      one.pipe(other);
    }
  };
  const listener = createServer(pass);
  await once(listener.listen(0, '127.0.0.1'), 'listening');
  const own = (listener.address() as { port: number }).port;
  const cut = () => {
    for (const socket of sockets) socket.destroy();
  };
  const leave = async (milliseconds: number) => {
    const closed = once(listener, 'close');
    listener.close();
    cut();
    await closed;
    if (milliseconds === 0) return;
    await new Promise((resolve) => setTimeout(resolve, milliseconds));
    await once(listener.listen(own, '127.0.0.1'), 'listening');
  };
  return { url: `https://127.0.0.1:${own}`, cut, leave };
}
