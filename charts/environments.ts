// The clusters that exist, checked together before anything is built.
import { backEnds } from '../apps/contract/names.ts';
import { UsageError } from '../apps/platform/errors.ts';
import { dev } from './env/dev.ts';
import { type ClusterEnvironment, findProblems, freeze } from './env/environment.ts';
import { findPathProblems } from './env/paths.ts';
import { prod } from './env/prod.ts';
import { solo } from './env/solo.ts';
import { findVersionProblems, images, ownTag } from './versions.ts';

/** Checked and frozen. Throws UsageError with `found` and every mistake of all environments, versions and paths, one a line. */
export function checkEnvironments(
  found: readonly string[] = [],
  inputs: Readonly<Record<string, unknown>> = { dev, prod, solo },
  versions: Readonly<Record<string, string>> = images,
) {
  const problems = [
    ...found,
    ...Object.entries(inputs).flatMap(([name, input]) => [
      ...findProblems(`charts/env/${name}.ts`, input),
      ...findMisnamed(name, input),
    ]),
    ...findVersionProblems(versions, ownTag),
    ...findPathProblems(backEnds),
  ];
  if (problems.length > 0)
    throw new UsageError(`${problems.length} to fix, dist/ is as it was:\n${problems.map((one) => `  ${one}`).join('\n')}`);
  return freeze(inputs) as Readonly<Record<string, ClusterEnvironment>>;
}

/** The name of the file is the folder in dist/. */
function findMisnamed(name: string, input: unknown): string[] {
  const given = (input as { name?: unknown } | undefined)?.name;
  return typeof given !== 'string' || given === name
    ? []
    : [`charts/env/${name}.ts: name: expected "${name}" as the file is named, got "${given}"`];
}
