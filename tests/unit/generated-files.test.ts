import { join } from 'node:path';
import { expect, test } from 'vitest';
import { allDatasets } from '../../apps/contract/categories.ts';
import { toGeneratedFiles } from '../../apps/contract/derive/generated-files.ts';
import { green } from '../../apps/contract/green.ts';
import { toPlanJsonSchema } from '../../apps/plan/plan-schema.ts';

const found = allDatasets.map((dataset) => ({ file: `${dataset.category}.ts`, name: dataset.category, dataset }));
const files: Record<string, string> = { ...toGeneratedFiles(found), 'spark/plan.schema.json': toPlanJsonSchema() };

test.each(Object.keys(files))('apps/%s is what `npm run synth` makes', async (path) => {
  await expect(files[path]).toMatchFileSnapshot(join(import.meta.dirname, '..', '..', 'apps', path));
});

test('one category in two files is refused', () => {
  expect(() => toGeneratedFiles([...found, { file: 'olive.ts', name: 'olive', dataset: green }])).toThrow(
    'defines a category that another file defines too',
  );
});

test('two data sets of which a file may be either are refused', () => {
  const olive = { ...green, category: 'olive' };
  expect(() => toGeneratedFiles([...found, { file: 'olive.ts', name: 'olive', dataset: olive }])).toThrow(
    'olive: files.name "green_tripdata_{YYYY-MM}.parquet": a file green_tripdata_2024-01.parquet would be one of green, too; choose another name',
  );
});
