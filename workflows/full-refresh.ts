// All history: rebuilds every table of a category and trains its model anew.
import { workflows } from '../apps/contract/names.ts';
import { defineWorkflow, step } from './define-workflow.ts';
import type { Environment } from './environment.ts';
import { path, runCreatedAt, runName, text, uri } from './expressions.ts';
import { acceptParameter, categoryParameter, engineParameter, thresholdParameter } from './parameters.ts';
import { programs } from './programs.ts';
import * as at from './run-files.ts';
import { defineTablesSteps, exitSteps, loadSteps, modelOnly, publishStep, refreshSteps } from './shared-steps.ts';

/** The workflow that fills an empty warehouse, or repairs one. */
export const createFullRefresh = (environment: Environment) =>
  defineWorkflow({
    name: workflows.fullRefresh,
    description: 'All history of a category: transfer, group schemas, validate, etl, dbt, publish and train.',
    parameters: {
      category: categoryParameter,
      source: { kind: 'uri', description: 'The folder of the files, as a URI.' },
      prefixes: {
        kind: 'text',
        description: 'Comma-separated beginnings of file names: sales_2023,sales_2024.',
      },
      threshold: thresholdParameter,
      engine: engineParameter(environment),
      accept: acceptParameter,
    },
    deadlineHours: 24,
    mutex: ({ category }) => text`full-refresh-${category}`,
    tasks: ({ category, source, prefixes, threshold, engine, accept }) => {
      const part = at.runPart();
      const files = at.runFile(environment, part, 'files.json');
      const groups = at.runFile(environment, part, 'groups.json');
      const tables = at.tablesOf(environment, category);

      const transfer = step('transfer', programs.transfer, {
        args: { source, prefixes, destination: at.stagedFolder(environment, category), category, manifest: files },
        deadlineMinutes: 360,
      });
      const schemaGroups = step('schema-groups', programs.schemaGroups, {
        args: {
          category,
          manifest: files,
          groups,
          cache: at.footerCache(environment, category),
          docs: uri`${environment.buckets.docs}`,
        },
        after: [transfer],
        deadlineMinutes: 30,
      });
      const validate = step('validate', programs.validate, {
        args: { groups, threshold, accept, ...at.validation(environment, { category, part }) },
        after: [schemaGroups],
        deadlineMinutes: 180,
      });
      const define = defineTablesSteps(environment, category);
      const etl = step('etl', programs.etl, {
        args: {
          category,
          mode: text`initial_load`,
          engine,
          groups,
          asOf: runCreatedAt,
          ...at.destinationFlags(environment, part),
          plan: at.runFile(environment, part, 'plan.json'),
        },
        after: [validate],
        mutex: tables,
        deadlineMinutes: 360,
      });
      const load = loadSteps(environment, { category, part, name: runName, engine, etl, define, sparkMinutes: 720 });
      const dbt = step('dbt', programs.dbt, {
        args: {
          category,
          ...at.warehouseOfDbt(environment),
          fullRefresh: true,
          docs: at.dbtFolder(environment, part),
        },
        after: [load.at(-1) ?? etl],
        mutex: tables,
        deadlineMinutes: 180,
      });
      const publish = publishStep(environment, { category, part, after: dbt });
      const train = step('train', programs.train, {
        args: {
          category,
          ...at.warehouseOfTraining(environment),
          run: part,
          tracking: path`${environment.tracking}`,
          models: at.modelsFolder(environment),
        },
        after: [dbt],
        when: modelOnly(category),
        mutex: at.modelOf(category),
        workload: 'training',
        deadlineMinutes: 360,
      });
      const record = step('record', programs.recordMonths, {
        args: {
          category,
          manifest: files,
          records: at.recordsFolder(environment),
          judged: at.judgedMonths(environment, part),
        },
        after: [publish],
        deadlineMinutes: 5,
      });
      return {
        tasks: [
          transfer,
          schemaGroups,
          validate,
          ...define,
          etl,
          ...load,
          dbt,
          publish,
          train,
          record,
          ...refreshSteps(environment, category, train),
        ],
        results: { percent: validate.outputs.successPercent, ...etl.outputs },
      };
    },
    onExit: ({ category }) => exitSteps(environment, workflows.fullRefresh, category),
  });
