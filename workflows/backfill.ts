// A range of months: one batch a month, a few at the same time; months that are done with the same input are skipped.
import { workflows } from '../apps/contract/names.ts';
import { createBatch } from './batch.ts';
import { callForEach, defineWorkflow, step } from './define-workflow.ts';
import type { Environment } from './environment.ts';
import { equals, text, uri } from './expressions.ts';
import { categoryParameter, retrainParameter, thresholdParameter } from './parameters.ts';
import { programs } from './programs.ts';
import { recordsFolder } from './run-files.ts';
import { exitSteps } from './shared-steps.ts';

export const createBackfill = (environment: Environment) =>
  defineWorkflow({
    name: workflows.backfill,
    description: 'A batch for each month of a range. Run it again after a failure: months that are done are skipped.',
    parameters: {
      category: categoryParameter,
      from: { kind: 'text', description: 'The first month: 2023-01.' },
      to: { kind: 'text', description: 'The last month: 2023-12.' },
      dry_run: {
        kind: 'boolean',
        description: 'Only list the months, their bytes and what they may cost.',
        enum: ['true', 'false'],
        default: 'false',
      },
      threshold: thresholdParameter,
      retrain: { ...retrainParameter, default: 'false' },
    },
    deadlineHours: 72,
    mutex: ({ category }) => text`backfill-${category}`,
    parallelism: environment.backfillParallelism,
    tasks: ({ category, from, to, dry_run: dryRun, threshold, retrain }) => {
      const plan = step('plan', programs.planBackfill, {
        args: { category, from, to, source: uri`${environment.buckets.source}`, records: recordsFolder(environment) },
        deadlineMinutes: 15,
      });
      const months = callForEach('months', createBatch(environment), {
        each: plan.outputs.months,
        args: (month) => ({
          category: month.category,
          uri: month.uri,
          filename: month.filename,
          run_date: month.run_date,
          threshold,
          retrain,
          engine: text`${environment.engines[0] as string}`,
          accept: text``,
        }),
        when: equals(dryRun, 'false'),
      });
      return { tasks: [plan, months], results: { bytes: plan.outputs.bytes, skipped: plan.outputs.skipped } };
    },
    onExit: ({ category }) => exitSteps(environment, workflows.backfill, category),
  });
