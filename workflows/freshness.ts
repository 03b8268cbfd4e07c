// Months in the source bucket that never arrived, or arrived in another version: a batch for each.
import { workflows } from '../apps/contract/names.ts';
import { createBatch } from './batch.ts';
import { callForEach, defineWorkflow, step } from './define-workflow.ts';
import type { Environment } from './environment.ts';
import { text, uri } from './expressions.ts';
import { retrainParameter, thresholdParameter } from './parameters.ts';
import { programs } from './programs.ts';
import { recordsFolder } from './run-files.ts';
import { exitSteps } from './shared-steps.ts';

export const createFreshness = (environment: Environment) =>
  defineWorkflow({
    name: workflows.freshness,
    description: 'A batch for each month in the source bucket that never arrived, or arrived in another version.',
    parameters: { threshold: thresholdParameter, retrain: { ...retrainParameter, default: 'true' } },
    deadlineHours: 24,
    mutex: () => text`freshness`,
    parallelism: environment.backfillParallelism,
    tasks: ({ threshold, retrain }) => {
      const find = step('find', programs.findMissingMonths, {
        args: { source: uri`${environment.buckets.source}`, records: recordsFolder(environment) },
        deadlineMinutes: 15,
      });
      const months = callForEach('months', createBatch(environment), {
        each: find.outputs.months,
        args: (month) => ({ ...month, threshold, retrain, engine: text`${environment.engines[0] as string}`, accept: text`` }),
      });
      return [find, months];
    },
    onExit: () => exitSteps(environment, workflows.freshness),
  });
