// `npm run synth`: re-makes every generated file of the repository, in the order in which they depend on each other.
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

for (const program of ['start/generate.ts', 'workflows/render.ts']) {
  try {
    execFileSync(process.execPath, [join(import.meta.dirname, '..', program)], { stdio: 'inherit' });
  } catch (error) {
    process.exit((error as { status?: number }).status ?? 70);
  }
}
