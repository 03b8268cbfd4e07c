// Runs a rendered WorkflowTemplate on this machine and keeps its summary up to date after every step.
import { join, resolve } from 'node:path';
import { chooseProgress } from './choose-progress.ts';
import { expand } from './local-command.ts';
import { type OpenRun, parseJsonIfAny, reopenRun, submitRun } from './open-run.ts';
import type { Progress } from './progress.ts';
import type { Job } from './resolve-jobs.ts';
import { logPath, writeSummary } from './run-folder.ts';
import { runStep } from './run-step.ts';
import { runGraph } from './schedule.ts';
import { type StepSummary, type Summary, toReports } from './summary.ts';

export type RunRequest = RunPlace & (NewRequest | ResumeRequest);

interface NewRequest {
  /** Name of the WorkflowTemplate. */
  readonly template: string;
  readonly parameters: Readonly<Record<string, string>>;
  readonly resume?: undefined;
}

interface ResumeRequest {
  /** Id of the run to go on with; its parameters and YAML are those that it was submitted with. */
  readonly resume: string;
}

interface RunPlace {
  /** The state folder, `.taxiway`. */
  readonly state: string;
  /** Aborting stops the steps; the summary then says "stopped". */
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
  const repository = resolve(request.repository ?? join(import.meta.dirname, '..'));
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
    await runGraph(run.template.jobs, run.outputs.keys(), async (job) => {
      if (signal.aborted) return false;
      await keeper.updateStep({ name: job.name, status: 'running', seconds: 0, log: logPath(run.summary.run, job.name) });
      const step = await runJob(job, run, surroundings);
      await keeper.updateStep(step);
      return step.status === 'succeeded';
    });
    const status = conclude(keeper.current().steps, signal.aborted);
    const omitted = status === 'failed' ? keeper.current().steps.filter((step) => step.status === 'pending') : [];
    for (const step of omitted) await keeper.updateStep({ ...step, status: 'omitted' });
    await keeper.update({ status });
  } finally {
    await progress.onEnd(keeper.current());
  }
  return keeper.current();
}

/** Holds the summary and writes each version of it, one after the other. */
function keepSummary({ summary: first, results }: OpenRun, { state, progress }: Surroundings) {
  const startedAt = performance.now();
  let summary = first;
  let writing: Promise<void> = Promise.resolve();
  const update = (changes: Partial<Summary>) => {
    const seconds = toSeconds(first.seconds * 1000 + performance.now() - startedAt);
    const latest = { ...summary, ...changes, ...toReports(results), seconds };
    summary = latest;
    writing = writing.then(() => writeSummary(state, latest));
    return writing;
  };
  const updateStep = (step: StepSummary) => {
    progress.onStep(step);
    return update({ steps: summary.steps.map((other) => (other.name === step.name ? step : other)) });
  };
  return { update, updateStep, current: () => summary };
}

async function runJob(job: Job, run: OpenRun, { state, repository, signal, progress }: Surroundings): Promise<StepSummary> {
  const startedAt = performance.now();
  const { outputs, ...end } = await runStep({
    job,
    values: toValues(job, run),
    run: run.summary.run,
    state,
    repository,
    signal,
    onNotice: (notice) => progress.onNotice(job.name, notice),
  });
  if (end.status === 'succeeded') run.outputs.set(job.name, outputs);
  const result = outputs.get('result');
  if (result !== undefined) run.results.set(job.name, parseJsonIfAny(result));
  return { name: job.name, ...end, seconds: toSeconds(performance.now() - startedAt), log: logPath(run.summary.run, job.name) };
}

/** What each `{{…}}` of a step's container stands for. Values are put in once, never looked at again. */
function toValues(job: Job, { submission, summary, outputs }: OpenRun): ReadonlyMap<string, string> {
  const workflow: [string, string][] = [
    ['workflow.name', summary.run],
    ['workflow.creationTimestamp.RFC3339', submission.createdAt],
    ...Object.entries(submission.parameters).map(([name, value]): [string, string] => [`workflow.parameters.${name}`, value]),
  ];
  const all = new Map(workflow);
  for (const [step, values] of outputs) {
    for (const [name, value] of values) all.set(`tasks.${step}.outputs.parameters.${name}`, value);
  }
  const inputs = [...job.inputs].map(([name, value]): [string, string] => [`inputs.parameters.${name}`, expand(value, all)]);
  return new Map([...workflow, ...inputs]);
}

function conclude(steps: readonly StepSummary[], aborted: boolean): Summary['status'] {
  if (steps.every(({ status }) => status === 'succeeded')) return 'succeeded';
  return aborted ? 'stopped' : 'failed';
}

const toSeconds = (milliseconds: number) => Math.round(milliseconds) / 1000;
