// Checks the parameters of a submission against the workflow's before anything runs.
import { UsageError } from '../apps/platform/errors.ts';
import { didYouMean } from './did-you-mean.ts';
import type { ReadTemplate } from './read-template.ts';

/** The given parameters with defaults filled in. Throws UsageError with all problems: unknown, missing, not one of the allowed. */
export function checkParameters(template: ReadTemplate, given: Readonly<Record<string, string>>): Record<string, string> {
  const names = template.parameters.map(({ name }) => name);
  const problems = Object.keys(given)
    .filter((name) => !names.includes(name))
    .map((name) => `no parameter "${name}"${didYouMean(name, names)}; it has ${names.join(', ')}`);
  const values: Record<string, string> = {};
  for (const { name, value: fallback, enum: allowed, description } of template.parameters) {
    const value = Object.hasOwn(given, name) ? given[name] : fallback;
    if (value === undefined)
      problems.push(`parameter "${name}" is missing${description ? `: ${description.replace(/\.$/, '')}` : ''}`);
    else if (value.includes('\0')) problems.push(`parameter "${name}" holds a NUL character, which no program can be given`);
    else if (allowed && !allowed.includes(value)) {
      problems.push(
        `parameter "${name}" is ${JSON.stringify(value.slice(0, 80))}, expected one of ${allowed.join(', ')}${didYouMean(value, allowed)}`,
      );
    } else values[name] = value;
  }
  if (problems.length > 0) throw new UsageError(`workflow ${template.name}: ${problems.join('; ')}`);
  return values;
}
