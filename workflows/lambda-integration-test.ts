// Proof that the lambda hands over what it should: the four parameters beside what is expected.
import { workflows } from '../apps/contract/names.ts';
import { defineWorkflow, step } from './define-workflow.ts';
import type { Environment } from './environment.ts';
import { programs } from './programs.ts';

export const createLambdaIntegrationTest = (_: Environment) =>
  defineWorkflow({
    name: workflows.lambdaIntegrationTest,
    description: 'Compares the four parameters that the lambda hands over with what is expected, and says which differs.',
    parameters: {
      category: { kind: 'text', description: 'As handed over.' },
      uri: { kind: 'text', description: 'As handed over.' },
      filename: { kind: 'text', description: 'As handed over.' },
      run_date: { kind: 'text', description: 'As handed over.' },
      expected_category: { kind: 'text', description: 'sales' },
      expected_uri: { kind: 'text', description: 's3://bucket/sales_2024-01.parquet' },
      expected_filename: { kind: 'text', description: 'sales_2024-01.parquet' },
      expected_run_date: { kind: 'text', description: '2024-01-01' },
    },
    deadlineHours: 1,
    tasks: (given) => [
      step('compare', programs.checkHandover, {
        args: {
          category: given.category,
          uri: given.uri,
          filename: given.filename,
          runDate: given.run_date,
          expectedCategory: given.expected_category,
          expectedUri: given.expected_uri,
          expectedFilename: given.expected_filename,
          expectedRunDate: given.expected_run_date,
        },
        deadlineMinutes: 5,
      }),
    ],
  });
