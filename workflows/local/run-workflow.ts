// Runs a rendered WorkflowTemplate on this machine, its exit handler too, and keeps its summary up to date after every step.
import { createHash } from 'node:crypto';
import { join, resolve } from 'node:path';
import type { Ending } from '../depends.ts';
import { toFailureValues } from '../expressions.ts';
import type { Template } from '../template-schema.ts';
import { chooseProgress } from './choose-progress.ts';
import { expand } from './local-command.ts';
import { withLock } from './lock.ts';
import { type OpenRun, parseJsonIfAny, readEarlierOutputs, reopenRun, submitRun } from './open-run.ts';
import type { Progress } from './progress.ts';
import { logPath, writeSummary } from './run-folder.ts';
import { runStep } from './run-step.ts';
import { type End, type Engine, holdAll, type Leaf, runTemplate } from './run-template.ts';
import { hasFailed, type StepSummary, type Summary, toReports } from './summary.ts';

export type RunRequest = RunPlace & (NewRequest | ResumeRequest);

interface NewRequest {
  /** Name of the WorkflowTemplate. */
  readonly template: string;
  readonly parameters: Readonly<Record<string, string>>;
  /** The workflows' files, where they are not those of dist/local/workflows. */
  readonly files?: ReadonlyMap<string, string> | undefined;
  readonly resume?: undefined;
}

interface ResumeRequest {
  /** Id of the run to go on with; its parameters and YAML are those that it was submitted with. */
  readonly resume: string;
}

interface RunPlace {
  /** The state folder, `.taxiway`. */
  readonly state: string;
  /** Aborting stops the steps, as `argo terminate` does: the summary then says "stopped", and no exit handler runs. */
  readonly signal?: AbortSignal;
  /** Root of the repository with apps/ and dist/local/workflows/; this one. */
  readonly repository?: string;
  /** How the run looks while it goes; live on a terminal, else plain lines. */
  readonly progress?: Progress;
}

/**
 * Runs a workflow, or the rest of one. A failed step does not throw: the summary says so. Throws UsageError for wrong
 * parameters, an unknown run, and a template with something in it that can't be honoured here.
 */
export async function runWorkflow(request: RunRequest): Promise<Summary> {
  const state = resolve(request.state);
  const repository = resolve(request.repository ?? join(import.meta.dirname, '..', '..'));
  const run =
    request.resume === undefined ? await submitRun({ ...request, state, repository }) : await reopenRun(state, request.resume);
  const progress = request.progress ?? chooseProgress(state);
  // Aborted too where the runner itself fails, so that no step is left behind.
  const failure = new AbortController();
  const signal = request.signal ? AbortSignal.any([request.signal, failure.signal]) : failure.signal;
  try {
    return await execute(run, { state, repository, signal, progress });
  } catch (error) {
    failure.abort();
    throw error;
  }
}

interface Surroundings extends Required<Omit<RunPlace, 'signal'>> {
  readonly signal: AbortSignal;
}

async function execute(run: OpenRun, surroundings: Surroundings): Promise<Summary> {
  const { signal, progress } = surroundings;
  const keeper = keepSummary(run, surroundings);
  await keeper.update({});
  progress.onBegin(keeper.current());
  try {
    const main = await runMain(run, surroundings, keeper);
    const exit = signal.aborted ? undefined : await runExit(run, { ...surroundings, main }, keeper);
    const { ending } = main.ending === 'Succeeded' && exit !== undefined ? exit : main;
    await keeper.update({ status: signal.aborted ? 'stopped' : toRunStatus(ending) });
  } finally {
    await progress.onEnd(keeper.current());
  }
  return keeper.current();
}

/** The entrypoint with the workflow's own mutexes and deadline. */
async function runMain(run: OpenRun, surroundings: Surroundings, keeper: Keeper): Promise<End> {
  const { spec } = run.root;
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(), Math.min((spec.activeDeadlineSeconds ?? 0) * 1000, 2 ** 31 - 1) || 2 ** 31 - 1);
  const values = toWorkflowValues(run);
  const engine = createEngine(
    run,
    { ...surroundings, signal: AbortSignal.any([surroundings.signal, late.signal]), values },
    keeper,
  );
  const names = (spec.synchronization?.mutexes ?? []).map(({ name }) => expand(name, values));
  try {
    return await holdAll(engine, { names, path: '' }, () =>
      runTemplate(engine, {
        owner: run.root,
        template: spec.templates.find(({ name }) => name === spec.entrypoint) as Template,
        path: '',
        inputs: new Map(Object.entries(run.submission.parameters)),
        mayReuse: true,
      }),
    );
  } finally {
    clearTimeout(timer);
    if (late.signal.aborted)
      progressNotice(surroundings, `the run took longer than its deadline of ${spec.activeDeadlineSeconds} s`);
  }
}

const progressNotice = ({ progress }: Surroundings, notice: string) => progress.onNotice('run', notice);

/** The exit handler runs anew each time: how the run ended may differ. */
async function runExit(run: OpenRun, surroundings: Surroundings & { main: End }, keeper: Keeper): Promise<End | undefined> {
  const template = run.root.spec.templates.find(({ name }) => name === run.root.spec.onExit);
  if (template === undefined) return undefined;
  const failed = keeper.current().steps.filter(hasFailed);
  const failures = failed.map(({ name, status, message }) => ({
    displayName: name,
    message: message ?? '',
    phase: status === 'error' ? 'Error' : 'Failed',
  }));
  const values = new Map([
    ...toWorkflowValues(run),
    ['workflow.status', toStatus(surroundings.main.ending)] as const,
    ...toFailureValues(failures),
  ]);
  const engine = createEngine(run, { ...surroundings, values }, keeper);
  return runTemplate(engine, { owner: run.root, template, path: '', inputs: new Map(), mayReuse: false });
}

function createEngine(
  run: OpenRun,
  surroundings: Surroundings & { values: ReadonlyMap<string, string> },
  keeper: Keeper,
): Engine {
  const { signal, state, progress, values } = surroundings;
  const toStep = (name: string, status: StepSummary['status']): StepSummary => ({
    name,
    status,
    seconds: 0,
    log: logPath(run.summary.run, name),
  });
  return {
    templates: run.templates,
    workflowValues: values,
    signal,
    onNotRun: (path, ending) => void keeper.updateStep(toStep(path, ending === 'Skipped' ? 'skipped' : 'omitted')),
    onExpand: (path, leaves) =>
      void keeper.expand(
        path,
        leaves.map((leaf) => toStep(leaf, 'pending')),
      ),
    // Across processes: another `npm start` in the same folder holds the same mutexes.
    withMutex: (name, path, work) =>
      withLock(join(state, 'locks', `mutex-${createHash('sha256').update(name).digest('hex').slice(0, 16)}`), work, () =>
        progress.onNotice(path, `waits for the mutex ${name}`),
      ),
    runLeaf: async (leaf) => {
      if (signal.aborted) return { ending: 'Failed', outputs: new Map(), reused: false };
      const earlier = leaf.mayReuse ? await readEarlierOutputs(run, leaf, state) : undefined;
      if (earlier) return { ending: 'Succeeded', outputs: earlier, reused: true };
      await keeper.updateStep(toStep(leaf.path, 'running'));
      const { step, outputs } = await runLeaf(leaf, run, surroundings);
      await keeper.updateStep(step);
      return { ending: toEnding(step), outputs, reused: false };
    },
  };
}

async function runLeaf(leaf: Leaf, run: OpenRun, { state, repository, signal, progress }: Surroundings) {
  const startedAt = performance.now();
  const { outputs, ...end } = await runStep({
    leaf,
    run: run.summary.run,
    state,
    repository,
    signal,
    onNotice: (notice) => progress.onNotice(leaf.path, notice),
  });
  const result = outputs.get('result');
  if (result !== undefined) run.results.set(leaf.path, parseJsonIfAny(result));
  const seconds = toSeconds(performance.now() - startedAt);
  return { outputs, step: { name: leaf.path, ...end, seconds, log: logPath(run.summary.run, leaf.path) } satisfies StepSummary };
}

const toEnding = ({ status }: StepSummary): Ending =>
  status === 'succeeded' ? 'Succeeded' : status === 'error' ? 'Errored' : 'Failed';
/** As `workflow.status` has it. */
const toStatus = (ending: Ending): string => (ending === 'Errored' ? 'Error' : ending);
const toRunStatus = (ending: Ending) => (ending === 'Succeeded' ? 'succeeded' : ending === 'Errored' ? 'error' : 'failed');

type Keeper = ReturnType<typeof keepSummary>;

/** Holds the summary and writes it after each change. Changes that come during a write share the next one: a list may have thousands of steps. */
function keepSummary({ summary: first, results }: OpenRun, { state, progress }: Surroundings) {
  const startedAt = performance.now();
  let summary = first;
  let writing: Promise<void> = Promise.resolve();
  let waiting: Promise<void> | undefined;
  const update = (changes: Partial<Summary>) => {
    const seconds = toSeconds(first.seconds * 1000 + performance.now() - startedAt);
    summary = { ...summary, ...changes, ...toReports(results), seconds };
    waiting ??= writing.then(() => {
      waiting = undefined;
      return writeSummary(state, summary);
    });
    writing = waiting;
    return writing;
  };
  const updateStep = (step: StepSummary) => {
    progress.onStep(step);
    // What is skipped as a whole stands for the steps in it.
    const isOf = ({ name }: StepSummary) => name === step.name || name.startsWith(`${step.name}.`);
    const at = summary.steps.findIndex(isOf);
    if (at === -1) return update({ steps: [...summary.steps, step] });
    return update({ steps: summary.steps.flatMap((other, index) => (index === at ? [step] : isOf(other) ? [] : [other])) });
  };
  /** Puts the steps of a list in the place of the task that stood for them; those that are known stay as they are. */
  const expandStep = (path: string, steps: readonly StepSummary[]) => {
    const old = new Map(summary.steps.map((step) => [step.name, step]));
    const fresh = steps.map((step) => old.get(step.name) ?? step);
    const names = new Set(fresh.map(({ name }) => name));
    const at = summary.steps.findIndex(({ name }) => name === path || names.has(name));
    const others = (part: readonly StepSummary[]) => part.filter(({ name }) => name !== path && !names.has(name));
    return update({ steps: [...others(summary.steps.slice(0, at)), ...fresh, ...others(summary.steps.slice(at))] });
  };
  return { update, updateStep, expand: expandStep, current: () => summary };
}

function toWorkflowValues({ submission, summary }: OpenRun): ReadonlyMap<string, string> {
  return new Map([
    ['workflow.name', summary.run],
    ['workflow.creationTimestamp.RFC3339', submission.createdAt],
    ...Object.entries(submission.parameters).map(([name, value]): [string, string] => [`workflow.parameters.${name}`, value]),
  ]);
}

const toSeconds = (milliseconds: number) => Math.round(milliseconds) / 1000;
