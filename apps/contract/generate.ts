// Writes every file that derives from the contract: `npm run synth`. A category is whatever file of this folder defines a data set.
import { readdir, readFile, rm } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { writeFileAtomically } from '../platform/files.ts';
import type { Dataset } from './dataset.ts';
import { ContractError, isDataset } from './define-dataset.ts';
import { toGeneratedFiles } from './derive/generated-files.ts';

const apps = join(import.meta.dirname, '..');

/** The folders of apps/ that hold nothing but generated files. */
const generatedFolders = ['contract/generated', 'dbt/models/generated', 'ml/generated', 'validate/expectations'];

/** Every data set that a file of this folder exports, with that file's name and the export's. */
async function findDatasets(): Promise<{ file: string; name: string; dataset: Dataset }[]> {
  const files = (await readdir(import.meta.dirname)).filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts') && file !== 'generate.ts' && file !== 'categories.ts');
  const found: { file: string; name: string; dataset: Dataset }[] = [];
  for (const file of files.sort()) {
    const exported: Record<string, unknown> = await import(`./${file}`);
    for (const [name, value] of Object.entries(exported)) if (isDataset(value)) found.push({ file, name, dataset: value });
  }
  return found;
}

try {
  const files = toGeneratedFiles(await findDatasets());
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
