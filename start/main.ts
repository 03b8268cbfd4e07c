// `npm start`: set-up, files, the two workflows, then the site.
import { execFile } from 'node:child_process';
import { join, relative, resolve } from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';
import { categoryOption } from '../apps/contract/categories.ts';
import type { Dataset } from '../apps/contract/dataset.ts';
import { fileNameOf, firstDayOf } from '../apps/contract/file-name.ts';
import { buckets, workflows } from '../apps/contract/names.ts';
import { readSchemaGroups } from '../apps/plan/schema-groups.ts';
import { exitCode, UsageError, UserError } from '../apps/platform/errors.ts';
import { runProgram } from '../apps/platform/program.ts';
import { withLock } from '../workflows/lock.ts';
import { ensurePythonEnvironment } from '../workflows/python-env.ts';
import { runWorkflow } from '../workflows/run-workflow.ts';
import { toScreen } from '../workflows/screen.ts';
import { type Summary, toExitCode } from '../workflows/summary.ts';
import { type Input, readInput } from './input.ts';
import { isRunOf, type Request, readPending, writePending } from './pending.ts';
import { readRuns } from './runs.ts';
import { checkPort, serveSite } from './site.ts';

const root = join(import.meta.dirname, '..');

await runProgram({
  name: 'npm start',
  description:
    'Runs the whole pipeline on this machine: full refresh on all months but the newest, batch for the newest, then the site with the results.',
  options: {
    category: categoryOption.prefault('yellow').describe('the data set, such as yellow'),
    input: z.string().optional().describe('a folder of monthly files; made-up sample files when left out'),
    once: z.boolean().default(false).describe('stop after the run, without the site'),
    port: z.coerce.number().int().min(1).max(65_535).default(8080).describe('port of the site on 127.0.0.1'),
    resume: z.string().optional().describe('go on with this run, or with "latest": what is done is skipped'),
  },
  run: async (options) => {
    const state = resolve(root, process.env.TAXIWAY_STATE ?? '.taxiway');
    const stop = new AbortController();
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stop.abort());
    if (!options.once) await checkPort(options.port);
    const failed = await withLock(
      join(state, 'lock'),
      () => runPipeline(options, state, stop.signal),
      ({ pid }) => {
        throw new UsageError(`another npm start runs here as process ${pid}; wait for it, or stop it with: kill ${pid}`);
      },
    );
    if (failed) throw new UserError(toExitCode(failed), toFailureLine(failed, state));
    if (!options.once && !stop.signal.aborted) await serveSite({ state, port: options.port, signal: stop.signal });
    return undefined;
  },
});

/** What failed, where to read why, and what to do next, in one line. A repaired file has to be transferred anew: that is another run. */
function toFailureLine({ run, steps, status }: Summary, state: string): string {
  const failed = steps.find((step) => step.status === 'failed');
  const what = failed
    ? `step ${failed.name} of run ${run} failed; its log: ${join(relative('.', state), failed.log)}`
    : `run ${run} ${status}`;
  const anew = failed?.exitCode === exitCode.outcome ? 'start anew when the file is mended, or ' : '';
  return `${what}; ${anew}resume it with: npm start -- --resume ${run}`;
}

/** Runs the workflows one after the other. Returns the summary of the one that did not succeed, if any. */
async function runPipeline(
  options: { category: Dataset; input?: string | undefined; resume?: string | undefined },
  state: string,
  signal: AbortSignal,
): Promise<Summary | undefined> {
  if (options.resume !== undefined) return resumeRun(options.resume, state, signal);
  const input = await readInput(options.category, options.input ?? (await makeSample(options.category, state)));
  if (input.ignored.length > 0) console.log(`Left out, not files of ${options.category.category}: ${input.ignored.join(', ')}`);
  // The steps refuse bad files too; here the user hears of all of them before anything has run.
  await readSchemaGroups(
    options.category,
    input.months.map((month) => `${input.folder}${fileNameOf(options.category, month)}`),
  );
  await makeEnvironments();
  return runAll(toRequests(options.category, input), state, signal);
}

async function runAll(requests: readonly Request[], state: string, signal: AbortSignal): Promise<Summary | undefined> {
  for (const [index, request] of requests.entries()) {
    await writePending(state, requests.slice(index));
    const failed = await runOne(request, state, signal);
    if (failed) return failed;
  }
  await writePending(state, []);
  return undefined;
}

async function resumeRun(wanted: string, state: string, signal: AbortSignal): Promise<Summary | undefined> {
  const runs = await readRuns(state);
  const run = wanted === 'latest' ? runs.find((candidate) => candidate.status !== 'succeeded')?.run : wanted;
  if (run === undefined) throw new UsageError('--resume latest: every run has succeeded; there is nothing to resume');
  await makeEnvironments();
  const pending = await readPending(state);
  const summary = await runWorkflow({ resume: run, state, signal });
  console.log(toScreen(summary, relative('.', state)));
  if (summary.status !== 'succeeded') return summary;
  return isRunOf(pending[0], summary) ? runAll(pending.slice(1), state, signal) : undefined;
}

/** All months but the newest in one full refresh, then a batch for the newest. A single month is a batch. */
function toRequests(dataset: Dataset, input: Input): Request[] {
  const { category } = dataset;
  const newest = input.months.at(-1) as string;
  const older = input.months.slice(0, -1);
  const filename = fileNameOf(dataset, newest);
  return [
    ...(older.length > 0
      ? [
          {
            template: workflows.fullRefresh,
            parameters: { category, source: input.folder, prefixes: older.map((month) => fileNameOf(dataset, month)).join(',') },
          },
        ]
      : []),
    {
      template: workflows.batch,
      parameters: { category, uri: `${input.folder}${filename}`, filename, run_date: firstDayOf(newest) },
    },
  ];
}

async function runOne(request: Request, state: string, signal: AbortSignal): Promise<Summary | undefined> {
  const summary = await runWorkflow({ ...request, state, signal });
  console.log(toScreen(summary, relative('.', state)));
  return summary.status === 'succeeded' ? undefined : summary;
}

async function makeSample(dataset: Dataset, state: string): Promise<string> {
  const folder = join(state, 'buckets', buckets.source, dataset.category);
  console.log(`Making sample files of made-up trips in ${folder}`);
  await promisify(execFile)(process.execPath, [
    join(root, 'apps', 'sample', 'main.ts'),
    '--category',
    dataset.category,
    '--destination',
    `${folder}/`,
  ]);
  return folder;
}

async function makeEnvironments(): Promise<void> {
  for (const app of ['dbt', 'ml']) await ensurePythonEnvironment(app, { onNotice: (notice) => console.log(notice) });
}
