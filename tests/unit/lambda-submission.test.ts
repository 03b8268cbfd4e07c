// What the lambda hands over is what the workflows take.
import { expect, test } from 'vitest';
import { toMonthFile } from '../../apps/arrivals/month-file.ts';
import { toWorkflow } from '../../apps/arrivals/workflow.ts';
import { fileNameOf } from '../../apps/contract/file-name.ts';
import { categories } from '../../apps/contract/generated/categories.ts';
import { workflows } from '../../apps/contract/names.ts';
import { readDeliveries } from '../../lambda/events.ts';
import { findSubmissionProblems } from '../../workflows/check/submissions.ts';
import { localEnvironment } from '../../workflows/local-environment.ts';
import { readTemplates } from '../../workflows/read-templates.ts';
import { toWorkflowFiles } from '../../workflows/render-workflows.ts';
import { toEvent } from '../fixtures/lambda-objects.ts';

const templates = readTemplates(toWorkflowFiles(localEnvironment));
const datasets = Object.values(categories);

/** The parameters of the Workflow that the handler makes of an object. */
function handOver(key: string, template: string): Record<string, string> {
  const [arrival] = readDeliveries(toEvent({ key }))[0]?.items ?? [];
  if (arrival === undefined || 'ignored' in arrival) throw new Error(arrival?.ignored);
  const file = toMonthFile(arrival, datasets);
  if ('not' in file) throw new Error(file.not);
  const { spec } = toWorkflow({ arrival, file, namespace: 'pipeline', template }, 'lambda');
  expect(spec.workflowTemplateRef).toEqual({ name: template });
  return Object.fromEntries(spec.arguments.parameters.map(({ name, value }) => [name, value]));
}

test.each(
  datasets.flatMap((dataset) => ['', 'in/', 'a b+c/;$(rm -rf)/"é\\😀/'].map((folder) => folder + fileNameOf(dataset, '2024-01'))),
)('of %s', (key) => {
  const given = handOver(key, workflows.batch);
  expect(findSubmissionProblems(templates, { workflow: workflows.batch, arguments: given })).toEqual([]);
  const expected = Object.fromEntries(Object.entries(given).map(([name, value]) => [`expected_${name}`, value]));
  const compared = { workflow: workflows.lambdaIntegrationTest, arguments: { ...given, ...expected } };
  expect(findSubmissionProblems(templates, compared)).toEqual([]);
});

test('a parameter that is renamed on one side is found', () => {
  const { run_date: runDate = '', ...rest } = handOver('yellow_tripdata_2024-01.parquet', workflows.batch);
  const problems = findSubmissionProblems(templates, { workflow: workflows.batch, arguments: { ...rest, rundate: runDate } });
  expect(problems).toMatchObject([
    expect.stringMatching(/no parameter "rundate"/),
    expect.stringMatching(/"run_date" is missing/),
  ]);
});
