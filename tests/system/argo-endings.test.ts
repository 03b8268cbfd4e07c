// How runs end on the real controller: exit handlers, deadlines, stop and terminate, lost pods, mutexes, retry and resubmit.
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { toEnd } from '../../apps/finish/run-end.ts';
import { type Step, step } from '../../workflows/define-workflow.ts';
import { runFailureCount, runFailures, runName, runStatus, text } from '../../workflows/expressions.ts';
import { findArgo } from '../fixtures/argo-controller.ts';
import { type Lab, startLab, toNodes, toTrace } from '../fixtures/argo-lab.ts';
import { createFixture, type Fixture, probeStep as probe, probeProgram } from '../fixtures/fixture-repository.ts';
import type { Value } from '../fixtures/manifests.ts';
import { runBoth } from '../fixtures/run-both.ts';
import { runPodHere } from '../fixtures/run-pod-here.ts';

const found = findArgo();

describe.skipIf(found === undefined)('on the controller', () => {
  let lab: Lab;
  beforeAll(async () => {
    lab = await startLab(found as NonNullable<typeof found>);
  });
  afterAll(() => lab?.stop());

  const submit = async (fixture: Fixture) =>
    lab.submit(`fixture${await lab.install(dirname(fixture.yamlPath))}`, {}, runPodHere(fixture));
  const told = probe('told', { status: runStatus, failures: runFailures, count: runFailureCount });
  const flagOf = (argv: readonly string[] | undefined, flag: string) => argv?.[argv.indexOf(flag) + 1] as string;
  const startsOf = async (fixture: Fixture, name: string) =>
    (await fixture.readCalls()).filter((call) => call.name === name && call.event === 'start');
  async function waitForStart(fixture: Fixture, name: string): Promise<void> {
    while ((await startsOf(fixture, name)).length === 0) await sleep(50);
    // Until the controller knows that it runs.
    await sleep(500);
  }
  const podOf = (workflow: string, name: string): Value =>
    lab.kubelet.pods.findLast(({ metadata }) => metadata.name.startsWith(`${workflow}-${name}-`));

  test('the exit handler hears of success and of failure, and the run is what became of its steps', async () => {
    const fixture = await createFixture(() => [probe('first'), probe('work')], { onExit: [told] });
    const good = await runBoth(lab, fixture);
    expect([good.argo.phase, good.argo.trace]).toEqual([good.local.phase, good.local.trace]);
    expect(flagOf(good.argo.starts.at(-1), '--status')).toBe('Succeeded');
    // A JSON text within a JSON text: https://github.com/argoproj/argo-workflows/blob/main/docs/variables.md
    expect(flagOf(good.argo.starts.at(-1), '--failures')).toBe('"null"');
    expect(flagOf(good.argo.starts.at(-1), '--count')).toBe('0');
    await fixture.setCodes('work', 1);
    const bad = await runBoth(lab, fixture);
    expect([bad.argo.phase, bad.argo.trace]).toEqual([bad.local.phase, bad.local.trace]);
    expect(flagOf(bad.argo.starts.at(-1), '--status')).toBe('Failed');
    const failures = JSON.parse(JSON.parse(flagOf(bad.argo.starts.at(-1), '--failures')));
    expect(failures).toContainEqual(expect.objectContaining({ displayName: 'work(0)', message: 'main: Error (exit code 1)' }));
  });

  test('more failures than an argument holds are cut and counted, and the exit handler runs', async () => {
    const names = Array.from({ length: 90 }, (_, at) => `work-${String(at).padStart(3, '0')}`);
    const fixture = await createFixture(() => names.map((name) => probe(name)), { onExit: [told] });
    for (const name of names) await fixture.setCodes(name, 1);
    const { argo, local } = await runBoth(lab, fixture);
    for (const { starts, trace } of [argo, local]) {
      expect(trace.told?.status).toBe('succeeded');
      // On the controller the graph that holds them failed, too.
      const count = Number(flagOf(starts.at(-1), '--count'));
      expect(count).toBe(starts === argo.starts ? 91 : 90);
      expect(flagOf(starts.at(-1), '--failures').length).toBeLessThanOrEqual(16_000);
      const end = toEnd({
        workflow: 'w',
        run: 'r',
        status: 'Failed',
        failures: flagOf(starts.at(-1), '--failures'),
        failureCount: count,
      });
      expect([end.failed.length, end.more]).toEqual([20, count - 20]);
    }
    expect(flagOf(argo.starts.at(-1), '--failures').length).toBe(16_000);
  });

  test('an exit handler that fails fails the run, and its other steps run', async () => {
    const fixture = await createFixture(() => [probe('work')], { onExit: [told, probe('also')] });
    await fixture.setCodes('told', 1);
    const { argo, local } = await runBoth(lab, fixture);
    expect([argo.phase, argo.trace]).toEqual(['failed', local.trace]);
    expect([local.phase, argo.trace.also?.status]).toEqual(['failed', 'succeeded']);
  });

  test('a step that is late is ended, and not retried', async () => {
    const args = { name: text`late`, state: text`/taxiway`, wait: text`60000` };
    const late = step('late', probeProgram({}), { args, deadlineMinutes: 1 / 60 });
    const fixture = await createFixture(() => [late], { onExit: [told] });
    const { argo, local } = await runBoth(lab, fixture);
    expect([argo.phase, argo.trace]).toEqual(['failed', local.trace]);
    expect(argo.trace.late).toEqual({ status: 'failed', attempts: 1, exitCode: 143 });
  });

  test('a run that is late is ended, and its exit handler runs', async () => {
    const short = (name: string, wait: string): Step =>
      step(name, probeProgram({}), {
        args: { name: text`${name}`, state: text`/taxiway`, wait: text`${wait}` },
        deadlineMinutes: 15 / 60,
      });
    const end = step('told', probeProgram({}), {
      args: { name: text`told`, state: text`/taxiway`, status: runStatus },
      deadlineMinutes: 15 / 60,
    });
    const fixture = await createFixture(() => [short('endless', '60000'), short('quick', '0')], {
      deadlineHours: 15 / 3600,
      onExit: [end],
    });
    const { argo, local } = await runBoth(lab, fixture);
    expect([argo.phase, local.phase]).toEqual(['failed', 'failed']);
    expect(argo.trace).toMatchObject({
      endless: { status: 'failed' },
      quick: { status: 'succeeded' },
      told: { status: 'succeeded' },
    });
    expect(flagOf(argo.starts.at(-1), '--status')).toBe('Failed');
  });

  test.each([
    ['Stop', ['told']],
    ['Terminate', []],
  ])('%s: SIGTERM to what runs, nothing new, and at the end %j', async (shutdown, last) => {
    const fixture = await createFixture(
      () => {
        const endless = probe('endless', { wait: text`60000` });
        return [endless, probe('later', { after: [endless] })];
      },
      { onExit: [told] },
    );
    const name = await submit(fixture);
    await waitForStart(fixture, 'endless');
    const [call] = await startsOf(fixture, 'endless');
    await lab.patch(name, { spec: { shutdown } });
    const workflow = await lab.wait(name);
    expect([workflow.status.phase, workflow.status.message]).toEqual(['Failed', `Stopped with strategy '${shutdown}'`]);
    expect((await fixture.readCalls()).filter(({ event }) => event === 'start').map((one) => one.name)).toEqual([
      'endless',
      ...last,
    ]);
    expect(() => process.kill(call?.pid as number, 0)).toThrow('ESRCH');
  });

  test.each(['deleted', 'asked to end', 'evicted', 'lost with its node'])('a step whose pod is %s runs again', async (how) => {
    const fixture = await createFixture(() => [probe('work')], { onExit: [told] });
    await fixture.setWait('work', 60_000);
    const name = await submit(fixture);
    await waitForStart(fixture, 'work');
    await fixture.setWait('work', 0);
    const pod = podOf(name, 'work');
    const path = `/api/v1/namespaces/${lab.argo.namespace}/pods/${pod.metadata.name}`;
    if (how === 'deleted') await lab.argo.cluster.ask('DELETE', `${path}?gracePeriodSeconds=0`);
    else if (how === 'asked to end') await lab.argo.cluster.ask('DELETE', path);
    else if (how === 'evicted') await lab.kubelet.evict(pod, 'The node was low on resource: memory.');
    else await lab.kubelet.lose(pod);
    const workflow = await lab.wait(name);
    expect(workflow.status.phase, JSON.stringify(toNodes(workflow), undefined, 1)).toBe('Succeeded');
    expect(await startsOf(fixture, 'work')).toHaveLength(2);
  });

  test('a step that ended well, whose log could not be stored, runs again, and no more often than others', async () => {
    const lose = async (times: number) => {
      const fixture = await createFixture(() => [probe('work')], { onExit: [told] });
      let lost = 0;
      const run = runPodHere(fixture);
      const name = await lab.submit(`fixture${await lab.install(dirname(fixture.yamlPath))}`, {}, async (pod, main) => {
        const end = await run(pod, main);
        const isWork = pod.metadata.name.includes('-work-');
        return isWork && lost++ < times ? { ...end, logLost: 'failed to put file: the bucket answered 503' } : end;
      });
      const { status } = await lab.wait(name);
      return { phase: status.phase, starts: await startsOf(fixture, 'work'), told: await startsOf(fixture, 'told') };
    };
    const once = await lose(1);
    expect([once.phase, once.starts.length]).toEqual(['Succeeded', 2]);
    const always = await lose(9);
    expect([always.phase, always.starts.length, always.told.length]).toEqual(['Error', 3, 1]);
    const argv = always.told[0]?.argv;
    const end = toEnd({
      workflow: 'w',
      run: 'r',
      status: 'Error',
      failures: flagOf(argv, '--failures'),
    });
    expect(end.failed).toEqual([
      'work: ended well, but its log or an output could not be stored: Error (exit code 64): failed to put file: the bucket answered 503',
    ]);
  });

  test('runs with one mutex come after each other', async () => {
    const fixture = await createFixture(() => [probe('work', { wait: text`400`, run: runName })], { mutex: text`only-one` });
    for (const name of await Promise.all([submit(fixture), submit(fixture)]))
      expect((await lab.wait(name)).status.phase).toBe('Succeeded');
    expect((await fixture.readCalls()).map(({ event }) => event)).toEqual(['start', 'end', 'start', 'end']);
  });

  test('a run that is resubmitted does all again', async () => {
    const fixture = await createFixture(() => [probe('first'), probe('work', { after: [probe('first')] })]);
    await fixture.setCodes('work', 1);
    const template = `fixture${await lab.install(dirname(fixture.yamlPath))}`;
    const run = async () => lab.wait(await lab.submit(template, {}, runPodHere(fixture)));
    expect([(await run()).status.phase, (await run()).status.phase]).toEqual(['Failed', 'Succeeded']);
    expect(await startsOf(fixture, 'first')).toHaveLength(2);
  });

  test('a run that is retried does the rest', async () => {
    const fixture = await createFixture(
      () => {
        const first = probe('first');
        const work = probe('work', { after: [first] });
        return [first, work, probe('last', { after: [work] })];
      },
      { onExit: [told] },
    );
    await fixture.setCodes('work', 1);
    const name = await submit(fixture);
    const failed = await lab.wait(name);
    expect(failed.status.phase).toBe('Failed');
    const { change, isGone } = toRetry(failed);
    for (const { metadata } of lab.kubelet.pods.filter((pod) =>
      isGone(pod.metadata.annotations['workflows.argoproj.io/node-id']),
    ))
      await lab.argo.cluster.ask('DELETE', `/api/v1/namespaces/${lab.argo.namespace}/pods/${metadata.name}?gracePeriodSeconds=0`);
    await lab.patch(name, change);
    const done = await lab.wait(name, ({ status }) => status.phase === 'Succeeded');
    expect(toTrace(done)).toMatchObject({ first: { attempts: 1 }, work: { status: 'succeeded' }, last: { status: 'succeeded' } });
    const starts = (await fixture.readCalls()).filter(({ event }) => event === 'start').map((call) => call.name);
    expect(starts).toEqual(['first', 'work', 'told', 'work', 'last', 'told']);
  });
});

/** What Argo's server changes for a retry, as far as these workflows need it, and the nodes whose pods it deletes: https://github.com/argoproj/argo-workflows/blob/main/workflow/util/util.go */
function toRetry({ metadata, status }: Value): { change: Value; isGone: (id: string) => boolean } {
  const nodes = Object.entries<Value>(status.nodes);
  const mustGo = ({ name, phase, type }: Value) =>
    name.startsWith(`${metadata.name}.onExit`) || (phase !== 'Succeeded' && ['Pod', 'Retry', 'Skipped'].includes(type));
  const gone = new Set(nodes.flatMap(([id, node]) => (mustGo(node) ? [id] : [])));
  const keep = (ids: readonly string[] = []) => ids.filter((id) => !gone.has(id));
  const running = { phase: 'Running', message: null, finishedAt: null };
  const toNode = (node: Value) => ({
    ...(node.phase === 'Succeeded' ? {} : running),
    children: keep(node.children),
    outboundNodes: keep(node.outboundNodes),
  });
  const labels = { 'workflows.argoproj.io/completed': null, 'workflows.argoproj.io/phase': 'Running' };
  const changes = Object.fromEntries(nodes.map(([id, node]) => [id, gone.has(id) ? null : toNode(node)]));
  return { change: { metadata: { labels }, status: { ...running, nodes: changes } }, isGone: (id) => gone.has(id) };
}
