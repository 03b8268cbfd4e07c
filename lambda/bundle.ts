// `npm run bundle:lambda`: makes .taxiway/bundles/lambda/lambda-<digest>.zip and prints its path. The same sources give the same name and bytes.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { makeFolder } from '../apps/platform/files.ts';
import { toZip } from './bundle-zip.ts';

const root = join(import.meta.dirname, '..');

/** Makes the zip in a folder, the only one there, and returns its path. */
export async function bundleLambda(folder: string): Promise<string> {
  const program = execFileSync(
    join(root, 'node_modules', '.bin', 'esbuild'),
    [
      'lambda/main.ts',
      '--bundle',
      '--minify',
      '--platform=node',
      // Loaded faster than a module.
      '--format=cjs',
      '--target=node24',
      '--legal-comments=none',
      '--log-level=warning',
      '--log-limit=0',
    ],
    { cwd: root, stdio: ['ignore', 'pipe', 'inherit'], maxBuffer: 1 << 28 },
  );
  const zip = toZip({ 'index.js': program });
  const name = `lambda-${createHash('sha256').update(zip).digest('hex').slice(0, 12)}.zip`;
  await makeFolder(folder);
  const temporary = join(folder, `.${name}-${process.pid}`);
  await writeFile(temporary, zip);
  await rename(temporary, join(folder, name));
  for (const other of await readdir(folder)) if (/^lambda-.*\.zip$/.test(other) && other !== name) await rm(join(folder, other));
  return join(folder, name);
}

if (process.argv[1] === import.meta.filename)
  console.log(relative(process.cwd(), await bundleLambda(join(root, '.taxiway', 'bundles', 'lambda'))));
