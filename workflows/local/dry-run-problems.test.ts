import { expect, test } from 'vitest';
import { localEnvironment } from '../local-environment.ts';
import { readTemplates } from '../read-templates.ts';
import { toWorkflowFiles } from '../render-workflows.ts';
import type { WorkflowTemplate } from '../template-schema.ts';
import { findDryRunProblems } from './dry-run-problems.ts';

const templates = readTemplates(toWorkflowFiles(localEnvironment));
const problemsOf = (workflow: string, given: Record<string, string>) =>
  findDryRunProblems(templates.get(workflow) as WorkflowTemplate, templates, given);
const batch = {
  category: 'green',
  uri: 'file:///in/green_tripdata_2024-02.parquet',
  filename: 'green_tripdata_2024-02.parquet',
  run_date: '2024-02-01',
};

test('what is right has no problem', () => {
  expect(problemsOf('batch', { ...batch, threshold: '90', accept: '' })).toEqual([]);
  expect(problemsOf('backfill', { category: 'green', from: '2023-01', to: '2023-12-01' })).toEqual([]);
});

test.each<[string, string, Record<string, string>, string]>([
  ['a threshold that is no number', 'batch', { threshold: 'abc' }, 'parameter "threshold": "abc" is not a number'],
  ['a threshold that is a share', 'batch', { threshold: '0.9' }, 'is not a percentage'],
  ['30 February', 'batch', { run_date: '2024-02-30' }, 'parameter "run_date": "2024-02-30" is not a month\'s first day'],
  ["another category's file", 'batch', { category: 'yellow' }, 'is not the file of yellow and 2024-02-01'],
  ["another month's file", 'batch', { run_date: '2024-03-01' }, 'which is green_tripdata_2024-03.parquet'],
  ['a uri of another file', 'batch', { uri: 'file:///in/x.parquet' }, 'does not end in /green_tripdata_2024-02.parquet'],
  ['a path for a uri', 'batch', { uri: '/in/green_tripdata_2024-02.parquet' }, 'is not a URI'],
])('refuses %s', (_, workflow, change, problem) => {
  expect(problemsOf(workflow, { ...batch, ...change }).join('\n')).toContain(problem);
});

test('refuses a range of months that is none', () => {
  expect(problemsOf('backfill', { category: 'green', from: '2023-13', to: '2023-12' })).toHaveLength(1);
  expect(problemsOf('backfill', { category: 'green', from: '2023-12', to: '2023-01' })).toEqual([
    'parameter "to": 2023-01 is before 2023-12',
  ]);
});
