// Reads a WorkflowTemplate's YAML and refuses, by name, whatever the local runner can't honour.
import { parseDocument } from 'yaml';
import type { z } from 'zod';
import { UsageError } from '../apps/platform/errors.ts';
import { type Job, resolveJobs } from './resolve-jobs.ts';
import { type WorkflowTemplate, workflowTemplate } from './template-schema.ts';

export interface ReadTemplate {
  readonly name: string;
  readonly parameters: NonNullable<WorkflowTemplate['spec']['arguments']>['parameters'];
  /** In an order in which each comes after what it depends on. */
  readonly jobs: readonly Job[];
}

/** `where` names the file in errors. Throws UsageError with every problem, each by its path in the YAML. */
export function readTemplate(yaml: string, where: string): ReadTemplate {
  const document = parseDocument(yaml, { maxAliasCount: 0 } as object);
  const broken = document.errors[0];
  if (broken) throw new UsageError(`${where}: not YAML: ${broken.message.split('\n')[0]}`);
  let data: unknown;
  try {
    data = document.toJS({ maxAliasCount: 0 });
  } catch (error) {
    throw new UsageError(`${where}: not YAML that the local runner reads: ${(error as Error).message}`);
  }
  const checked = workflowTemplate.safeParse(data);
  if (!checked.success) throw new UsageError(listProblems(checked.error.issues, [], where).join('; '));
  const { metadata, spec } = checked.data;
  const { jobs, problems } = resolveJobs(checked.data);
  if (problems.length > 0) throw new UsageError(problems.map((problem) => `${where}: ${problem}`).join('; '));
  return { name: metadata.name, parameters: spec.arguments?.parameters ?? [], jobs };
}

function listProblems(issues: readonly z.core.$ZodIssue[], above: readonly PropertyKey[], where: string): string[] {
  return issues.flatMap((issue) => {
    const path = [...above, ...issue.path];
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((key) => `${where}: ${formatPath([...path, key])}: the local runner can't honour this field`);
    }
    if (issue.code === 'invalid_union')
      return [`${where}: ${formatPath(path)}: the local runner knows the volumes "state" (a claim) and "tmp" (an emptyDir)`];
    return [`${where}: ${formatPath(path)}: ${issue.message}`];
  });
}

/** `spec.templates[2].container.lifecycle` */
export function formatPath(path: readonly PropertyKey[]): string {
  const written = path.map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`)).join('');
  return written.replace(/^\./, '') || 'the document';
}
