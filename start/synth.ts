// `npm run synth`: re-makes every generated file of the repository, in the order in which they depend on each other.
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');

// The charts run as `cdk8s synth` runs them, without the time that its command line takes to start. A program each: the
// second one imports what the first one writes.
for (const args of [['start/generate.ts'], ['--import', 'tsx', 'charts/main.ts'], ['lambda/stack-synth.ts']]) {
  try {
    execFileSync(process.execPath, args, { cwd: root, stdio: 'inherit' });
  } catch (error) {
    process.exit((error as { status?: number }).status ?? 70);
  }
}
