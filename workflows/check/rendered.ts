// The check at synth, over all objects that an environment's workflows become.
import { UsageError } from '../../apps/platform/errors.ts';
import { listProblems } from '../read-templates.ts';
import { type Templates, type WorkflowTemplate, workflowTemplate } from '../template-schema.ts';
import { knownApps } from './flags.ts';
import { findCronProblems } from './submissions.ts';
import { findTemplateProblems } from './templates.ts';

export interface Rendered {
  readonly kind: string;
  readonly metadata: { readonly name: string };
}

/** Throws UsageError with every problem of every object, each by its name and path. Accounts that are not given are not judged. */
export function checkRendered(objects: readonly Rendered[], { accounts }: { readonly accounts?: readonly string[] } = {}): void {
  const templates = new Map<string, WorkflowTemplate>();
  const problems: string[] = [];
  for (const [at, one] of objects.entries()) {
    const { kind, metadata } = one;
    const where = `${kind}/${metadata.name}`;
    if (objects.findIndex((other) => other.kind === kind && other.metadata.name === metadata.name) < at)
      problems.push(`${where}: is there twice`);
    if (kind === 'CronWorkflow') continue;
    const read = workflowTemplate.safeParse(one);
    if (read.success) templates.set(metadata.name, read.data);
    else problems.push(...listProblems(read.error.issues, [], where));
  }
  // What refers to a broken template can't be judged.
  if (problems.length === 0) problems.push(...findAllProblems(objects, templates, accounts));
  if (problems.length > 0) throw new UsageError(problems.join('\n'));
}

function findAllProblems(objects: readonly Rendered[], templates: Templates, accounts: readonly string[] | undefined): string[] {
  const found = findTemplateProblems(templates, { apps: knownApps, ...(accounts && { accounts }) });
  return [
    ...[...found].flatMap(([name, lines]) => lines.map((line) => `WorkflowTemplate/${name}: ${line}`)),
    ...objects
      .filter(({ kind }) => kind === 'CronWorkflow')
      .flatMap((one) => findCronProblems(templates, one).map((line) => `CronWorkflow/${one.metadata.name}: ${line}`)),
  ];
}
