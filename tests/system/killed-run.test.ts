import { type ChildProcess, spawn } from 'node:child_process';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { type Step, step } from '../../workflows/define-workflow.ts';
import { text } from '../../workflows/expressions.ts';
import { identifyProcess, isAlive } from '../../workflows/local/process-identity.ts';
import { readSummary } from '../../workflows/local/run-folder.ts';
import { createFixture, type Fixture, probeProgram } from '../fixtures/fixture-repository.ts';

const createKillable = () =>
  createFixture(() => {
    const probe = (name: string, after: Step[]) => {
      const args = { name: text`${name}`, state: text`/taxiway` };
      return step(name, probeProgram({}), { args, after, deadlineMinutes: 1 });
    };
    const first = probe('first', []);
    return [first, probe('second', [first])];
  });

/** Starts the fixture's workflow in a process of its own and waits until its second step works. */
async function startRunner(
  fixture: Fixture,
): Promise<{ runner: ChildProcess; run: string; stepPid: number; output: () => string }> {
  const script = `
    import { runWorkflow } from ${JSON.stringify(join(import.meta.dirname, '..', '..', 'workflows', 'local', 'run-workflow.ts'))};
    const controller = new AbortController();
    process.on('SIGTERM', () => controller.abort());
    const summary = await runWorkflow({ template: 'fixture', parameters: {}, state: process.argv[2], repository: process.argv[3], signal: controller.signal });
    console.log(summary.status);`;
  await fixture.setWait('second', 60_000);
  const file = join(fixture.repository, 'runner.mts');
  await writeFile(file, script);
  const runner = spawn(process.execPath, [file, fixture.state, fixture.repository], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, CI: 'true' },
  });
  onTestFinished(() => void runner.kill('SIGKILL'));
  let output = '';
  runner.stdout.on('data', (chunk) => {
    output += chunk;
  });
  for (let waited = 0; ; waited += 20) {
    const started = (await fixture.readCalls()).find(({ name, event }) => name === 'second' && event === 'start');
    const [run] = await readdir(join(fixture.state, 'runs')).catch(() => []);
    if (started && run) {
      await fixture.setWait('second', 0);
      return { runner, run, stepPid: started.pid, output: () => output };
    }
    if (waited > 20_000) throw new Error(`the second step did not start: ${output}`);
    await sleep(20);
  }
}

const ended = (child: ChildProcess) => new Promise<number | null>((resolve) => child.on('exit', resolve));
const countStarts = async (fixture: Fixture, step: string) =>
  (await fixture.readCalls()).filter(({ name, event }) => name === step && event === 'start').length;

test('SIGTERM: steps end, the summary says stopped, the run can be resumed', async () => {
  const fixture = await createKillable();
  const { runner, run, stepPid, output } = await startRunner(fixture);
  const exit = ended(runner);
  runner.kill('SIGTERM');
  expect(await exit).toBe(0);
  expect(output()).toMatch(/second: stopped after [\d.]+ s\nstopped\n$/);
  expect(identifyProcess(stepPid)).toBeUndefined();
  expect((await readSummary(fixture.state, run))?.status).toBe('stopped');
  expect((await fixture.run({ resume: run })).status).toBe('succeeded');
  expect(await countStarts(fixture, 'first')).toBe(1);
});

test('SIGKILL: no step outlives the runner by more than a moment, and the run can be resumed', async () => {
  const fixture = await createKillable();
  const { runner, run, stepPid } = await startRunner(fixture);
  await expect(fixture.run({ resume: run })).rejects.toThrow(`run ${run} is still going on in process ${runner.pid}`);
  const exit = ended(runner);
  runner.kill('SIGKILL');
  await exit;
  expect((await readSummary(fixture.state, run))?.status).toBe('running');
  expect((await fixture.run({ resume: run })).status).toBe('succeeded');
  expect(identifyProcess(stepPid)).toBeUndefined();
  expect(await countStarts(fixture, 'first')).toBe(1);
  expect(await countStarts(fixture, 'second')).toBe(2);
});

test("what is left of a dead runner's steps is ended before another run starts", async () => {
  const fixture = await createKillable();
  const { runner, run, stepPid } = await startRunner(fixture);
  const exit = ended(runner);
  runner.kill('SIGKILL');
  await exit;
  // A process that the kernel did not take along, as on other systems than Linux.
  const left = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { detached: true, stdio: 'ignore' });
  await new Promise((resolve) => left.on('spawn', resolve));
  const gone = ended(left);
  const identity = identifyProcess(left.pid as number);
  await writeFile(join(fixture.state, 'runs', run, 'second.process.json'), JSON.stringify(identity));
  expect((await fixture.run({})).status).toBe('succeeded');
  await gone;
  expect(identity && isAlive(identity)).toBe(false);
  expect(identifyProcess(stepPid)).toBeUndefined();
  expect(await readSummary(fixture.state, run)).toMatchObject({
    status: 'stopped',
    steps: [{ status: 'succeeded' }, { status: 'stopped' }],
  });
});

test('a process that got the number of an earlier one is left alone', async () => {
  const fixture = await createKillable();
  const { run } = await fixture.run({});
  const other = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { detached: true, stdio: 'ignore' });
  onTestFinished(() => void other.kill('SIGKILL'));
  await new Promise((resolve) => other.on('spawn', resolve));
  await writeFile(
    join(fixture.state, 'runs', run, 'first.process.json'),
    JSON.stringify({ ...identifyProcess(other.pid as number), started: 'before' }),
  );
  await rm(join(fixture.state, 'runs', run, 'first.result.json'));
  expect((await fixture.run({ resume: run })).status).toBe('succeeded');
  expect(identifyProcess(other.pid as number)).toBeDefined();
});

test('a run whose summary was not yet written starts from the beginning', async () => {
  const fixture = await createKillable();
  const { run } = await fixture.run({});
  await rm(join(fixture.state, 'runs', run, 'summary.json'));
  expect((await fixture.run({ resume: run })).status).toBe('succeeded');
  expect(await countStarts(fixture, 'first')).toBe(2);
  await writeFile(join(fixture.state, 'runs', run, 'request.json'), '{');
  await expect(fixture.run({ resume: run })).rejects.toThrow(
    /^run fixture-.*: its folder can't be read \(.*\); start a new run$/,
  );
  expect(await readFile(join(fixture.state, 'runs', run, 'templates', 'fixture.yaml'), 'utf8')).toContain('WorkflowTemplate');
});
