// One month's file: from the source bucket to tables, documentation and a retrained model.
import { workflows } from '../apps/contract/names.ts';
import { defineWorkflow, step } from './define-workflow.ts';
import type { Environment } from './environment.ts';
import { equals, path, runCreatedAt, runName, text, uri } from './expressions.ts';
import { acceptParameter, categoryParameter, engineParameter, retrainParameter, thresholdParameter } from './parameters.ts';
import { programs } from './programs.ts';
import * as at from './run-files.ts';
import { defineTablesSteps, exitSteps, loadSteps, modelOnly, publishStep, refreshSteps } from './shared-steps.ts';

/** The workflow that follows a new file. */
export const createBatch = (environment: Environment) =>
  defineWorkflow({
    name: workflows.batch,
    description: "One month's file: transfer, validate, etl, dbt, publish and retrain.",
    parameters: {
      category: categoryParameter,
      uri: { kind: 'uri', description: 'The file, as a URI.' },
      filename: { kind: 'text', description: "The file's base name, which carries the month: sales_2024-01.parquet." },
      run_date: { kind: 'month', description: "The first day of the file's month: 2024-01-01." },
      threshold: thresholdParameter,
      retrain: { ...retrainParameter, default: 'true' },
      engine: engineParameter(environment),
      accept: acceptParameter,
    },
    deadlineHours: 12,
    mutex: ({ category, run_date: runDate }) => text`month-${category}-${runDate}`,
    tasks: ({ category, uri: source, filename, run_date: runDate, threshold, retrain: learns, engine, accept }) => {
      const part = at.runPart(runDate);
      const tables = at.tablesOf(environment, category);

      const transfer = step('transfer', programs.transfer, {
        args: { source, destination: at.stagedFolder(environment, category), category, filename, runDate },
        deadlineMinutes: 60,
      });
      const staged = uri`${at.stagedFolder(environment, category)}${transfer.outputs.file}`;
      const validate = step('validate', programs.validate, {
        args: {
          file: staged,
          records: at.recordsFolder(environment),
          threshold,
          accept,
          ...at.validation(environment, { category, part }),
        },
        after: [transfer],
        deadlineMinutes: 30,
      });
      const define = defineTablesSteps(environment, category);
      const etl = step('etl', programs.etl, {
        args: {
          category,
          mode: text`batch`,
          engine,
          file: staged,
          asOf: runCreatedAt,
          ...at.destinationFlags(environment, part),
          plan: at.runFile(environment, part, 'plan.json'),
        },
        after: [validate],
        mutex: tables,
        deadlineMinutes: 60,
      });
      const load = loadSteps(environment, {
        category,
        part,
        runDate,
        name: text`${runName}-${runDate}`,
        engine,
        etl,
        define,
        sparkMinutes: 120,
      });
      const dbt = step('dbt', programs.dbt, {
        args: {
          category,
          ...at.warehouseOfDbt(environment),
          runDate,
          docs: at.dbtFolder(environment, part),
        },
        after: [load.at(-1) ?? etl],
        mutex: tables,
        deadlineMinutes: 60,
      });
      const publish = publishStep(environment, { category, part, after: dbt });
      const retrain = step('retrain', programs.retrain, {
        args: {
          category,
          ...at.warehouseOfTraining(environment),
          runDate,
          run: text`${part}`,
          tracking: path`${environment.tracking}`,
          models: at.modelsFolder(environment),
        },
        after: [dbt],
        when: [equals(learns, 'true'), ...modelOnly(category)],
        mutex: at.modelOf(category),
        workload: 'training',
        deadlineMinutes: 120,
      });
      const record = step('record', programs.recordMonth, {
        args: {
          category,
          uri: source,
          filename,
          runDate,
          version: transfer.outputs.version,
          records: at.recordsFolder(environment),
          judged: at.judgedMonths(environment, part),
        },
        after: [publish],
        deadlineMinutes: 5,
      });
      return {
        tasks: [
          transfer,
          validate,
          ...define,
          etl,
          ...load,
          dbt,
          publish,
          retrain,
          ...refreshSteps(environment, category, retrain),
          record,
        ],
        results: { percent: validate.outputs.successPercent, ...etl.outputs },
      };
    },
    onExit: ({ category }) => exitSteps(environment, workflows.batch, category),
  });
