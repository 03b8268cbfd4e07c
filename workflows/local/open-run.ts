// Opens a run: a new submission, or an earlier one with what is done in it.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { didYouMean } from '../../apps/contract/did-you-mean.ts';
import { UsageError } from '../../apps/platform/errors.ts';
import { listFolder } from '../../apps/platform/files.ts';
import { checkParameters } from '../check/parameters.ts';
import { readTemplates } from '../read-templates.ts';
import type { Template, Templates, WorkflowTemplate } from '../template-schema.ts';
import { stopOrphans } from './orphans.ts';
import { identifyProcess } from './process-identity.ts';
import {
  createRun,
  logPath,
  readSubmission,
  readSummary,
  runPath,
  type Submission,
  storeSubmission,
  writeSummary,
} from './run-folder.ts';
import { type Leaf, listSteps } from './run-template.ts';
import { type StepSummary, type Summary, toReports } from './summary.ts';

export interface OpenRun {
  /** The workflow, and all that it refers to. */
  readonly root: WorkflowTemplate;
  readonly templates: Templates;
  readonly submission: Submission;
  /** As it stands before the next step. */
  readonly summary: Summary;
  /** Results of the steps, also of failed ones, parsed, by the step's path. */
  readonly results: Map<string, unknown>;
}

/** What to run, and where: absolute folders. */
export interface NewRun {
  readonly template: string;
  readonly parameters: Readonly<Record<string, string>>;
  readonly state: string;
  readonly repository: string;
  /** The workflows' files; those of dist/local/workflows when left out. */
  readonly files?: ReadonlyMap<string, string> | undefined;
}

/** The workflows, and the one that is wanted with its checked parameters. Throws UsageError with every problem. */
export async function checkSubmission({ template: name, parameters: given, repository, files }: Omit<NewRun, 'state'>) {
  const yaml = new Map(
    [...(files ?? (await readFiles(repository)))].map(([file, text]) => [file.slice(0, -'.yaml'.length), text] as const),
  );
  const names = [...yaml.keys()];
  if (!names.includes(name)) {
    const written = JSON.stringify(name.slice(0, 80));
    throw new UsageError(
      `workflow ${written}: no such workflow${didYouMean(name, names)}; there are ${names.join(', ') || 'none'}`,
    );
  }
  const templates = readTemplates(new Map([...yaml].map(([one, text]) => [`dist/local/workflows/${one}.yaml`, text])));
  const root = templates.get(name) as WorkflowTemplate;
  return { root, templates, yaml, parameters: checkParameters(root, given) };
}

async function readFiles(repository: string): Promise<Map<string, string>> {
  const folder = join(repository, 'dist', 'local', 'workflows');
  const files = (await listFolder(folder)).filter((file) => file.endsWith('.yaml'));
  return new Map(await Promise.all(files.map(async (file) => [file, await readFile(join(folder, file), 'utf8')] as const)));
}

/** Checks a submission and stores it under a new id. Throws UsageError with every problem. */
export async function submitRun(request: NewRun): Promise<OpenRun> {
  const { root, templates, yaml, parameters } = await checkSubmission(request);
  const { state } = request;
  await stopOrphans(state);
  // To the second, as Kubernetes keeps it.
  const createdAt = new Date().toISOString().replace(/\.\d+Z$/, 'Z');
  const submission = { workflow: root.metadata.name, parameters, createdAt, templates: yaml };
  return openRun({ run: await createRun(state, submission), submission, templates, state });
}

/** Opens an earlier run with the YAML, parameters and clock that it was submitted with, wherever its folder is now. Throws UsageError where it is still going on. */
export async function reopenRun(state: string, run: string): Promise<OpenRun> {
  const submission = await readSubmission(state, run);
  const files = [...submission.templates].map(([name, text]) => [`runs/${run}/templates/${name}.yaml`, text] as const);
  const templates = readTemplates(new Map(files));
  await stopOrphans(state, run);
  const opened = await openRun({ run, submission, templates, state });
  if (submission.hasMoved) {
    // In this order: a kill between the two leaves a run that still knows that it has moved.
    await writeSummary(state, opened.summary);
    await storeSubmission(state, run, submission);
  }
  return opened;
}

interface Found extends Pick<OpenRun, 'templates'> {
  readonly submission: Submission & { readonly hasMoved?: boolean };
  readonly run: string;
  readonly state: string;
}

async function openRun({ run, submission, templates, state }: Found): Promise<OpenRun> {
  const found = await readSummary(state, run);
  // What steps wrote for each other names files by their full path: after a move all of them run again.
  const before = submission.hasMoved && found ? { ...found, steps: [] } : found;
  const root = templates.get(submission.workflow);
  if (root === undefined)
    throw new UsageError(`run ${run}: its folder can't be read (no ${submission.workflow}); start a new run`);
  const results = new Map<string, unknown>();
  for (const { name, status } of before?.steps ?? []) {
    const text = status === 'succeeded' ? (await readOutputs(state, run, name))?.get('result') : undefined;
    if (text !== undefined) results.set(name, parseJsonIfAny(text));
  }
  const { category } = submission.parameters;
  const summary: Summary = {
    run,
    workflow: submission.workflow,
    ...(category === undefined ? {} : { category }),
    parameters: submission.parameters,
    status: 'running',
    startedAt: submission.createdAt,
    seconds: before?.seconds ?? 0,
    steps: listAllSteps(templates, root).map(
      (name): StepSummary =>
        before?.steps.find((step) => step.name === name && step.status === 'succeeded') ?? {
          name,
          status: 'pending',
          seconds: 0,
          log: logPath(run, name),
        },
    ),
    ...toReports(results),
    pid: process.pid,
    processStarted: identifyProcess(process.pid)?.started ?? '',
  };
  // What a list's steps did is in the summary until the list is known again.
  const expanded = (before?.steps ?? []).filter(
    ({ name, status }) => status === 'succeeded' && !summary.steps.some((one) => one.name === name),
  );
  return { root, templates, submission, summary: { ...summary, steps: [...summary.steps, ...expanded] }, results };
}

/** Steps by path, those of the exit handler last. */
export function listAllSteps(templates: Templates, root: WorkflowTemplate): string[] {
  const { entrypoint, onExit, templates: own } = root.spec;
  return [entrypoint, ...(onExit === undefined ? [] : [onExit])].flatMap((name) =>
    listSteps(templates, root, own.find((one) => one.name === name) as Template, ''),
  );
}

/** The outputs of a step that succeeded earlier in this run; undefined where it did not, or where one is gone. */
export async function readEarlierOutputs(
  { summary }: OpenRun,
  { path, template }: Leaf,
  state: string,
): Promise<ReadonlyMap<string, string> | undefined> {
  if (!summary.steps.some(({ name, status }) => name === path && status === 'succeeded')) return undefined;
  const outputs = await readOutputs(state, summary.run, path);
  return (template.outputs?.parameters ?? []).every(({ name }) => outputs?.has(name)) ? outputs : undefined;
}

async function readOutputs(state: string, run: string, path: string): Promise<ReadonlyMap<string, string> | undefined> {
  const text = await readFile(runPath(state, run, `${path}.outputs.json`), 'utf8').catch(() => undefined);
  const outputs = text === undefined ? undefined : parseJsonIfAny(text);
  return typeof outputs === 'object' && outputs !== null ? new Map(Object.entries(outputs as Record<string, string>)) : undefined;
}

/** Parsed JSON; undefined for what is none. */
export function parseJsonIfAny(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
