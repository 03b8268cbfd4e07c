// A run's folder, .taxiway/runs/<id>: the submitted templates and parameters, logs, results and the summary.
import { randomUUID } from 'node:crypto';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { didYouMean } from '../../apps/contract/did-you-mean.ts';
import { UsageError } from '../../apps/platform/errors.ts';
import { listFolder, makeFolder, readJsonIfAny, writeFileAtomically } from '../../apps/platform/files.ts';
import { rebase, stateUri } from './moved-state.ts';
import { type Summary, summarySchema } from './summary.ts';

const requestSchema = z.object({ workflow: z.string(), parameters: z.record(z.string(), z.string()), createdAt: z.string() });
/** With the state folder's URI at that time; runs of earlier releases have none. */
const storedSchema = requestSchema.extend({ state: z.string().optional() });

/** What was submitted; a resumed run uses the same. */
export interface Submission extends z.output<typeof requestSchema> {
  /** The YAML of every template, by name. */
  readonly templates: ReadonlyMap<string, string>;
}

/** A submission that was read again. */
export interface FoundSubmission extends Submission {
  /** The state folder has another path than when the run's steps ran: what they wrote may name files of the old one. */
  readonly hasMoved: boolean;
}

export const runsFolder = (state: string) => join(state, 'runs');
export const runPath = (state: string, run: string, name: string) => join(runsFolder(state), run, name);
/** A step's log, relative to the state folder. */
export const logPath = (run: string, step: string) => join('runs', run, `${step}.log`);

/** Stores a submission under a new run id, whole or not at all, and returns the id: `batch-yellow-20240102-030405`. */
export async function createRun(state: string, submission: Submission): Promise<string> {
  const temporary = join(runsFolder(state), `.${randomUUID()}`);
  await makeFolder(join(temporary, 'templates'));
  for (const [name, yaml] of submission.templates) await writeFile(join(temporary, 'templates', `${name}.yaml`), yaml);
  await writeFile(join(temporary, 'request.json'), toRequestText(state, submission));
  const base = toRunId(submission);
  for (let count = 1; ; count++) {
    const run = count === 1 ? base : `${base}-${count}`;
    try {
      // Renaming a folder onto one that holds something fails: the id is taken.
      await rename(temporary, join(runsFolder(state), run));
      return run;
    } catch (error) {
      if (!['ENOTEMPTY', 'EEXIST'].includes((error as NodeJS.ErrnoException).code ?? '')) {
        await rm(temporary, { recursive: true, force: true });
        throw error;
      }
    }
  }
}

/** Notes that from now on the run's steps run where the state folder is now. */
export async function storeSubmission(state: string, run: string, submission: Submission): Promise<void> {
  await writeFileAtomically(runPath(state, run, 'request.json'), toRequestText(state, submission));
}

const toRequestText = (state: string, { workflow, parameters, createdAt }: Submission): string =>
  `${JSON.stringify({ workflow, parameters, createdAt, state: stateUri(state) } satisfies z.input<typeof storedSchema>, null, 2)}\n`;

function toRunId({ workflow, parameters, createdAt }: Submission): string {
  const time = createdAt.replace(/[-:]/g, '').replace('T', '-').replace(/\D*$/, '');
  const category = (parameters.category ?? '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
    .slice(0, 15)
    .replace(/-$/, '');
  return [workflow.slice(0, 25).replace(/-$/, ''), category, time].filter((part) => part !== '').join('-');
}

/** What a run was submitted with; what it names in the state folder is where that folder is now. Throws UsageError where there is no such run. */
export async function readSubmission(state: string, run: string): Promise<FoundSubmission> {
  const runs = await listFolder(runsFolder(state));
  if (!runs.includes(run)) {
    const last = runs.at(-1);
    const hint = didYouMean(run, runs) || (last === undefined ? '; there are none yet' : `; the last by name is ${last}`);
    throw new UsageError(`run ${JSON.stringify(run.slice(0, 80))}: no such run in ${runsFolder(state)}${hint}`);
  }
  try {
    const stored = storedSchema.parse(await readJsonIfAny(runPath(state, run, 'request.json')));
    const { state: from = stateUri(state), ...request } = stored;
    const to = stateUri(state);
    const templates = new Map<string, string>();
    for (const file of await listFolder(runPath(state, run, 'templates')))
      templates.set(file.replace(/\.yaml$/, ''), await readFile(runPath(state, run, join('templates', file)), 'utf8'));
    return { ...request, parameters: rebase(request.parameters, { from, to }), templates, hasMoved: from !== to };
  } catch (error) {
    throw new UsageError(`run ${run}: its folder can't be read (${(error as Error).message.split('\n')[0]}); start a new run`);
  }
}

/** A run's summary, or undefined where it has none that can be read. */
export async function readSummary(state: string, run: string): Promise<Summary | undefined> {
  const found = await readJsonIfAny(runPath(state, run, 'summary.json')).catch(() => undefined);
  return summarySchema.safeParse(found).data;
}

export async function writeSummary(state: string, summary: Summary): Promise<void> {
  await writeFileAtomically(runPath(state, summary.run, 'summary.json'), `${JSON.stringify(summary, null, 2)}\n`);
}
