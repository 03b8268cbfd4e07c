// `npm start`: the pipeline, then the site.
import { join, relative, resolve } from 'node:path';
import { z } from 'zod';
import { categoryHelp, categoryOption, shownCategory } from '../apps/contract/categories.ts';
import { exitCode, UsageError, UserError } from '../apps/platform/errors.ts';
import { runProgram } from '../apps/platform/program.ts';
import { withLock } from '../workflows/local/lock.ts';
import { hasFailed, type Summary, toExitCode } from '../workflows/local/summary.ts';
import { runPipeline } from './pipeline.ts';
import { checkPort, serveSite } from './site.ts';

const root = join(import.meta.dirname, '..');

await runProgram({
  name: 'npm start',
  description:
    'Runs the whole pipeline on this machine: full refresh on all months but the newest, batch for the newest, then the site with the results.',
  options: {
    category: categoryOption.prefault(shownCategory).describe(categoryHelp),
    input: z.string().optional().describe('a folder of monthly files; made-up sample files when left out'),
    engine: z.enum(['duckdb', 'spark']).default('duckdb').describe('what runs the etl step: duckdb, or spark on this machine'),
    once: z.boolean().default(false).describe('stop after the run, without the site'),
    port: z.coerce.number().int().min(1).max(65_535).default(8080).describe('port of the site on 127.0.0.1'),
    accept: z
      .string()
      .default('')
      .describe('why months are to be loaded though a gate refuses them; the reason stands in their records and reports'),
    resume: z.string().optional().describe('go on with this run, or with "latest": what is done is skipped'),
  },
  run: async (options) => {
    const state = resolve(root, process.env.TAXIWAY_STATE ?? '.taxiway');
    const stop = new AbortController();
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stop.abort());
    if (!options.once) await checkPort(options.port);
    const failed = await withLock(
      join(state, 'lock'),
      () => runPipeline(options, { state, signal: stop.signal }),
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
  const failed = steps.find(hasFailed);
  const what = failed
    ? `step ${failed.name} of run ${run} failed; its log: ${join(relative('.', state), failed.log)}`
    : `run ${run} ${status}`;
  const anew = failed?.exitCode === exitCode.outcome ? 'start anew when the file is mended, or ' : '';
  return `${what}; ${anew}resume it with: npm start -- --resume ${run}`;
}
