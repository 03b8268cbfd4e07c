import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { allDatasets } from '../apps/contract/categories.ts';
import { checkParameters } from './check-parameters.ts';
import { localEnvironment } from './local-environment.ts';
import { readTemplate } from './read-template.ts';
import { renderWorkflows, replaceFolder } from './render-workflows.ts';

const committed = join(import.meta.dirname, '..', 'dist', 'local', 'workflows');
const rendered = renderWorkflows(localEnvironment);

test('dist/local/workflows is what the code renders, byte for byte (npm run synth)', async () => {
  expect(await readdir(committed)).toEqual([...rendered.keys()].sort());
  for (const [name, yaml] of rendered) expect(await readFile(join(committed, name), 'utf8')).toBe(yaml);
});

test('the local runner honours every field that we render', () => {
  const batch = readTemplate(rendered.get('batch.yaml') as string, 'batch.yaml');
  expect(batch.jobs.map(({ name }) => name)).toEqual(['transfer', 'validate', 'etl', 'dbt', 'publish', 'retrain']);
  const refresh = readTemplate(rendered.get('full-refresh.yaml') as string, 'full-refresh.yaml');
  expect(refresh.jobs.map(({ name, dependencies }) => [name, ...dependencies])).toEqual([
    ['transfer'],
    ['schema-groups', 'transfer'],
    ['etl', 'schema-groups'],
    ['dbt', 'etl'],
    ['publish', 'dbt'],
    ['train', 'dbt'],
  ]);
});

test('every category may be submitted, and the threshold has a default', () => {
  const batch = readTemplate(rendered.get('batch.yaml') as string, 'batch.yaml');
  for (const { category } of allDatasets) {
    const given = { category, uri: 'file:///x', filename: 'x', run_date: '2024-01-01' };
    expect(checkParameters(batch, given)).toEqual({ ...given, threshold: '90' });
  }
  expect(() => checkParameters(batch, { category: 'green', file_name: 'x' })).toThrow(
    'workflow batch: no parameter "file_name" (did you mean "filename"?); it has category, uri, filename, run_date, threshold; parameter "uri" is missing: The file, as a URI; parameter "filename" is missing',
  );
});

test('replacing a folder leaves the new files and nothing else', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'taxiway-render-'));
  await writeFile(join(folder, 'gone.yaml'), 'old');
  await writeFile(join(folder, 'kept.yaml'), 'old');
  await replaceFolder(folder, new Map([['kept.yaml', 'new']]));
  expect(await readdir(folder)).toEqual(['kept.yaml']);
  expect(await readFile(join(folder, 'kept.yaml'), 'utf8')).toBe('new');
  await rm(folder, { recursive: true });
});
