// Reads an expectation suite in Great Expectations' JSON, of 1.x or 0.18, derived or written by hand; refuses it with all problems at once.
import { z } from 'zod';
import { UsageError } from '../platform/errors.ts';
import type { ExpectationType } from './expectation-type.ts';
import { expectationTypes } from './expectation-types.ts';

export type Severity = 'critical' | 'warning' | 'info';

export interface SuiteExpectation {
  readonly type: string;
  readonly kwargs: Readonly<Record<string, unknown>>;
  readonly meta: Readonly<Record<string, unknown>>;
  readonly severity: Severity;
  readonly id?: string;
}

export interface Suite {
  readonly name: string;
  /** The data set that a derived suite names in its meta. */
  readonly category?: string;
  readonly expectations: readonly SuiteExpectation[];
}

const meta = z.record(z.string(), z.unknown()).nullish();
const severity = z.enum(['critical', 'warning', 'info']);

const written = z.looseObject({
  type: z.string().optional(),
  expectation_type: z.string().optional(),
  kwargs: z.record(z.string(), z.unknown()).default({}),
  meta,
  severity: severity.nullish(),
  id: z.string().nullish(),
});

const suiteFile = z.looseObject({
  name: z.string().optional(),
  expectation_suite_name: z.string().optional(),
  expectations: z.array(written),
  meta: z
    .looseObject({ category: z.string().optional().catch(undefined) })
    .nullish()
    .catch(undefined),
});

/** The suite in a parsed JSON value. Throws UsageError with every unknown type and argument named; `where` is the file's name. */
export function readSuite(json: unknown, where: string): Suite {
  const parsed = suiteFile.safeParse(json);
  if (!parsed.success) {
    const problems = parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'the file'}: ${message}`);
    throw new UsageError(`${where}: not an expectation suite: ${problems.join('; ')}`);
  }
  const problems: string[] = [];
  const expectations = parsed.data.expectations.map((given, index): SuiteExpectation => {
    const type = given.type ?? given.expectation_type ?? '';
    const place = `expectations[${index}]${type === '' ? '' : ` ${type}`}`;
    problems.push(...problemsOf(type, given.kwargs).map((problem) => `${place}: ${problem}`));
    // A suite without severities is judged by the threshold alone.
    const severityGiven = given.severity ?? severity.safeParse(given.meta?.severity).data ?? 'warning';
    return {
      type,
      kwargs: given.kwargs,
      meta: given.meta ?? {},
      severity: severityGiven,
      ...(given.id != null && { id: given.id }),
    };
  });
  if (expectations.length === 0) problems.push('it has no expectations, so nothing would be checked');
  const conditions = problems.length === 1 ? '1 problem' : `${problems.length} problems`;
  if (problems.length > 0) throw new UsageError(`${where}: ${conditions}: ${problems.join('; ')}`);
  const category = parsed.data.meta?.category;
  return {
    name: parsed.data.name ?? parsed.data.expectation_suite_name ?? where,
    expectations,
    ...(category !== undefined && { category }),
  };
}

/** The kind of a checked expectation, with its arguments as the kind reads them. */
export function typeOf(expectation: SuiteExpectation): { type: ExpectationType; kwargs: never } {
  const type = expectationTypes[expectation.type] as ExpectationType;
  return { type, kwargs: type.kwargs.parse(expectation.kwargs) };
}

function problemsOf(name: string, kwargs: object): string[] {
  if (name === '') return ['it has no type'];
  const type = Object.hasOwn(expectationTypes, name) ? expectationTypes[name] : undefined;
  if (!type) return [`not supported; ${nearest(name)}`];
  const parsed = type.kwargs.safeParse(kwargs);
  return parsed.success
    ? []
    : parsed.error.issues.map(({ path, message }) => (path.length > 0 ? `${path.join('.')}: ${message}` : message));
}

function nearest(name: string): string {
  const words = new Set(name.split('_'));
  const score = (other: string) =>
    other.split('_').filter((word) => words.has(word)).length / Math.max(other.split('_').length, words.size);
  const best = Object.keys(expectationTypes).sort((a, b) => score(b) - score(a))[0] as string;
  return `the nearest is ${best}`;
}
