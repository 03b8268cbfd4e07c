// apps/cluster --task spark-job on a real API server: a job from its start to its end, and what is refused; the test plays spark-operator.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { checkEnvironments } from '../../charts/environments.ts';
import { toSparkPlace } from '../../charts/workflows/spark-place.ts';
import { toSparkSpec } from '../../workflows/spark-application.ts';
import { startCutProxy } from '../fixtures/cut-proxy.ts';
import { requestToken, writeKubeConfig } from '../fixtures/kube-controllers.ts';
import { canRunSparkJobs, rows, type SparkJobLab, spec, startSparkJobLab } from '../fixtures/spark-job-lab.ts';
import { patience } from '../fixtures/until.ts';

describe.skipIf(!canRunSparkJobs).concurrent('spark-job', () => {
  let lab: SparkJobLab;
  let program: SparkJobLab['program'];
  let spark: SparkJobLab['spark'];
  let namespace: string;
  let folder: string;
  let start: SparkJobLab['start'];
  let complete: SparkJobLab['complete'];
  beforeAll(async () => {
    lab = await startSparkJobLab();
    ({ program, spark, namespace, folder, start, complete } = lab);
  });
  afterAll(() => lab?.stop());

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
    await vi.waitFor(async () => expect(await spark.read('not-submitted')).toBeDefined(), { timeout: patience });
    const errorMessage = 'failed to submit spark application:\nexceeded quota';
    await spark.setStatus('not-submitted', '', { applicationState: { state: 'SUBMISSION_FAILED', errorMessage } });
    const ended = await Promise.all([first.ended, second.ended]);
    expect(ended.map(({ code }) => code)).toEqual([75, 75]);
    expect(ended[0]?.stderr).toContain('SUBMISSION_FAILED: exceeded quota');
    expect(ended[1]?.stderr).toContain('FAILED: driver pod not found');
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

  test('what the server refuses is one line: rights, fields, a namespace, no server', async () => {
    const token = await requestToken(program.cluster, namespace, 'training');
    const training = await writeKubeConfig(program.cluster, { token, name: 'training' });
    const admin = await writeKubeConfig(program.cluster, { token: 'test', name: 'admin' });
    const nobody = await writeKubeConfig(program.cluster, { token: 'nobody', name: 'nobody' });
    const closed = await startCutProxy(0);
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
