// What the kinds of workflows/expressions.ts mean for a value in YAML: literals that fit, and kinds that take one another.
import { allDatasets } from '../../apps/contract/categories.ts';
import { didYouMean } from '../../apps/contract/did-you-mean.ts';
import type { Kind } from '../expressions.ts';

const scheme = /^[a-z][a-z0-9+.-]*:\/\//;

const patterns: Readonly<Partial<Record<Kind, { readonly pattern: RegExp; readonly expected: string }>>> = {
  uri: { pattern: scheme, expected: 'a URI such as s3://bucket/file' },
  month: { pattern: /^\d{4}-(0[1-9]|1[0-2])-01$/, expected: "a month's first day such as 2024-01-01" },
  time: { pattern: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/, expected: 'a time such as 2024-01-01T00:00:00Z' },
  number: { pattern: /^-?\d+(\.\d+)?$/, expected: 'a number' },
};

/** All values of a kind; undefined where they can't be listed. */
export const valuesOf = (kind: Kind | 'list' | undefined): readonly string[] | undefined =>
  kind === 'boolean' ? ['true', 'false'] : kind === 'category' ? allDatasets.map(({ category }) => category) : undefined;

/** What is wrong with a literal where a kind is expected: `"tru" is not one of true, false (did you mean "true"?)`. */
export function findLiteralProblem(literal: string, kind: Kind): string | undefined {
  const values = valuesOf(kind);
  if (values) return findChoiceProblem(literal, values);
  if (kind === 'json') return isJson(literal) ? undefined : `${quote(literal)} is not JSON`;
  const rule = patterns[kind];
  return rule === undefined || rule.pattern.test(literal) ? undefined : `${quote(literal)} is not ${rule.expected}`;
}

/** The same for a text that goes on with a reference: only its beginning is known. */
export const findBeginningProblem = (beginning: string, kind: Kind): string | undefined =>
  kind === 'uri' && !scheme.test(beginning) ? `${quote(`${beginning}…`)} is not ${patterns.uri?.expected}` : undefined;

export const findChoiceProblem = (literal: string, values: readonly string[]): string | undefined =>
  values.includes(literal) ? undefined : `${quote(literal)} is not one of ${values.join(', ')}${didYouMean(literal, values)}`;

/** A text takes whatever has one line; lists and JSON are for who asks for them. Undefined kinds are not judged. */
export function accepts(wanted: Kind, given: Kind | 'list' | undefined): boolean {
  if (given === undefined || given === wanted) return true;
  if (given === 'list') return wanted === 'json';
  return wanted === 'text' && given !== 'json';
}

const quote = (literal: string): string => JSON.stringify(literal.length > 80 ? `${literal.slice(0, 80)}…` : literal);

function isJson(literal: string): boolean {
  try {
    JSON.parse(literal);
    return true;
  } catch {
    return false;
  }
}
