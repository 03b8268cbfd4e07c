// Decides whether a file is let in: enough expectations hold, and every critical expectation and check does.
import { z } from 'zod';
import { notShown } from '../contract/personal.ts';
import type { Acceptance } from '../plan/month-records.ts';
import { toPercent } from '../platform/page.ts';
import type { CheckResult } from './checks.ts';
import type { ExpectationResult, SuiteResult } from './evaluate.ts';
import { type Severity, typeOf } from './suite.ts';

export interface FailedExpectation {
  /** An expectation's type, or a check's name. */
  readonly type: string;
  readonly column?: string;
  readonly severity: Severity;
  readonly unexpectedPercent?: number;
  readonly observed?: unknown;
  readonly message: string;
}

export interface Gate {
  /** Whether the file is let in, accepted ones included. */
  readonly success: boolean;
  readonly successPercent: number;
  readonly threshold: number;
  readonly evaluated: number;
  readonly failed: readonly FailedExpectation[];
  /** Where it is let in though it was refused. */
  readonly accepted?: Acceptance;
}

/**
 * Success when nothing critical failed and the percentage of expectations that holds is at least the threshold, 0 to 100. `accept`: the reason
 * for which a refused file is let in.
 */
export function toGate(
  result: SuiteResult,
  {
    threshold,
    checks = [],
    accept = '',
  }: { threshold: number; checks?: readonly CheckResult[] | undefined; accept?: string | undefined },
): Gate {
  const failed = [
    ...result.results.filter(({ success }) => !success).map(toFailed),
    ...checks.filter(({ success }) => !success).map(toFailedCheck),
  ].sort(bySeverity);
  const percent = result.statistics.success_percent ?? 0;
  const critical = failed.filter(({ severity }) => severity === 'critical').map(({ type }) => type);
  const refusedBy = [...new Set([...critical, ...(percent < threshold ? ['threshold'] : [])])];
  const verdict = { successPercent: Number(percent.toFixed(2)), threshold, evaluated: result.results.length, failed };
  if (refusedBy.length === 0 || accept === '') return { success: refusedBy.length === 0, ...verdict };
  return { success: true, ...verdict, accepted: { reason: accept, refusedBy } };
}

const toFailedCheck = ({ name, severity, got, expected }: CheckResult): FailedExpectation => ({
  type: name,
  severity,
  message: `check ${name}: got ${got}, expected ${expected}`,
});

const order: readonly Severity[] = ['critical', 'warning', 'info'];
/** Checks come first among equals: they say what is wrong with the month as a whole. */
const bySeverity = (a: FailedExpectation, b: FailedExpectation) =>
  order.indexOf(a.severity) - order.indexOf(b.severity) || Number(isExpectation(a)) - Number(isExpectation(b));
const isExpectation = ({ type }: FailedExpectation) => type.startsWith('expect_');

function toFailed(result: ExpectationResult): FailedExpectation {
  const { type, severity, kwargs } = result.expectation_config;
  const column = columnsOf(kwargs);
  const { unexpected_percent: percent, observed_value: observed } = result.result;
  return {
    type,
    ...(column !== undefined && { column }),
    severity,
    ...(typeof percent === 'number' && { unexpectedPercent: Number(percent.toFixed(4)) }),
    ...(observed !== undefined && { observed }),
    message: `${toSentence(result)}: ${toFinding(result)}`,
  };
}

/** The column or columns that an expectation is about, where it is about any. */
export function columnsOf(kwargs: Readonly<Record<string, unknown>>): string | undefined {
  if (typeof kwargs.column === 'string') return kwargs.column;
  if (typeof kwargs.column_A === 'string') return `${kwargs.column_A}, ${kwargs.column_B}`;
  return undefined;
}

/** What was expected, in plain words. */
export function toSentence({ expectation_config: config }: ExpectationResult): string {
  const { type, kwargs } = typeOf(config);
  return type.sentence(kwargs);
}

/** What was found, in plain words. */
export function toFinding({ result, exception_info: exception }: ExpectationResult): string {
  if (exception.raised_exception) return exception.exception_message ?? 'could not be evaluated';
  if (typeof result.unexpected_count === 'number') {
    const percent = result.unexpected_percent;
    if (typeof percent !== 'number') return 'no values to judge';
    return result.unexpected_count === 0 ? 'all values as expected' : `${toPercent(percent)} of the values are not`;
  }
  if (result.observed_value === notShown) return `found another one (${notShown})`;
  return toMismatch(result.details) ?? `found ${toText(result.observed_value)}`;
}

const setMismatch = z.object({
  mismatched: z.object({ missing: z.array(z.string()).optional(), unexpected: z.array(z.string()).optional() }),
});
const listMismatch = z.object({
  mismatched: z.tuple(
    [z.object({ 'Expected Column Position': z.number(), Expected: z.string().nullable(), Found: z.string().nullable() })],
    z.unknown(),
  ),
});

/** What differs between the columns expected and found, where the expectation is about that. */
function toMismatch(details: unknown): string | undefined {
  const set = setMismatch.safeParse(details).data?.mismatched;
  if (set?.missing) return `missing ${set.missing.join(', ')}`;
  if (set?.unexpected) return `also has ${set.unexpected.join(', ')}`;
  const [first, ...more] = listMismatch.safeParse(details).data?.mismatched ?? [];
  if (!first) return undefined;
  const place = `at position ${first['Expected Column Position']} expected ${first.Expected ?? 'nothing'}, found ${first.Found ?? 'nothing'}`;
  return more.length === 0 ? place : `${place}, and ${more.length} more`;
}

/** A value as the report shows it: numbers with four decimals at most, lists with commas, no more than 300 characters. */
export function toText(value: unknown): string {
  const text = Array.isArray(value)
    ? value.map(toText).join(', ')
    : typeof value === 'number'
      ? String(Number(value.toFixed(4)))
      : value == null
        ? 'nothing'
        : String(value);
  return text.length > 300 ? `${text.slice(0, 300)}…` : text;
}
