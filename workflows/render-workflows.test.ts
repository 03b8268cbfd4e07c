import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { allDatasets } from '../apps/contract/categories.ts';
import { checkParameters } from './check/parameters.ts';
import { listAllSteps } from './local/open-run.ts';
import { localEnvironment } from './local-environment.ts';
import { readTemplates } from './read-templates.ts';
import { toWorkflowFiles } from './render-workflows.ts';
import type { WorkflowTemplate } from './template-schema.ts';

const committed = join(import.meta.dirname, '..', 'dist', 'local', 'workflows');
const rendered = toWorkflowFiles(localEnvironment);
const templates = readTemplates(rendered);
const find = (name: string) => templates.get(name) as WorkflowTemplate;

test('dist/local/workflows is what the code renders, byte for byte (npm run synth)', async () => {
  expect(await readdir(committed)).toEqual([...rendered.keys()].sort());
  for (const [name, yaml] of rendered) await expect(yaml).toMatchFileSnapshot(join(committed, name));
});

test('the local runner honours every field that we render, and knows the steps', () => {
  expect(Object.fromEntries([...templates].map(([name, root]) => [name, listAllSteps(templates, root)]))).toEqual({
    batch: ['transfer', 'validate', 'etl', 'dbt', 'publish', 'retrain', 'record', 'finish'],
    'full-refresh': ['transfer', 'schema-groups', 'validate', 'etl', 'dbt', 'publish', 'train', 'record', 'finish'],
    backfill: ['plan', 'months', 'finish'],
    freshness: ['find', 'months', 'finish'],
    'lambda-integration-test': ['compare'],
  });
});

test('every category may be submitted, and the rest has defaults', () => {
  for (const { category } of allDatasets) {
    const given = { category, uri: 'file:///x', filename: 'x', run_date: '2024-01-01' };
    expect(checkParameters(find('batch'), given)).toEqual({
      ...given,
      threshold: '90',
      retrain: 'true',
      engine: 'duckdb',
      accept: '',
    });
  }
  expect(() => checkParameters(find('batch'), { category: 'green', file_name: 'x' })).toThrow(
    'workflow batch: no parameter "file_name" (did you mean "filename"?); it has category, uri, filename, run_date, threshold, retrain, engine, accept; parameter "uri" is missing: The file, as a URI; parameter "filename" is missing',
  );
});
