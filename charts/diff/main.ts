// `npm run diff -- <git ref>`: what the manifests would change in the clusters, and the contracts for who reads the data, against another commit.
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { z } from 'zod';
import { allDatasets } from '../../apps/contract/categories.ts';
import { toContract } from '../../apps/contract/derive/contract-json.ts';
import { OutcomeError, UsageError } from '../../apps/platform/errors.ts';
import { runProgram } from '../../apps/platform/program.ts';
import { readDist } from '../dist-folder.ts';
import { compareDist } from './compare-dist.ts';
import { type ContractComparison, compareContracts } from './contract-changes.ts';
import { toContractLines, toRefusal } from './contract-lines.ts';
import { findCostChanges } from './cost-change.ts';
import { contractFolder, readContract } from './read-contracts.ts';
import { toMarkdown } from './to-markdown.ts';

const root = join(import.meta.dirname, '..', '..');
const git = (...args: string[]) =>
  execFileSync('git', args, { cwd: root, encoding: 'utf8', maxBuffer: 1 << 28, stdio: ['ignore', 'pipe', 'pipe'] });

const [reference = 'HEAD', ...flags] = process.argv.slice(2).filter((arg, index) => index > 0 || !arg.startsWith('-'));
await runProgram(
  {
    name: 'npm run diff',
    description:
      'Compares dist/ and the contracts with those of a git reference (npm run diff -- <ref> [--json]): what is added, pruned and changed, what to look at, and what breaks. Exit code 1 where a contract breaks something and its version has not risen.',
    options: { json: z.boolean().default(false).describe('the comparison as JSON, not as Markdown') },
    run: async ({ json }) => {
      checkReference(reference);
      const [before, after] = [readFiles(reference, 'dist/'), await readDist(join(root, 'dist'))];
      const contracts = compareContractsWith(reference);
      const comparison = {
        reference,
        contracts: contracts ?? [],
        changes: compareDist(before, after),
        costs: findCostChanges(before, after),
      };
      if (!json) process.stdout.write([...toContractLines(reference, contracts), toMarkdown(comparison)].join('\n'));
      const refusal = toRefusal(contracts ?? []);
      if (refusal !== undefined) throw new OutcomeError(refusal, json ? comparison : undefined);
      return json ? comparison : undefined;
    },
  },
  process.argv.slice(2).includes('--help') ? ['--help'] : flags,
);

/** Throws UsageError where there is no such commit. */
function checkReference(ref: string): void {
  try {
    git('rev-parse', '--verify', '--quiet', '--end-of-options', `${ref}^{commit}`);
  } catch {
    throw new UsageError(`${ref}: no such commit, branch or tag here; git fetch may bring it`);
  }
}

/** The files of a folder at a commit, by their paths below it. */
function readFiles(ref: string, folder: string): Map<string, string> {
  const paths = git('ls-tree', '-r', '--name-only', '-z', ref, folder)
    .split('\0')
    .filter((path) => path !== '');
  return new Map(paths.map((path) => [path.slice(folder.length), git('show', `${ref}:${path}`)]));
}

/** With the code here. Undefined where the commit has no contracts in Git yet. */
function compareContractsWith(ref: string): ContractComparison[] | undefined {
  const files = [...readFiles(ref, contractFolder)].filter(([path]) => path.endsWith('.json'));
  if (files.length === 0) return undefined;
  const before = files.map(([path, text]) => readContract(`${ref}:${contractFolder}${path}`, text));
  return compareContracts(before, allDatasets.map(toContract));
}
