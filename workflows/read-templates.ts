// Reads WorkflowTemplates and refuses, by name, whatever the local runner can't honour.
import { parseDocument } from 'yaml';
import type { z } from 'zod';
import { UsageError } from '../apps/platform/errors.ts';
import { findTemplateProblems } from './check/templates.ts';
import { type Templates, type WorkflowTemplate, workflowTemplate } from './template-schema.ts';

/** Texts by the name of the file that they are of, for errors. Throws UsageError with every problem, each by its path in the YAML. */
export function readTemplates(files: ReadonlyMap<string, string>): Templates {
  const templates = new Map<string, WorkflowTemplate>();
  const where = new Map<string, string>();
  const problems: string[] = [];
  for (const [file, yaml] of files) {
    const read = readTemplate(yaml, file);
    if ('problems' in read) problems.push(...read.problems);
    else {
      templates.set(read.template.metadata.name, read.template);
      where.set(read.template.metadata.name, file);
    }
  }
  // What refers to a broken template can't be judged.
  if (problems.length === 0)
    for (const [name, found] of findTemplateProblems(templates))
      problems.push(...found.map((one) => `${where.get(name)}: ${one}`));
  if (problems.length > 0) throw new UsageError(problems.join('; '));
  return templates;
}

function readTemplate(yaml: string, file: string): { template: WorkflowTemplate } | { problems: string[] } {
  const document = parseDocument(yaml, { maxAliasCount: 0 } as object);
  const broken = document.errors[0];
  if (broken) return { problems: [`${file}: not YAML: ${broken.message.split('\n')[0]}`] };
  let data: unknown;
  try {
    data = document.toJS({ maxAliasCount: 0 });
  } catch (error) {
    return { problems: [`${file}: not YAML that the local runner reads: ${(error as Error).message}`] };
  }
  const checked = workflowTemplate.safeParse(data);
  return checked.success ? { template: checked.data } : { problems: listProblems(checked.error.issues, [], file) };
}

/** Issues of the schema, a line each. */
export function listProblems(issues: readonly z.core.$ZodIssue[], above: readonly PropertyKey[], file: string): string[] {
  return issues.flatMap((issue) => {
    const path = [...above, ...issue.path];
    if (issue.code === 'unrecognized_keys')
      return issue.keys.map((key) => `${file}: ${formatPath([...path, key])}: the local runner can't honour this field`);
    if (issue.code === 'invalid_union')
      return [`${file}: ${formatPath(path)}: the local runner knows valueFrom.path and valueFrom.parameter`];
    return [`${file}: ${formatPath(path)}: ${issue.message}`];
  });
}

/** `spec.templates[2].container.lifecycle` */
export function formatPath(path: readonly PropertyKey[]): string {
  const written = path.map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`)).join('');
  return written.replace(/^\./, '') || 'the document';
}
