// What a run tells about itself: summary.json in its folder, read by the site, by `--resume` and by whoever looks.
import { z } from 'zod';
import { exitCode } from '../../apps/platform/errors.ts';

const stepStatus = z.enum(['pending', 'running', 'succeeded', 'failed', 'error', 'stopped', 'omitted', 'skipped']);

const stepSummary = z.object({
  name: z.string(),
  /** As Argo has it: `error`: its program ended well, but what it should have written is not there; `omitted`: something before it failed; `skipped`: its condition does not hold. */
  status: stepStatus,
  seconds: z.number(),
  /** Relative to the state folder. */
  log: z.string(),
  exitCode: z.number().optional(),
  /** Why it failed, in one line. */
  message: z.string().optional(),
  /** Attempts so far, where it took more than one. */
  attempts: z.number().optional(),
});

const fileCounts = z.looseObject({
  file: z.string(),
  month: z.string().nullish(),
  read: z.number(),
  clean: z.number(),
  triage: z.number(),
  outsideRetention: z.number(),
  brokenRules: z.record(z.string(), z.number()),
});

const validation = z.looseObject({
  successPercent: z.number(),
  /** Why a month that a gate refused was loaded all the same. */
  accepted: z.looseObject({ reason: z.string() }).optional(),
});
const model = z.looseObject({ rmse: z.number().nullish(), baselineRmse: z.number().nullish(), promoted: z.boolean().nullish() });

/** What a backfill has to do. */
const backfill = z.looseObject({
  months: z.array(z.looseObject({ run_date: z.string() })),
  bytes: z.number(),
  skipped: z.number(),
  cost: z.looseObject({ usd: z.number() }),
});

export const summarySchema = z.object({
  run: z.string(),
  workflow: z.string(),
  category: z.string().optional(),
  parameters: z.record(z.string(), z.string()),
  status: z.enum(['running', 'succeeded', 'failed', 'error', 'stopped']),
  startedAt: z.string(),
  /** Of all attempts together. */
  seconds: z.number(),
  steps: z.array(stepSummary),
  files: z.array(fileCounts),
  validation: validation.optional(),
  model: model.optional(),
  backfill: backfill.optional(),
  /** The runner's process; while the status is `running`. */
  pid: z.number(),
  processStarted: z.string(),
});

export type Summary = z.output<typeof summarySchema>;
export type StepSummary = z.output<typeof stepSummary>;
export type StepStatus = z.output<typeof stepStatus>;
export type FileCounts = z.output<typeof fileCounts>;

/** What the steps' results, by path, add to a summary: counts of every etl; the last validation and model as they are. */
export function toReports(results: ReadonlyMap<string, unknown>): Pick<Summary, 'files' | 'validation' | 'model' | 'backfill'> {
  const of = (...steps: string[]) =>
    [...results].filter(([path]) => steps.includes(path.split('.').at(-1) ?? '')).map(([, result]) => result);
  const validated = validation.safeParse(of('validate').at(-1));
  const planned = backfill.safeParse(of('plan').at(-1));
  const trained = model.safeParse(of('retrain', 'train').at(-1));
  return {
    files: of('etl').flatMap((result) => z.looseObject({ files: z.array(fileCounts) }).safeParse(result).data?.files ?? []),
    ...(validated.data ? { validation: validated.data } : {}),
    ...(trained.data ? { model: trained.data } : {}),
    ...(planned.data ? { backfill: planned.data } : {}),
  };
}

/** Whether a step, or a run, ended otherwise than it should and was not stopped. */
export const hasFailed = ({ status }: { readonly status: StepStatus }): boolean => status === 'failed' || status === 'error';

/** The exit code of a run: that of the first failed step where it is one of ours; a stopped run ends as a shell's Ctrl-C does. */
export function toExitCode({ status, steps }: Summary): number {
  if (status === 'succeeded') return exitCode.done;
  if (status === 'stopped') return 130;
  const code = steps.find(hasFailed)?.exitCode;
  return Object.values(exitCode).some((known) => known !== exitCode.done && known === code) ? (code as number) : exitCode.bug;
}
