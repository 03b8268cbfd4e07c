// `npm run imports [-- <folder>]`: writes imports/<group>.ts, a typed construct for each custom kind, by `cdk8s import`.
import { execFileSync } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { writeFileAtomically } from '../../apps/platform/files.ts';
import { customKinds, toDefinition } from './custom-kinds.ts';

const root = join(import.meta.dirname, '..', '..');
const imports = process.argv[2] ?? join(root, 'imports');
/** The generator's enums and imports of types are not what our compiler options allow; its declarations are as good. */
const head = '// Written by npm run imports; do not edit.\n// @ts-nocheck\n';

const folder = await mkdtemp(join(tmpdir(), 'taxiway-imports-'));
try {
  const definitions = join(folder, 'crds.yaml');
  await writeFile(
    definitions,
    customKinds.map((one) => stringify(toDefinition(one), { aliasDuplicateObjects: false })).join('---\n'),
  );
  const made = join(folder, 'made');
  execFileSync(
    process.execPath,
    [
      join(root, 'node_modules/cdk8s-cli/bin/cdk8s'),
      'import',
      definitions,
      '--language',
      'typescript',
      '--output',
      made,
      '--no-save',
    ],
    {
      cwd: folder,
      stdio: ['ignore', 'ignore', 'inherit'],
      env: { ...process.env, CDK8S_CHECK_UPGRADE: 'false' },
    },
  );
  const files = (await readdir(made)).filter((name) => name.endsWith('.ts')).sort();
  if (files.length === 0)
    throw new Error('cdk8s import wrote nothing; run it by hand on the definitions of charts/crds/custom-kinds.ts');
  for (const name of files) {
    const text = head + toExplicitTypes(await readFile(join(made, name), 'utf8'));
    const before = await readFile(join(imports, name), 'utf8').catch(() => undefined);
    if (before !== text) {
      await writeFileAtomically(join(imports, name), text);
      console.log(`imports/${name}: written`);
    }
  }
  for (const name of await readdir(imports)) if (!files.includes(name)) await rm(join(imports, name));
} finally {
  await rm(folder, { recursive: true, force: true });
}

/** Types imported as such: cdk8s is CommonJS, where an import of a name that does not exist at run time fails. */
function toExplicitTypes(text: string): string {
  return text.replace(
    'ApiObject, ApiObjectMetadata, GroupVersionKind',
    'ApiObject, type ApiObjectMetadata, type GroupVersionKind',
  );
}
