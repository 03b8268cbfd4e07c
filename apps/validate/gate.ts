// Decides whether a file is let in: enough expectations hold, and every critical one does.
import { z } from 'zod';
import { toPercent } from '../platform/page.ts';
import type { ExpectationResult, SuiteResult } from './evaluate.ts';
import { type Severity, typeOf } from './suite.ts';

export interface FailedExpectation {
  readonly type: string;
  readonly column?: string;
  readonly severity: Severity;
  readonly unexpectedPercent?: number;
  readonly observed?: unknown;
  readonly message: string;
}

export interface Gate {
  readonly success: boolean;
  readonly successPercent: number;
  readonly threshold: number;
  readonly evaluated: number;
  readonly failed: readonly FailedExpectation[];
}

/** Success when no critical expectation failed and the percentage that holds is at least the threshold, 0 to 100. */
export function toGate(result: SuiteResult, threshold: number): Gate {
  const failed = result.results.filter(({ success }) => !success).map(toFailed);
  const successPercent = result.statistics.success_percent ?? 0;
  const success = successPercent >= threshold && failed.every(({ severity }) => severity !== 'critical');
  return {
    success,
    successPercent: Number(successPercent.toFixed(2)),
    threshold,
    evaluated: result.results.length,
    failed: failed.sort(bySeverity),
  };
}

const order: readonly Severity[] = ['critical', 'warning', 'info'];
const bySeverity = (a: FailedExpectation, b: FailedExpectation) => order.indexOf(a.severity) - order.indexOf(b.severity);

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
