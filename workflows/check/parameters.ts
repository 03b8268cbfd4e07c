// Checks the parameters of a submission against the workflow's before anything runs.

import { didYouMean } from '../../apps/contract/did-you-mean.ts';
import { UsageError } from '../../apps/platform/errors.ts';
import type { WorkflowTemplate } from '../template-schema.ts';

/** Values by parameter; undefined is a value that is known when it is submitted. */
export type Given = Readonly<Record<string, string | undefined>>;

/** What is wrong with a submission: unknown parameters, missing ones, values that are not allowed. */
export function findSubmissionProblems({ spec }: WorkflowTemplate, given: Given): string[] {
  const parameters = spec.arguments?.parameters ?? [];
  const names = parameters.map(({ name }) => name);
  const unknown = Object.keys(given).filter((name) => !names.includes(name));
  return [
    ...unknown.map((name) => `no parameter "${name}"${didYouMean(name, names)}; it has ${names.join(', ') || 'none'}`),
    ...parameters.flatMap((parameter) => {
      const { name, value: fallback, description } = parameter;
      const isGiven = Object.hasOwn(given, name);
      if (!isGiven && fallback === undefined)
        return [`parameter "${name}" is missing${description ? `: ${description.replace(/\.$/, '')}` : ''}`];
      return findValueProblem(isGiven ? given[name] : fallback, parameter) ?? [];
    }),
  ];
}

/** Argo writes values into JSON as Go quotes strings; what Go writes as \\a, \\v, \\x or \\U is no JSON. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what this finds
const unprintablePattern = /[\u0001-\u0007\u000b\u000e-\u001f\u007f]|(?=[\u{10000}-\u{10ffff}])[\p{C}\p{Z}]/u;

function findValueProblem(value: string | undefined, { name, enum: allowed }: { name: string; enum?: string[] | undefined }) {
  if (value?.includes('\0')) return `parameter "${name}" holds a NUL character, which no program can be given`;
  if (value?.includes('{{')) return `parameter "${name}" holds "{{", which Argo would take for an expression of its own`;
  const unprintable = unprintablePattern.exec(value ?? '')?.[0];
  if (unprintable !== undefined)
    return `parameter "${name}" holds the character U+${unprintable.codePointAt(0)?.toString(16).toUpperCase().padStart(4, '0')}, which Argo can't take`;
  if (value === undefined || allowed === undefined || allowed.includes(value)) return undefined;
  const written = JSON.stringify(value.slice(0, 80));
  return `parameter "${name}" is ${written}, expected one of ${allowed.join(', ')}${didYouMean(value, allowed)}`;
}

/** The given parameters with defaults filled in. Throws UsageError with all problems. */
export function checkParameters(template: WorkflowTemplate, given: Readonly<Record<string, string>>): Record<string, string> {
  const problems = findSubmissionProblems(template, given);
  if (problems.length > 0) throw new UsageError(`workflow ${template.metadata.name}: ${problems.join('; ')}`);
  const defaults = (template.spec.arguments?.parameters ?? []).flatMap(({ name, value }) =>
    value === undefined ? [] : [[name, value]],
  );
  return { ...Object.fromEntries(defaults), ...given };
}
