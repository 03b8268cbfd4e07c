// Judges a file by a suite: every expectation becomes aggregates of one query, so the file is read once.
import type { DuckDBConnection } from '@duckdb/node-api';
import { notShown } from '../contract/personal.ts';
import { withoutFileStatistics } from '../platform/duckdb.ts';
import { NotEvaluable, type Plan, type RowPlan } from './expectation-type.ts';
import type { FileSchema } from './parquet-file.ts';
import { withoutPersonalValues } from './personal-plan.ts';
import { type Suite, type SuiteExpectation, typeOf } from './suite.ts';

/** One result in Great Expectations' shape. */
export interface ExpectationResult {
  readonly success: boolean;
  readonly expectation_config: SuiteExpectation;
  readonly result: Readonly<Record<string, unknown>>;
  readonly meta: Record<string, never>;
  readonly exception_info: {
    readonly raised_exception: boolean;
    readonly exception_message: string | null;
    readonly exception_traceback: null;
  };
}

/** A whole result in the shape of Great Expectations 1.x; results stand in the suite's order. */
export interface SuiteResult {
  readonly success: boolean;
  readonly results: readonly ExpectationResult[];
  readonly suite_name: string;
  readonly suite_parameters: Record<string, never>;
  readonly statistics: {
    readonly evaluated_expectations: number;
    readonly successful_expectations: number;
    readonly unsuccessful_expectations: number;
    readonly success_percent: number | null;
  };
  readonly meta: Readonly<Record<string, unknown>>;
  readonly id: null;
}

type Outcome = { success: boolean; result: Record<string, unknown> } | { exception: string };
/** What an aggregate over the file gave, by its SQL. */
export type Values = (sql: string) => unknown;

/** Reads the file once and judges every expectation of the suite. `more` is what others want of the same scan. */
export async function evaluateSuite(
  connection: DuckDBConnection,
  file: FileSchema,
  suite: Suite,
  more: More = { aggregates: [] },
): Promise<{ result: SuiteResult; rows: number; values: Values }> {
  const plans = suite.expectations.map((expectation) => compileFor(expectation, file));
  const wanted = new Set([
    'count(*)',
    ...plans.flatMap((plan) => ('exception' in plan ? [] : aggregatesOf(plan))),
    ...more.aggregates,
  ]);
  const values = await readAggregates(connection, file.source, [...wanted], more.kept);
  const rows = Number(values('count(*)'));
  const results = plans.map((plan, index) =>
    toResult(suite.expectations[index] as SuiteExpectation, 'exception' in plan ? plan : judge(plan, values, rows)),
  );
  return { rows, result: summarize(suite, results), values };
}

export interface More {
  readonly aggregates: readonly string[];
  /** An aggregate that stays in the database: `keptValue` is its SQL. */
  readonly kept?: string;
}

const keptTable = 'scanned';
/** The SQL of what the last scan kept. */
export const keptValue = `(SELECT kept FROM ${keptTable})`;

/** Reads aggregates over a FROM clause in one query. */
export async function readAggregates(
  connection: DuckDBConnection,
  source: string,
  wanted: readonly string[],
  kept?: string,
): Promise<Values> {
  const names = new Map([...new Set(wanted)].map((sql, index) => [sql, `v${index}`]));
  const select = [...names].map(([sql, name]) => `${sql} AS ${name}`);
  const query = (more: string[]) => `SELECT ${[...select, ...more].join(',\n')}\nFROM ${source}`;
  const reader = await withoutFileStatistics(connection, async () => {
    if (kept === undefined) return connection.runAndReadAll(query([]));
    await connection.run(`CREATE OR REPLACE TEMP TABLE ${keptTable} AS ${query([`${kept} AS kept`])}`);
    return connection.runAndReadAll(`SELECT * EXCLUDE (kept) FROM ${keptTable}`);
  });
  const [row] = reader.getRowObjectsJS();
  return (sql) => toJson(row?.[names.get(sql) as string]);
}

function compileFor(expectation: SuiteExpectation, file: FileSchema): Plan | { exception: string } {
  const { type, kwargs } = typeOf(expectation);
  try {
    return withoutPersonalValues(expectation, file, type.compile(kwargs, file));
  } catch (error) {
    if (error instanceof NotEvaluable) return { exception: error.message };
    throw error;
  }
}

function aggregatesOf(plan: Plan): string[] {
  if (plan.kind === 'rows') return [plan.missing, plan.unexpected, shownSamples(plan)];
  return plan.kind === 'figure' ? [plan.observed, plan.holds] : [];
}

const shownSamples = ({ samples, toSample }: RowPlan): string => `list_transform(${samples}, lambda v: ${toSample('v')})`;

function judge(plan: Plan, values: Values, rows: number): Outcome {
  if (plan.kind === 'schema') {
    return { success: plan.success, result: { observed_value: plan.observed, ...(plan.details && { details: plan.details }) } };
  }
  if (plan.kind === 'figure') return { success: values(plan.holds) === true, result: { observed_value: values(plan.observed) } };
  const missing = Number(values(plan.missing));
  const unexpected = Number(values(plan.unexpected));
  const judged = rows - missing;
  const percent = percentOf(unexpected, judged);
  const result = {
    element_count: rows,
    unexpected_count: unexpected,
    unexpected_percent: percent,
    partial_unexpected_list: plan.isHidden && unexpected > 0 ? [notShown] : (values(shownSamples(plan)) ?? []),
    ...(!plan.aboutMissing && {
      missing_count: missing,
      missing_percent: percentOf(missing, rows),
      unexpected_percent_total: percentOf(unexpected, rows),
      unexpected_percent_nonmissing: percent,
    }),
  };
  return { success: judged === 0 || (judged - unexpected) / judged >= plan.mostly, result };
}

const percentOf = (part: number, whole: number): number | null => (whole === 0 ? null : (part / whole) * 100);

function toResult(expectation: SuiteExpectation, outcome: Outcome): ExpectationResult {
  const raised = 'exception' in outcome;
  return {
    success: raised ? false : outcome.success,
    expectation_config: expectation,
    result: raised ? {} : outcome.result,
    meta: {},
    exception_info: { raised_exception: raised, exception_message: raised ? outcome.exception : null, exception_traceback: null },
  };
}

function summarize(suite: Suite, results: readonly ExpectationResult[]): SuiteResult {
  const successful = results.filter(({ success }) => success).length;
  return {
    success: successful === results.length,
    results,
    suite_name: suite.name,
    suite_parameters: {},
    statistics: {
      evaluated_expectations: results.length,
      successful_expectations: successful,
      unsuccessful_expectations: results.length - successful,
      success_percent: percentOf(successful, results.length),
    },
    meta: {},
    id: null,
  };
}

/** A value of the database as JSON can carry it. */
function toJson(value: unknown): unknown {
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
  if (typeof value === 'number' && !Number.isFinite(value)) return String(value);
  if (Array.isArray(value)) return value.map(toJson);
  return value ?? null;
}
