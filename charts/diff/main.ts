// `npm run diff -- <git ref>`: what the committed manifests would change in the clusters, against another commit.
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { z } from 'zod';
import { UsageError } from '../../apps/platform/errors.ts';
import { runProgram } from '../../apps/platform/program.ts';
import { readDist } from '../dist-folder.ts';
import { compareDist } from './compare-dist.ts';
import { findCostChanges } from './cost-change.ts';
import { toMarkdown } from './to-markdown.ts';

const root = join(import.meta.dirname, '..', '..');
const git = (...args: string[]) =>
  execFileSync('git', args, { cwd: root, encoding: 'utf8', maxBuffer: 1 << 28, stdio: ['ignore', 'pipe', 'pipe'] });

const [reference = 'HEAD', ...flags] = process.argv.slice(2).filter((arg, index) => index > 0 || !arg.startsWith('-'));
await runProgram(
  {
    name: 'npm run diff',
    description:
      'Compares dist/ with that of a git reference (npm run diff -- <ref> [--json]): what is added, pruned and changed, and what to look at.',
    options: { json: z.boolean().default(false).describe('the comparison as JSON, not as Markdown') },
    run: async ({ json }) => {
      const [before, after] = [readReference(reference), await readDist(join(root, 'dist'))];
      const comparison = { reference, changes: compareDist(before, after), costs: findCostChanges(before, after) };
      if (json) return comparison;
      process.stdout.write(toMarkdown(comparison));
      return undefined;
    },
  },
  process.argv.slice(2).includes('--help') ? ['--help'] : flags,
);

/** The files of dist/ at a commit. Throws UsageError where there is no such commit. */
function readReference(ref: string): Map<string, string> {
  try {
    git('rev-parse', '--verify', '--quiet', '--end-of-options', `${ref}^{commit}`);
  } catch {
    throw new UsageError(`${ref}: no such commit, branch or tag here; git fetch may bring it`);
  }
  const paths = git('ls-tree', '-r', '--name-only', '-z', ref, 'dist/')
    .split('\0')
    .filter((path) => path !== '');
  return new Map(paths.map((path) => [path.slice('dist/'.length), git('show', `${ref}:${path}`)]));
}
