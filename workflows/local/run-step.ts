// Runs one step to its end: attempts with back-off, each with a clean scratch folder and a header in the log.
import { closeSync, fstatSync, openSync, writeSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { exitCode, UserError } from '../../apps/platform/errors.ts';
import { fileSize, makeFolder, writeFileAtomically } from '../../apps/platform/files.ts';
import { scratchVolume } from '../mounts.ts';
import { retriedExitCodes, sigkillCode } from '../retried-exit-codes.ts';
import { expand, type LocalCommand, type Mount, toLocalCommand } from './local-command.ts';
import { forgetProcess, recordProcess } from './orphans.ts';
import { runPath } from './run-folder.ts';
import { type ProcessEnd, runProcess } from './run-process.ts';
import type { Leaf } from './run-template.ts';
import { readLastLine, toHeader } from './step-log.ts';
import type { StepSummary } from './summary.ts';

export interface StepRun {
  readonly leaf: Leaf;
  readonly run: string;
  readonly state: string;
  readonly repository: string;
  readonly signal: AbortSignal;
  readonly onNotice: (notice: string) => void;
}

export interface StepEnd extends Pick<StepSummary, 'exitCode' | 'message' | 'attempts'> {
  readonly status: 'succeeded' | 'failed' | 'error' | 'stopped';
  readonly outputs: ReadonlyMap<string, string>;
}

/** Never throws for what the step does; what it says on its last line is the message. */
export async function runStep(step: StepRun): Promise<StepEnd> {
  const { retryStrategy } = step.leaf.template;
  const { limit, backoff } = retryStrategy ?? { limit: 0 };
  for (let attempt = 1; ; attempt++) {
    const { temporary, ...end } = await runAttempt(step, attempt);
    const result: StepEnd = { ...end, ...(attempt > 1 ? { attempts: attempt } : {}) };
    const delay = (backoff?.duration ?? 0) * (backoff?.factor ?? 1) ** (attempt - 1);
    const again = end.status === 'failed' && temporary && attempt <= limit;
    if (!again) return result;
    step.onNotice(`attempt ${attempt} failed: ${end.message}; the next one in ${Math.round(delay / 100) / 10} s`);
    await sleep(delay, undefined, { signal: step.signal }).catch(() => {});
    if (step.signal.aborted) return { ...result, status: 'stopped' };
  }
}

async function runAttempt(step: StepRun, attempt: number): Promise<StepEnd & { readonly temporary: boolean }> {
  const { leaf, run, state, signal } = step;
  const path = (suffix: string) => runPath(state, run, `${leaf.path}${suffix}`);
  const scratch = path('.tmp');
  await rm(scratch, { recursive: true, force: true });
  await makeFolder(scratch);
  const log = openSync(path('.log'), 'a');
  try {
    const command = await prepare(step, scratch);
    writeSync(log, toHeader(leaf.path, attempt, [command.file, ...command.args]));
    const logStart = fstatSync(log).size;
    const end = await runProcess({
      command,
      environment: { ...toEnvironment(scratch, state), ...toOwnEnvironment(step) },
      logDescriptor: log,
      deadlineSeconds: leaf.template.activeDeadlineSeconds,
      signal,
      onStart: (identity) => recordProcess(path('.process.json'), identity),
    });
    forgetProcess(path('.process.json'));
    return await conclude(step, { end, scratch, lastLine: readLastLine(path('.log'), logStart) });
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    writeSync(log, `${error.message}\n`);
    return {
      status: signal.aborted ? 'stopped' : 'failed',
      exitCode: error.exitCode,
      message: error.message,
      outputs: new Map(),
      temporary: error.exitCode === exitCode.temporary,
    };
  } finally {
    closeSync(log);
    await rm(scratch, { recursive: true, force: true });
  }
}

function listMounts({ leaf, state }: StepRun, scratch: string): Mount[] {
  return (leaf.template.container.volumeMounts ?? []).map(({ name, mountPath }) => ({
    mountPath: mountPath.replace(/\/+$/, ''),
    folder: name === scratchVolume ? scratch : state,
  }));
}

async function prepare(step: StepRun, scratch: string): Promise<LocalCommand> {
  const { container } = step.leaf.template;
  const mounts = listMounts(step, scratch);
  const args = (container.args ?? []).map((arg) => expand(arg, step.leaf.values, mounts));
  return toLocalCommand(container, args, { repository: step.repository, onNotice: step.onNotice, signal: step.signal });
}

/** What an image would set: UTC, UTF-8, no colours in log files, scratch space of its own; and code compiled once, where bundles have little to compile. */
function toEnvironment(scratch: string, state: string): Record<string, string | undefined> {
  const { FORCE_COLOR, ...inherited } = process.env;
  const python = { PYTHONUNBUFFERED: '1', PYTHONUTF8: '1' };
  const node = { NODE_COMPILE_CACHE: `${state}/node-compile-cache` };
  return { ...inherited, NO_COLOR: '1', TZ: 'UTC', LC_ALL: 'C.UTF-8', ...python, ...node, TMPDIR: scratch };
}

const toOwnEnvironment = ({ leaf: { template, values } }: StepRun): Record<string, string> =>
  Object.fromEntries(
    (template.container.env ?? []).flatMap((one) => ('value' in one ? [[one.name, expand(one.value, values)]] : [])),
  );

interface Attempt {
  readonly end: ProcessEnd;
  readonly scratch: string;
  readonly lastLine: string | undefined;
}

async function conclude(step: StepRun, { end, scratch, lastLine }: Attempt): Promise<StepEnd & { readonly temporary: boolean }> {
  const { outputs, missing } = await readOutputs(step, scratch);
  const temporary = end.why === undefined && retriedExitCodes.includes(end.exitCode ?? 0);
  if (end.why === 'stopped') return { status: 'stopped', exitCode: end.exitCode, message: 'stopped', outputs, temporary };
  if (end.exitCode === 0 && end.why === undefined) {
    if (missing.length === 0) return { status: 'succeeded', exitCode: 0, outputs, temporary };
    return { status: 'error', exitCode: 0, message: `exited with 0 but wrote no ${missing.join(', ')}`, outputs, temporary };
  }
  return { status: 'failed', exitCode: end.exitCode, message: explain(step, end, lastLine), outputs, temporary };
}

function explain({ leaf }: StepRun, { exitCode: code, why, message }: ProcessEnd, lastLine: string | undefined): string {
  if (why === 'deadline') return `took longer than its deadline of ${leaf.template.activeDeadlineSeconds} s`;
  if (why === 'could not start') return `could not start: ${message}`;
  if (code === sigkillCode) return `killed (SIGKILL; too little memory?)${lastLine ? `; its last line: ${lastLine}` : ''}`;
  return lastLine ?? `exited with ${code} and wrote nothing`;
}

/** Outputs by their template's names, kept in `<step>.outputs.json`; the one called `result` also as a file of its own, also of a failed step. */
async function readOutputs(step: StepRun, scratch: string) {
  const { leaf, run, state } = step;
  const outputs = new Map<string, string>();
  const missing: string[] = [];
  const mounts = listMounts(step, scratch);
  for (const { name, valueFrom } of leaf.template.outputs?.parameters ?? []) {
    if (!('path' in valueFrom)) continue;
    const path = expand(valueFrom.path, new Map(), mounts);
    if ((await fileSize(path)) === undefined) {
      missing.push(valueFrom.path);
    } else {
      // Argo's executor drops the last line's end.
      outputs.set(name, (await readFile(path, 'utf8')).replace(/\n$/, ''));
    }
  }
  const result = outputs.get('result');
  if (result !== undefined) await writeFileAtomically(runPath(state, run, `${leaf.path}.result.json`), result);
  await writeFileAtomically(runPath(state, run, `${leaf.path}.outputs.json`), JSON.stringify(Object.fromEntries(outputs)));
  return { outputs, missing };
}
