// All history: rebuilds every table of a category and trains its model anew.
import { workflows } from '../apps/contract/names.ts';
import { defineWorkflow, step, type Workflow } from './define-workflow.ts';
import type { Environment } from './environment.ts';
import { runCreatedAt, runName, text } from './expressions.ts';
import { categoryParameter } from './parameters.ts';
import { dbtPath, modelsPath, runFile, stagedFolder, trackingPath, warehousePath, warehouseUri } from './run-files.ts';

/** The workflow that fills an empty warehouse, or repairs one. */
export const createFullRefresh = (environment: Environment): Workflow =>
  defineWorkflow({
    name: workflows.fullRefresh,
    description: 'All history of a category: transfer, group schemas, etl, dbt, publish and train.',
    parameters: {
      category: categoryParameter,
      source: { description: 'The folder of the files, as a URI.' },
      prefixes: { description: 'Comma-separated beginnings of file names: yellow_tripdata_2023,yellow_tripdata_2024.' },
    },
    steps: ({ category, source, prefixes }) => {
      const files = runFile(environment, 'files.json');
      const groups = runFile(environment, 'groups.json');

      const transfer = step('transfer', {
        app: 'transfer',
        command: ['node', 'main.js'],
        args: { source, prefixes, destination: stagedFolder(environment, category), manifest: files },
        deadlineMinutes: 360,
      });
      const schemaGroups = step('schema-groups', {
        app: 'schema-groups',
        command: ['node', 'main.js'],
        args: { category, manifest: files, groups },
        after: [transfer],
        deadlineMinutes: 30,
      });
      const etl = step('etl', {
        app: 'etl',
        command: ['node', 'main.js'],
        args: {
          category,
          mode: text`initial_load`,
          groups,
          asOf: runCreatedAt,
          warehouse: warehouseUri(environment),
          plan: runFile(environment, 'plan.json'),
        },
        after: [schemaGroups],
        deadlineMinutes: 360,
      });
      const dbt = step('dbt', {
        app: 'dbt',
        command: ['python', 'run.py'],
        args: { category, warehouse: warehousePath(environment), fullRefresh: true, docs: dbtPath(environment) },
        after: [etl],
        deadlineMinutes: 180,
      });
      const publish = step('publish', {
        app: 'publish',
        command: ['node', 'main.js'],
        args: { category, dbt: runFile(environment, 'dbt/'), docs: text`${environment.buckets.docs}` },
        after: [dbt],
        deadlineMinutes: 30,
      });
      const train = step('train', {
        app: 'ml',
        command: ['python', 'train.py'],
        args: {
          category,
          warehouse: warehousePath(environment),
          run: runName,
          tracking: trackingPath(environment),
          models: modelsPath(environment),
        },
        after: [dbt],
        deadlineMinutes: 360,
      });
      return [transfer, schemaGroups, etl, dbt, publish, train];
    },
  });
