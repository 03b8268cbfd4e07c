// One month's file: from the source bucket to tables, documentation and a retrained model.
import { workflows } from '../apps/contract/names.ts';
import { defineWorkflow, step, type Workflow } from './define-workflow.ts';
import type { Environment } from './environment.ts';
import { runCreatedAt, runName, text } from './expressions.ts';
import { categoryParameter } from './parameters.ts';
import { dbtPath, modelsPath, runFile, stagedFolder, trackingPath, warehousePath, warehouseUri } from './run-files.ts';

/** The workflow that follows a new file. */
export const createBatch = (environment: Environment): Workflow =>
  defineWorkflow({
    name: workflows.batch,
    description: "One month's file: transfer, validate, etl, dbt, publish and retrain.",
    parameters: {
      category: categoryParameter,
      uri: { description: 'The file, as a URI.' },
      filename: { description: "The file's base name, which carries the month: yellow_tripdata_2024-01.parquet." },
      run_date: { description: "The first day of the file's month: 2024-01-01." },
      threshold: { description: 'Percent of the expectations that must hold; below it the run fails.', default: '90' },
    },
    steps: ({ category, uri, filename, run_date: runDate, threshold }) => {
      const staged = text`${stagedFolder(environment, category)}${filename}`;

      const transfer = step('transfer', {
        app: 'transfer',
        command: ['node', 'main.js'],
        args: { source: uri, destination: stagedFolder(environment, category) },
        deadlineMinutes: 60,
      });
      const validate = step('validate', {
        app: 'validate',
        command: ['node', 'main.js'],
        args: {
          file: staged,
          suite: text`expectations/${category}.json`,
          threshold,
          report: text`${environment.buckets.docs}validation/${category}/${runDate}/`,
        },
        after: [transfer],
        deadlineMinutes: 30,
      });
      const etl = step('etl', {
        app: 'etl',
        command: ['node', 'main.js'],
        args: {
          category,
          mode: text`batch`,
          file: staged,
          asOf: runCreatedAt,
          warehouse: warehouseUri(environment),
          plan: runFile(environment, 'plan.json'),
        },
        after: [validate],
        deadlineMinutes: 60,
      });
      const dbt = step('dbt', {
        app: 'dbt',
        command: ['python', 'run.py'],
        args: { category, warehouse: warehousePath(environment), runDate, docs: dbtPath(environment) },
        after: [etl],
        deadlineMinutes: 60,
      });
      const publish = step('publish', {
        app: 'publish',
        command: ['node', 'main.js'],
        args: { category, dbt: runFile(environment, 'dbt/'), docs: text`${environment.buckets.docs}` },
        after: [dbt],
        deadlineMinutes: 30,
      });
      const retrain = step('retrain', {
        app: 'ml',
        command: ['python', 'retrain.py'],
        args: {
          category,
          warehouse: warehousePath(environment),
          runDate,
          run: runName,
          tracking: trackingPath(environment),
          models: modelsPath(environment),
        },
        after: [dbt],
        deadlineMinutes: 120,
      });
      return [transfer, validate, etl, dbt, publish, retrain];
    },
  });
