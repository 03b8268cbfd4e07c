// TypeScript as Biome formats it: the checks of the repository want nothing else.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..', '..');

/** The formatted text. Throws where Biome does not take it: the text is our own. */
export function formatSource(text: string, fileName: string): string {
  const { status, stdout, stderr, error } = spawnSync(
    join(root, 'node_modules', '.bin', 'biome'),
    ['check', '--write', `--stdin-file-path=apps/contract/${fileName}`],
    { cwd: root, input: text, encoding: 'utf8', maxBuffer: 1 << 28 },
  );
  if (status === 0 && stdout !== '') return stdout;
  throw new Error(`Biome refuses the text that was made: ${error?.message ?? stderr}`);
}
