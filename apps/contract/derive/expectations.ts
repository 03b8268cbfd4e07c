// A data set's expectation suite in Great Expectations' JSON: what a month's file must look like to be let in.
import { type LogicalType, logicalOf } from '../column-type.ts';
import { columnOf, type Dataset, mayBeAbsent, toCodeValue } from '../dataset.ts';
import { isCsv } from '../file-name.ts';
import type { Predicate } from '../predicate.ts';
import type { Severity } from '../severity.ts';

export interface SuiteExpectation {
  readonly type: string;
  readonly kwargs: Readonly<Record<string, unknown>>;
  readonly meta: Readonly<Record<string, unknown>>;
  readonly severity: Severity;
}

export interface ExpectationSuite {
  readonly name: string;
  readonly expectations: readonly SuiteExpectation[];
  readonly meta: Readonly<Record<string, unknown>>;
}

/** The suite of a data set. It speaks of columns that every file carries by one name; of values only where they are present. */
export function toExpectationSuite(dataset: Dataset): ExpectationSuite {
  const all = [
    ...columnSet(dataset),
    ...presence(dataset),
    ...uniqueness(dataset),
    ...types(dataset),
    ...codes(dataset),
    ...rules(dataset),
    ...rowsPerMonth(dataset),
    ...own(dataset),
  ];
  return { name: dataset.category, expectations: withoutRepetition(all), meta: { category: dataset.category } };
}

const expectation = (type: string, kwargs: object, severity: Severity, from: string): SuiteExpectation => ({
  type,
  kwargs: kwargs as Record<string, unknown>,
  meta: { from },
  severity,
});

/** Files of some years lack the optional columns, and spell the aliased ones otherwise; nobody reads those that are dropped. */
const certainColumns = ({ columns }: Dataset) =>
  columns.filter((column) => !mayBeAbsent(column) && !column.aliases?.length && column.personal !== 'drop');

function columnSet(dataset: Dataset): SuiteExpectation[] {
  const column_set = certainColumns(dataset).map(({ name }) => name);
  return [expectation('expect_table_columns_to_match_set', { column_set, exact_match: false }, 'critical', 'columns')];
}

/** The rest is known to be missing for some senders and months. */
function presence({ must = [] }: Dataset): SuiteExpectation[] {
  return must.map((column) => expectation('expect_column_values_to_not_be_null', { column, mostly: 0.99 }, 'critical', 'must'));
}

function uniqueness({ key: [first, ...others] = [] }: Dataset): SuiteExpectation[] {
  if (first === undefined) return [];
  if (others.length === 0) return [expectation('expect_column_values_to_be_unique', { column: first }, 'critical', 'key')];
  return [expectation('expect_compound_columns_to_be_unique', { column_list: [first, ...others] }, 'critical', 'key')];
}

const numbers = ['int32', 'int64', 'float32', 'float64', 'IntegerType', 'LongType', 'FloatType', 'DoubleType', 'DecimalType'];
const texts = ['str', 'object', 'StringType'];
const times = ['datetime64[ms]', 'datetime64[us]', 'datetime64[ns]', 'TimestampType', 'TimestampNTZType', 'DatetimeTZDtype'];

/** Types that a column may have in a file: writers infer them from the month's values, and the etl casts them. */
const allowedTypes: Record<LogicalType, readonly string[]> = {
  int: numbers,
  int32: numbers,
  double: numbers,
  decimal: numbers,
  duration: [...numbers, ...texts],
  boolean: ['bool', 'BooleanType', ...numbers, ...texts],
  string: texts,
  date: ['date', 'DateType', ...times, ...texts],
  timestamp: [...times, ...texts],
  instant: ['DatetimeTZDtype', ...texts],
};

function types(dataset: Dataset): SuiteExpectation[] {
  // Transfer chooses them.
  if (isCsv(dataset)) return [];
  return certainColumns(dataset).map(({ name, type }) =>
    expectation(
      'expect_column_values_to_be_in_type_list',
      { column: name, type_list: allowedTypes[logicalOf(type)] },
      'warning',
      'columns',
    ),
  );
}

function codes(dataset: Dataset): SuiteExpectation[] {
  return certainColumns(dataset).flatMap((column) => {
    const { name, type, codes: known } = column;
    if (!known || type === 'boolean') return [];
    const value_set = Object.keys(known).map((code) => toCodeValue(column, code));
    return [expectation('expect_column_values_to_be_in_set', { column: name, value_set, mostly: 0.95 }, 'warning', 'codes')];
  });
}

/** Most rows of a good month keep each rule: the rows that do not go to triage, which is no reason to refuse the file. */
const mostlyClean = 0.75;

function rules(dataset: Dataset): SuiteExpectation[] {
  const certain = new Set(certainColumns(dataset).map(({ name }) => name));
  return dataset.rules.flatMap(({ name, holds }) =>
    toExpectations(dataset, holds)
      .filter(({ kwargs }) =>
        [kwargs.column, kwargs.column_A, kwargs.column_B].every(
          (column) => column === undefined || certain.has(column as string),
        ),
      )
      .map(({ type, kwargs }) => expectation(type, { ...kwargs, mostly: mostlyClean }, 'warning', `rule ${name}`)),
  );
}

function toExpectations(dataset: Dataset, holds: Predicate): { type: string; kwargs: Record<string, unknown> }[] {
  switch (holds.op) {
    case 'all':
      return holds.predicates.flatMap((part) => toExpectations(dataset, part));
    case 'one-of':
      return [{ type: 'expect_column_values_to_be_in_set', kwargs: { column: holds.column, value_set: holds.values } }];
    case 'between': {
      const upper = holds.below === undefined ? { max_value: holds.atMost } : { max_value: holds.below, strict_max: true };
      const kwargs = { column: holds.column, min_value: holds.atLeast, ...(upper.max_value !== undefined && upper) };
      return [{ type: 'expect_column_values_to_be_between', kwargs }];
    }
    case 'before':
    case 'not-after': {
      const kwargs = { column_A: holds.other, column_B: holds.column, ...(holds.op === 'not-after' && { or_equal: true }) };
      return [{ type: 'expect_column_pair_values_a_to_be_greater_than_b', kwargs }];
    }
    case 'matches':
      return [{ type: 'expect_column_values_to_match_regex', kwargs: { column: holds.column, regex: `^(?:${holds.pattern})$` } }];
    // Expectations speak of the rows where their column has a value.
    case 'if-present':
      return toExpectations(dataset, holds.holds).filter(({ type }) => type !== 'expect_column_values_to_not_be_null');
    case 'present':
      return [{ type: 'expect_column_values_to_not_be_null', kwargs: { column: columnOf(dataset, holds.column).name } }];
    // These depend on the run and on the file's name, which a suite does not know, or have no expectation: the etl applies them.
    case 'before-as-of':
    case 'in-month':
    case 'lasts':
    case 'any':
    case 'not':
      return [];
  }
}

const own = (dataset: Dataset): SuiteExpectation[] =>
  (dataset.expectations ?? []).map(({ type, kwargs, severity }) => expectation(type, kwargs, severity, 'expectations'));

function rowsPerMonth({ promises }: Dataset): SuiteExpectation[] {
  if (!promises?.rowsPerMonth) return [];
  const { atLeast, atMost } = promises.rowsPerMonth;
  const kwargs = { ...(atLeast !== undefined && { min_value: atLeast }), ...(atMost !== undefined && { max_value: atMost }) };
  return [expectation('expect_table_row_count_to_be_between', kwargs, 'warning', 'promises')];
}

/** Two expectations that differ in `mostly` alone are one; the first, which is the stricter, stays. */
function withoutRepetition(expectations: readonly SuiteExpectation[]): SuiteExpectation[] {
  const seen = new Set<string>();
  return expectations.filter(({ type, kwargs: { mostly: _, ...rest } }) => {
    const key = JSON.stringify([type, rest]);
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}
