// Writes every file of apps/ that derives from the contract. A category is whatever file of apps/contract/ defines a data set.
import { readdir, readFile, rm } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { ContractError } from '../apps/contract/contract-error.ts';
import { isDataset } from '../apps/contract/define-dataset.ts';
import { type FoundDataset, toGeneratedFiles } from '../apps/contract/derive/generated-files.ts';
import { toPlanJsonSchema } from '../apps/plan/plan-schema.ts';
import { writeFileAtomically } from '../apps/platform/files.ts';

const apps = join(import.meta.dirname, '..', 'apps');
const contract = join(apps, 'contract');

/** The folders of apps/ that hold nothing but generated files. */
const generatedFolders = ['contract/generated', 'dbt/models/generated', 'dbt/seeds', 'ml/generated', 'validate/expectations'];

/** Every data set that a file of apps/contract exports; categories.ts only lists what was found the last time. */
async function findDatasets(): Promise<FoundDataset[]> {
  const files = (await readdir(contract)).filter(
    (file) => file.endsWith('.ts') && !file.endsWith('.test.ts') && file !== 'categories.ts',
  );
  const found: FoundDataset[] = [];
  for (const file of files.sort()) {
    const exported: Record<string, unknown> = await import(join(contract, file));
    for (const [name, value] of Object.entries(exported)) if (isDataset(value)) found.push({ file, name, dataset: value });
  }
  return found;
}

try {
  const files = { ...toGeneratedFiles(await findDatasets()), 'spark/plan.schema.json': toPlanJsonSchema() };
  for (const folder of generatedFolders) {
    for (const file of await readdir(join(apps, folder), { recursive: true, withFileTypes: true })) {
      const path = join(file.parentPath, file.name);
      if (file.isFile() && !Object.hasOwn(files, relative(apps, path))) await rm(path);
    }
  }
  for (const [path, content] of Object.entries(files)) {
    const target = join(apps, path);
    if ((await readFile(target, 'utf8').catch(() => undefined)) !== content) {
      await writeFileAtomically(target, content);
      console.log(`apps/${path}: written`);
    }
  }
} catch (error) {
  if (!(error instanceof ContractError)) throw error;
  console.error(error.message);
  process.exitCode = 2;
}
