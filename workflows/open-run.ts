// Opens a run: a new submission, or an earlier one with what is done in it.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { UsageError } from '../apps/platform/errors.ts';
import { listFolder } from '../apps/platform/files.ts';
import { checkParameters } from './check-parameters.ts';
import { didYouMean } from './did-you-mean.ts';
import { stopOrphans } from './orphans.ts';
import { identifyProcess } from './process-identity.ts';
import { type ReadTemplate, readTemplate } from './read-template.ts';
import type { Job } from './resolve-jobs.ts';
import { createRun, logPath, readSubmission, readSummary, runPath, type Submission } from './run-folder.ts';
import { type StepSummary, type Summary, toReports } from './summary.ts';

export interface OpenRun {
  readonly template: ReadTemplate;
  readonly submission: Submission;
  /** As it stands before the next step. */
  readonly summary: Summary;
  /** Outputs of the steps that are done: step → name → value. */
  readonly outputs: Map<string, ReadonlyMap<string, string>>;
  /** Results of the steps, also of failed ones, parsed. */
  readonly results: Map<string, unknown>;
}

/** What to run, and where: absolute folders. */
export interface NewRun {
  readonly template: string;
  readonly parameters: Readonly<Record<string, string>>;
  readonly state: string;
  readonly repository: string;
}

/** Checks a submission and stores it under a new id. Throws UsageError with every problem. */
export async function submitRun({ template: name, parameters: given, state, repository }: NewRun): Promise<OpenRun> {
  const folder = join(repository, 'dist', 'local', 'workflows');
  const names = (await listFolder(folder)).filter((file) => file.endsWith('.yaml')).map((file) => file.slice(0, -'.yaml'.length));
  if (!names.includes(name)) {
    const written = JSON.stringify(name.slice(0, 80));
    throw new UsageError(
      `workflow ${written}: no such workflow${didYouMean(name, names)}; there are ${names.join(', ') || 'none'}`,
    );
  }
  const yaml = await readFile(join(folder, `${name}.yaml`), 'utf8');
  const template = readTemplate(yaml, `dist/local/workflows/${name}.yaml`);
  const parameters = checkParameters(template, given);
  await stopOrphans(state);
  // To the second, as Kubernetes keeps it.
  const createdAt = new Date().toISOString().replace(/\.\d+Z$/, 'Z');
  const submission = { workflow: template.name, parameters, createdAt, yaml };
  return openRun({ run: await createRun(state, submission), submission, template, state });
}

/** Opens an earlier run with the YAML, parameters and clock that it was submitted with. Throws UsageError where it is still going on. */
export async function reopenRun(state: string, run: string): Promise<OpenRun> {
  const submission = await readSubmission(state, run);
  const template = readTemplate(submission.yaml, `runs/${run}/workflow.yaml`);
  await stopOrphans(state, run);
  return openRun({ run, submission, template, state });
}

interface Found extends Pick<OpenRun, 'submission' | 'template'> {
  readonly run: string;
  readonly state: string;
}

async function openRun({ run, submission, template, state }: Found): Promise<OpenRun> {
  const before = await readSummary(state, run);
  const outputs = new Map<string, ReadonlyMap<string, string>>();
  const results = new Map<string, unknown>();
  const steps: StepSummary[] = [];
  for (const job of template.jobs) {
    const earlier = before?.steps.find(({ name }) => name === job.name);
    const found = earlier?.status === 'succeeded' ? await readOutputs(job, state, run) : undefined;
    if (earlier && found && job.dependencies.every((name) => outputs.has(name))) {
      outputs.set(job.name, found);
      const result = found.get('result');
      if (result !== undefined) results.set(job.name, parseJsonIfAny(result));
      steps.push(earlier);
    } else {
      steps.push({ name: job.name, status: 'pending', seconds: 0, log: logPath(run, job.name) });
    }
  }
  const { category } = submission.parameters;
  const summary: Summary = {
    run,
    workflow: template.name,
    ...(category === undefined ? {} : { category }),
    parameters: submission.parameters,
    status: 'running',
    startedAt: submission.createdAt,
    seconds: before?.seconds ?? 0,
    steps,
    ...toReports(results),
    pid: process.pid,
    processStarted: identifyProcess(process.pid)?.started ?? '',
  };
  return { template, submission, summary, outputs, results };
}

/** The outputs of a step that succeeded earlier; undefined where they are gone. Only `result` is kept: a step with others runs again. */
async function readOutputs(job: Job, state: string, run: string): Promise<ReadonlyMap<string, string> | undefined> {
  const names = (job.template.outputs?.parameters ?? []).map(({ name }) => name);
  if (names.length === 0) return new Map();
  if (names.length > 1 || names[0] !== 'result') return undefined;
  const text = await readFile(runPath(state, run, `${job.name}.result.json`), 'utf8').catch(() => undefined);
  return text === undefined ? undefined : new Map([['result', text]]);
}

/** Parsed JSON; undefined for what is none. */
export function parseJsonIfAny(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
