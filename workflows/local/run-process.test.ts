import { spawn } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { identifyProcess, isAlive } from './process-identity.ts';
import { type ProcessProps, runProcess } from './run-process.ts';

function createProps(script: string, props: Partial<ProcessProps> = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'taxiway-process-'));
  const log = join(folder, 'log');
  const logDescriptor = openSync(log, 'a');
  onTestFinished(() => {
    closeSync(logDescriptor);
    rmSync(folder, { recursive: true });
  });
  const command = { file: process.execPath, args: ['-e', script], cwd: folder };
  const signal = new AbortController().signal;
  return {
    readLog: () => readFileSync(log, 'utf8'),
    props: { command, environment: process.env, logDescriptor, signal, ...props },
  };
}

async function waitFor(condition: () => boolean): Promise<void> {
  for (let waited = 0; !condition(); waited += 20) {
    if (waited > 10_000) throw new Error('waited 10 s in vain');
    await sleep(20);
  }
}

test('output of both streams goes to the log, the exit code comes back', async () => {
  const { props, readLog } = createProps('console.log("out"); console.error("err"); process.exitCode = 3');
  expect(await runProcess(props)).toEqual({ exitCode: 3 });
  expect(readLog().split('\n').sort()).toEqual(['', 'err', 'out']);
});

test('a process that dies of a signal counts as in a shell', async () => {
  expect(await runProcess(createProps('process.kill(process.pid, "SIGKILL")').props)).toEqual({ exitCode: 137 });
});

test('a deadline ends a process that ignores SIGTERM', async () => {
  const script = 'process.on("SIGTERM", () => console.log("no")); setInterval(() => {}, 1000); console.log("ready")';
  const { props, readLog } = createProps(script, { deadlineSeconds: 1, graceMilliseconds: 200 });
  expect(await runProcess(props)).toEqual({ exitCode: 137, why: 'deadline' });
  expect(readLog()).toBe('ready\nno\n');
});

test('stopping lets a process end on SIGTERM in its own way', async () => {
  const controller = new AbortController();
  const script =
    'process.on("SIGTERM", () => { console.log("bye"); process.exit(75) }); setInterval(() => {}, 1000); console.log("ready")';
  const { props, readLog } = createProps(script, { signal: controller.signal });
  const running = runProcess(props);
  await waitFor(() => readLog().includes('ready'));
  controller.abort();
  expect(await running).toEqual({ exitCode: 75, why: 'stopped' });
  expect(readLog()).toBe('ready\nbye\n');
});

test('nothing starts once it is stopped', async () => {
  const { props, readLog } = createProps('console.log("started")', { signal: AbortSignal.abort() });
  expect(await runProcess(props)).toMatchObject({ why: 'stopped' });
  expect(readLog()).toBe('');
});

test("a process's own children end with it", async () => {
  const script = `
    const child = require('node:child_process').spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
    child.unref();
    console.log(child.pid);`;
  const { props, readLog } = createProps(script);
  expect(await runProcess(props)).toEqual({ exitCode: 0 });
  await waitFor(() => identifyProcess(Number(readLog())) === undefined);
});

test('a folder that is not there is told in one line', async () => {
  const { props } = createProps('');
  const end = await runProcess({ ...props, command: { ...props.command, cwd: '/nowhere/at/all' } });
  expect(end).toMatchObject({ exitCode: 127, why: 'could not start', message: 'no such folder: /nowhere/at/all' });
});

test('a process is known by when it started', async () => {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
  await new Promise((resolve) => child.on('spawn', resolve));
  const identity = identifyProcess(child.pid as number);
  expect(identity && isAlive(identity)).toBe(true);
  expect(identity && isAlive({ ...identity, started: 'earlier' })).toBe(false);
  child.kill('SIGKILL');
  await new Promise((resolve) => child.on('exit', resolve));
  expect(identity && isAlive(identity)).toBe(false);
  expect(identifyProcess(-1)).toBeUndefined();
});
