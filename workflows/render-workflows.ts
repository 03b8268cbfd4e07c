// Every workflow as the bytes of a file, and the folder that holds them.
import { mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { toWorkflowTemplate } from './argo.ts';
import { createBatch } from './batch.ts';
import type { Environment } from './environment.ts';
import { createFullRefresh } from './full-refresh.ts';

const creators = [createBatch, createFullRefresh];

/** File names and their YAML, the same bytes on every machine. */
export function renderWorkflows(environment: Environment): ReadonlyMap<string, string> {
  return new Map(
    creators.map((create) => {
      const template = toWorkflowTemplate(create(environment), environment);
      const yaml = stringify(template, { lineWidth: 0, aliasDuplicateObjects: false });
      return [`${template.metadata.name}.yaml`, `# Written by npm run synth; do not edit.\n${yaml}`];
    }),
  );
}

/** Makes the folder hold these files and nothing else. A kill leaves each file old or new, never half. */
export async function replaceFolder(folder: string, files: ReadonlyMap<string, string>): Promise<void> {
  await mkdir(folder, { recursive: true });
  const temporary = await mkdtemp(join(folder, '.rendering-'));
  try {
    for (const [name, content] of files) await writeFile(join(temporary, name), content);
    for (const name of files.keys()) await rename(join(temporary, name), join(folder, name));
    for (const name of await readdir(folder)) if (!files.has(name)) await rm(join(folder, name), { recursive: true });
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}
