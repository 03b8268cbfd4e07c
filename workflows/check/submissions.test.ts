import { expect, test } from 'vitest';
import { allDatasets } from '../../apps/contract/categories.ts';
import { workflows } from '../../apps/contract/names.ts';
import { localEnvironment } from '../local-environment.ts';
import { readTemplates } from '../read-templates.ts';
import { toWorkflowFiles } from '../render-workflows.ts';
import { findCronProblems, findSubmissionProblems } from './submissions.ts';

const templates = readTemplates(toWorkflowFiles(localEnvironment));
const handedOver = { category: 'yellow', uri: undefined, filename: undefined, run_date: undefined };
const find = (workflow: string, given: Readonly<Record<string, string | undefined>>) =>
  findSubmissionProblems(templates, { workflow, arguments: given });

test('what the lambda hands over is taken, also where a value is known only then', () => {
  expect(find(workflows.batch, handedOver)).toEqual([]);
  const expected = Object.fromEntries(Object.keys(handedOver).map((name) => [`expected_${name}`, 'x']));
  expect(find(workflows.lambdaIntegrationTest, { ...handedOver, ...expected })).toEqual([]);
});

test('an unknown workflow', () => {
  expect(find('bacth', handedOver)).toEqual(['no workflow "bacth" (did you mean "batch"?)']);
});

test('unknown, missing and wrong parameters, all at once', () => {
  const { filename, ...others } = handedOver;
  expect(find(workflows.batch, { ...others, category: 'yelow', file_name: 'x', retrain: 'tru' })).toEqual([
    'workflow batch: no parameter "file_name" (did you mean "filename"?); it has category, uri, filename, run_date, threshold, retrain, engine, accept',
    `workflow batch: parameter "category" is "yelow", expected one of ${allDatasets.map(({ category }) => category).join(', ')} (did you mean "yellow"?)`,
    'workflow batch: parameter "filename" is missing: The file\'s base name, which carries the month: sales_2024-01.parquet',
    'workflow batch: parameter "retrain" is "tru", expected one of true, false (did you mean "true"?)',
  ]);
});

test('names of every object are no parameters', () => {
  const given = { ...handedOver, constructor: 'x', toString: 'y' };
  expect(find(workflows.batch, given).map((line) => line.split(';')[0])).toEqual([
    'workflow batch: no parameter "constructor"',
    'workflow batch: no parameter "toString"',
  ]);
});

const cron = (name: string, parameters: readonly { name: string; value: string }[]) => ({
  metadata: { name: 'nightly' },
  spec: { schedules: ['0 5 * * *'], workflowSpec: { workflowTemplateRef: { name }, arguments: { parameters } } },
});

test('a schedule gives what has no default, as plain values', () => {
  expect(findCronProblems(templates, cron(workflows.freshness, []))).toEqual([]);
  expect(findCronProblems(templates, cron(workflows.freshness, [{ name: 'retrain', value: 'false' }]))).toEqual([]);
  expect(findCronProblems(templates, cron(workflows.backfill, [{ name: 'category', value: 'green' }]))).toEqual([
    'spec.workflowSpec.arguments: workflow backfill: parameter "from" is missing: The first month: 2023-01',
    'spec.workflowSpec.arguments: workflow backfill: parameter "to" is missing: The last month: 2023-12',
  ]);
  expect(findCronProblems(templates, cron(workflows.freshness, [{ name: 'threshold', value: '{{workflow.name}}' }]))).toEqual([
    'spec.workflowSpec.arguments: workflow freshness: parameter "threshold" holds "{{", which Argo would take for an expression of its own',
  ]);
});

test('a schedule that is no CronWorkflow is refused by path', () => {
  expect(findCronProblems(templates, { metadata: { name: 'x' }, spec: { schedules: [], workflowSpec: {} } })).toEqual([
    expect.stringContaining('spec.schedules: '),
    expect.stringContaining('spec.workflowSpec.workflowTemplateRef: '),
  ]);
});
