// What `npm start` runs: sample files where none are given, a check of all files, then the two workflows, one after the other.
import { execFile } from 'node:child_process';
import { join, relative } from 'node:path';
import { promisify } from 'node:util';
import type { Dataset } from '../apps/contract/dataset.ts';
import { firstDayOf, isCsv } from '../apps/contract/file-name.ts';
import { buckets, workflows } from '../apps/contract/names.ts';
import { readSchemaGroups } from '../apps/plan/schema-groups.ts';
import { UsageError } from '../apps/platform/errors.ts';
import { runWorkflow } from '../workflows/local/run-workflow.ts';
import { toScreen } from '../workflows/local/screen.ts';
import type { Summary } from '../workflows/local/summary.ts';
import { ensurePythonEnvironment } from '../workflows/python-env.ts';
import { type Input, readInput } from './input.ts';
import { isRunOf, type Request, readPending, writePending } from './pending.ts';
import { readRuns } from './runs.ts';

interface Place {
  /** The state folder. */
  readonly state: string;
  readonly signal: AbortSignal;
}

/** Runs the workflows one after the other. Returns the summary of the one that did not succeed, if any. */
export async function runPipeline(
  options: { category: Dataset; engine: string; accept: string; input?: string | undefined; resume?: string | undefined },
  place: Place,
): Promise<Summary | undefined> {
  if (options.resume !== undefined) return resumeRun(options.resume, place);
  const input = await readInput(options.category, options.input ?? (await makeSample(options.category, place.state)));
  if (input.ignored.length > 0) console.log(`Left out, not files of ${options.category.category}: ${input.ignored.join(', ')}`);
  // The steps refuse bad files too; here the user hears of all of them before anything has run.
  const uris = input.files.map(({ name }) => `${input.folder}${name}`);
  if (!isCsv(options.category)) await readSchemaGroups(options.category, uris);
  await makeEnvironments(options.engine);
  return runAll(toRequests(options, input), place);
}

async function runAll(requests: readonly Request[], place: Place): Promise<Summary | undefined> {
  for (const [index, request] of requests.entries()) {
    await writePending(place.state, requests.slice(index));
    const summary = await runOne(request, place);
    if (summary.status !== 'succeeded') return summary;
  }
  await writePending(place.state, []);
  return undefined;
}

async function resumeRun(wanted: string, place: Place): Promise<Summary | undefined> {
  const runs = await readRuns(place.state);
  const run = wanted === 'latest' ? runs.find((candidate) => candidate.status !== 'succeeded')?.run : wanted;
  if (run === undefined) throw new UsageError('--resume latest: every run has succeeded; there is nothing to resume');
  await makeEnvironments('duckdb');
  const pending = await readPending(place.state);
  const summary = await runOne({ resume: run }, place);
  if (summary.status !== 'succeeded') return summary;
  return isRunOf(pending[0], summary) ? runAll(pending.slice(1), place) : undefined;
}

/** All months but the newest in one full refresh, then a batch for the newest. A single month is a batch. */
function toRequests(
  { category: { category }, engine, accept }: { category: Dataset; engine: string; accept: string },
  input: Input,
): Request[] {
  const { month, name: filename } = input.files.at(-1) as Input['files'][number];
  const older = input.files.slice(0, -1);
  return [
    ...(older.length > 0
      ? [
          {
            template: workflows.fullRefresh,
            parameters: {
              category,
              source: input.folder,
              prefixes: older.map(({ name }) => name).join(','),
              engine,
              accept,
            },
          },
        ]
      : []),
    {
      template: workflows.batch,
      parameters: { category, uri: `${input.folder}${filename}`, filename, run_date: firstDayOf(month), engine, accept },
    },
  ];
}

async function runOne(request: Request | { readonly resume: string }, place: Place): Promise<Summary> {
  const summary = await runWorkflow({ ...request, ...place });
  console.log(toScreen(summary, relative('.', place.state)));
  return summary;
}

async function makeSample(dataset: Dataset, state: string): Promise<string> {
  const folder = join(state, 'buckets', buckets.source, dataset.category);
  console.log(`Making sample files in ${folder}`);
  await promisify(execFile)(process.execPath, [
    join(import.meta.dirname, '..', 'apps', 'sample', 'main.ts'),
    '--category',
    dataset.category,
    '--destination',
    `${folder}/`,
  ]);
  return folder;
}

async function makeEnvironments(engine: string): Promise<void> {
  for (const app of ['dbt', 'ml', ...(engine === 'spark' ? ['spark'] : [])])
    await ensurePythonEnvironment(app, { onNotice: (notice) => console.log(notice) });
}
