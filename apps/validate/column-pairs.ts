// Expectations on two or more columns of each row.
import { z } from 'zod';
import { comparison, countWhere, findColumn } from './column-sql.ts';
import {
  define,
  type ExpectationType,
  listText,
  mostly,
  mostlyText,
  NotEvaluable,
  type RowPlan,
  scalar,
} from './expectation-type.ts';
import type { FileColumn, FileSchema } from './parquet-file.ts';

const pair = { column_A: z.string().min(1), column_B: z.string().min(1) };
const pairIgnore = { ignore_row_if: z.enum(['both_values_are_missing', 'either_value_is_missing', 'neither']).nullish() };
const listIgnore = { ignore_row_if: z.enum(['all_values_are_missing', 'any_value_is_missing', 'never']).nullish() };

interface Judged {
  readonly columns: readonly FileColumn[];
  readonly condition: string;
  readonly ignore: string;
  readonly mostly: number | undefined;
}

/** Counts rows that break the condition, without those that `ignore_row_if` leaves out. */
function countRows({ columns, condition, ignore, mostly: share }: Judged): RowPlan {
  const ignored = toIgnored(columns, ignore);
  const broken = `${ignored === 'false' ? '' : `NOT (${ignored}) AND `}(${condition}) IS NOT TRUE`;
  return {
    kind: 'rows',
    missing: countWhere(ignored),
    unexpected: countWhere(broken),
    samples: `min(${toTuple(columns)}, 20) FILTER (WHERE ${broken})`,
    toSample: toTupleSample(columns),
    mostly: share ?? 1,
  };
}

/** Both sides as one type; text becomes the other side's type, and null where it does not read as one. */
function toComparable(a: FileColumn, b: FileColumn): [string, string] {
  if (a.kind === b.kind) return [a.sql, b.sql];
  if (a.kind === 'text' && (b.kind === 'number' || b.kind === 'time')) return [`try_cast(${a.sql} AS ${castType(b)})`, b.sql];
  if (b.kind === 'text' && (a.kind === 'number' || a.kind === 'time')) return [a.sql, `try_cast(${b.sql} AS ${castType(a)})`];
  throw new NotEvaluable(`columns "${a.name}" (${a.type}) and "${b.name}" (${b.type}) can't be compared`);
}

const castType = (column: FileColumn) => (column.kind === 'number' ? 'DOUBLE' : 'TIMESTAMP');

/** A condition that leaves a row out. */
function toIgnored(columns: readonly FileColumn[], ignore: string): string {
  const missing = columns.map(({ sql }) => `${sql} IS NULL`);
  if (/^(both|all)_/.test(ignore)) return missing.join(' AND ');
  return /^(either|any)_/.test(ignore) ? missing.join(' OR ') : 'false';
}

/** Values of a row by place: a column may stand there twice. */
const toTuple = (columns: readonly FileColumn[]): string =>
  `{${columns.map(({ sql }, place) => `v${place}: ${sql}`).join(', ')}}`;

const toTupleSample = (columns: readonly FileColumn[]) => (value: string) =>
  `[${columns.map((_, place) => `left(CAST(${value}.v${place} AS VARCHAR), 200)`).join(', ')}]`;

function findColumns(file: FileSchema, names: readonly string[]): FileColumn[] {
  return names.map((name) => findColumn(file, name));
}

/** Integers of 64 bits, and decimals that leave room for their sum in DECIMAL(38, 10). */
function isExactNumber(type: string): boolean {
  const [, precision, scale] = /^DECIMAL\((\d+),(\d+)\)$/.exec(type) ?? [];
  if (precision !== undefined) return Number(scale) <= 10 && Number(precision) - Number(scale) <= 24;
  return /^U?(TINY|SMALL|BIG)INT$|^U?INTEGER$/.test(type);
}

export const columnPairs: Readonly<Record<string, ExpectationType>> = {
  expect_column_pair_values_a_to_be_greater_than_b: define(
    { ...pair, or_equal: z.boolean().nullish(), ...pairIgnore, ...mostly },
    {
      sentence: (kwargs) =>
        `${kwargs.column_A} is greater than ${kwargs.or_equal ? 'or equal to ' : ''}${kwargs.column_B}${mostlyText(kwargs.mostly)}`,
      compile: (kwargs, file) => {
        const columns = findColumns(file, [kwargs.column_A, kwargs.column_B]) as [FileColumn, FileColumn];
        const [a, b] = toComparable(...columns);
        const ignore = kwargs.ignore_row_if ?? 'both_values_are_missing';
        return countRows({ columns, condition: `${a} ${kwargs.or_equal ? '>=' : '>'} ${b}`, ignore, mostly: kwargs.mostly });
      },
    },
  ),
  expect_column_pair_values_to_be_equal: define(
    { ...pair, ...pairIgnore, ...mostly },
    {
      sentence: (kwargs) => `${kwargs.column_A} equals ${kwargs.column_B}${mostlyText(kwargs.mostly)}`,
      compile: (kwargs, file) => {
        const columns = findColumns(file, [kwargs.column_A, kwargs.column_B]) as [FileColumn, FileColumn];
        const [a, b] = toComparable(...columns);
        return countRows({
          columns,
          condition: `${a} = ${b}`,
          ignore: kwargs.ignore_row_if ?? 'both_values_are_missing',
          mostly: kwargs.mostly,
        });
      },
    },
  ),
  expect_column_pair_values_to_be_in_set: define(
    { ...pair, value_pairs_set: z.array(z.tuple([scalar.nullable(), scalar.nullable()])).min(1), ...pairIgnore, ...mostly },
    {
      sentence: (kwargs) =>
        `${kwargs.column_A} and ${kwargs.column_B} are one of the pairs ${listText(kwargs.value_pairs_set.map((both) => `(${both.join(', ')})`))}${mostlyText(kwargs.mostly)}`,
      compile: (kwargs, file) => {
        const columns = findColumns(file, [kwargs.column_A, kwargs.column_B]) as [FileColumn, FileColumn];
        const equals = (found: FileColumn, value: z.output<typeof scalar> | null) => {
          if (value === null) return `${found.sql} IS NULL`;
          const { side, literal } = comparison(found, value);
          return `${side} = ${literal}`;
        };
        const condition = kwargs.value_pairs_set
          .map(([a, b]) => `coalesce(${equals(columns[0], a)} AND ${equals(columns[1], b)}, false)`)
          .join(' OR ');
        return countRows({
          columns,
          condition,
          ignore: kwargs.ignore_row_if ?? 'both_values_are_missing',
          mostly: kwargs.mostly,
        });
      },
    },
  ),
  expect_multicolumn_sum_to_equal: define(
    { column_list: z.array(z.string().min(1)).min(2), sum_total: z.number(), ...listIgnore, ...mostly },
    {
      sentence: (kwargs) => `${kwargs.column_list.join(' + ')} is ${kwargs.sum_total}${mostlyText(kwargs.mostly)}`,
      compile: (kwargs, file) => {
        const columns = findColumns(file, kwargs.column_list);
        const text = columns.find(({ kind }) => kind !== 'number');
        if (text) throw new NotEvaluable(`column "${text.name}" is ${text.type}, not a number`);
        // Integers and decimals are summed exactly; the nearest double of the sum is compared.
        const isExact = columns.every(({ type }) => isExactNumber(type));
        const sum = columns
          .map(({ sql }) => (isExact ? `CAST(${sql} AS DECIMAL(38, 10))` : `CAST(${sql} AS DOUBLE)`))
          .join(' + ');
        const condition = `CAST(${sum} AS DOUBLE) = CAST('${kwargs.sum_total}' AS DOUBLE)`;
        return countRows({ columns, condition, ignore: kwargs.ignore_row_if ?? 'all_values_are_missing', mostly: kwargs.mostly });
      },
    },
  ),
  expect_select_column_values_to_be_unique_within_record: define(
    { column_list: z.array(z.string().min(1)).min(2), ...listIgnore, ...mostly },
    {
      sentence: (kwargs) => `${kwargs.column_list.join(', ')} differ from each other${mostlyText(kwargs.mostly)}`,
      compile: (kwargs, file) => {
        const columns = findColumns(file, kwargs.column_list);
        const differ = columns.flatMap((a, index) =>
          columns.slice(index + 1).map((b) => {
            const [left, right] = toComparable(a, b);
            return `${left} IS DISTINCT FROM ${right}`;
          }),
        );
        return countRows({
          columns,
          condition: differ.join(' AND '),
          ignore: kwargs.ignore_row_if ?? 'all_values_are_missing',
          mostly: kwargs.mostly,
        });
      },
    },
  ),
  expect_compound_columns_to_be_unique: define(
    { column_list: z.array(z.string().min(1)).min(2), ...listIgnore, ...mostly },
    {
      sentence: (kwargs) => `${kwargs.column_list.join(' and ')} are unique together${mostlyText(kwargs.mostly)}`,
      compile: (kwargs, file) => {
        const columns = findColumns(file, kwargs.column_list);
        const ignored = toIgnored(columns, kwargs.ignore_row_if ?? 'all_values_are_missing');
        // Every row of a combination that occurs more than once counts. Missing values equal each other, as in the pandas and Spark engines.
        // Groups of columns take a third of the time of groups of tuples.
        const keys = columns.map(({ sql }, place) => `${sql} AS v${place}`).join(', ');
        const groups = `SELECT ${keys}, count(*) AS n FROM ${file.source} WHERE NOT (${ignored}) GROUP BY ALL HAVING count(*) > 1`;
        const combination = `{${columns.map((_, place) => `v${place}: v${place}`).join(', ')}}`;
        return {
          kind: 'rows',
          missing: countWhere(ignored),
          unexpected: `(SELECT coalesce(sum(n), 0) FROM (${groups}))`,
          samples: `(SELECT min(${combination}, 20) FROM (${groups}))`,
          toSample: toTupleSample(columns),
          mostly: kwargs.mostly ?? 1,
        };
      },
    },
  ),
};
