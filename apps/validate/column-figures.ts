// Expectations on one figure of a column: least, mean, quantiles, counts and sets of its distinct values.
import { z } from 'zod';
import { asNumber, comparison, countWhere, findColumn, inRange, isOneOf, numberInRange } from './column-sql.ts';
import { column, define, type ExpectationType, listText, type Range, range, rangeText, valueSet } from './expectation-type.ts';
import type { FileColumn } from './parquet-file.ts';

/** A figure that is a number whatever the column holds. */
function onNumber(says: string, figure: (found: FileColumn) => string): ExpectationType {
  return define(
    { ...column, ...range },
    {
      sentence: (kwargs) => `the ${says} of ${kwargs.column} is ${rangeText(kwargs)}`,
      compile: (kwargs, file) => {
        const observed = figure(findColumn(file, kwargs.column));
        return { kind: 'figure', observed, holds: `(${observed}) IS NOT NULL AND ${numberInRange(`(${observed})`, kwargs)}` };
      },
    },
  );
}

/** A figure of the column's own type: its least or greatest value. */
function onExtreme(says: string, aggregate: 'min' | 'max'): ExpectationType {
  return define(
    { ...column, ...range },
    {
      sentence: (kwargs) => `the ${says} ${kwargs.column} is ${rangeText(kwargs)}`,
      compile: (kwargs, file) => {
        const found = findColumn(file, kwargs.column);
        const isNumber = [kwargs.min_value, kwargs.max_value].some((value) => typeof value === 'number');
        const extreme = `${aggregate}(${isNumber ? asNumber(found) : found.sql})`;
        const observed = found.kind === 'number' || isNumber ? extreme : `CAST(${extreme} AS VARCHAR)`;
        return { kind: 'figure', observed, holds: `${extreme} IS NOT NULL AND ${inRange(found, kwargs, extreme)}` };
      },
    },
  );
}

type SetRule = 'in' | 'contain' | 'equal';
const setSays: Record<SetRule, string> = { in: 'are all among', contain: 'include', equal: 'are exactly' };

/** Distinct values against a set, in memory bounded by the set: values outside it are sampled, not collected. */
function onSet(rule: SetRule): ExpectationType {
  return define(
    { ...column, value_set: valueSet },
    {
      sentence: (kwargs) => `the values of ${kwargs.column} ${setSays[rule]} ${listText(kwargs.value_set)}`,
      compile: (kwargs, file) => {
        const found = findColumn(file, kwargs.column);
        const outside = `${found.sql} IS NOT NULL AND NOT coalesce(${isOneOf(found, kwargs.value_set)}, false)`;
        const seen = kwargs.value_set.map((value) => {
          if (found.kind === 'number' && typeof value !== 'number') return { value, sql: 'false' };
          const { side, literal } = comparison(found, value);
          return { value, sql: `coalesce(bool_or(${side} = ${literal}), false)` };
        });
        const values = seen.map(({ value, sql }) => `CASE WHEN ${sql} THEN '${String(value).replaceAll("'", "''")}' END`);
        const strange = `list_transform(coalesce(min(DISTINCT ${found.sql}, 20) FILTER (WHERE ${outside}), []), lambda v: left(CAST(v AS VARCHAR), 200))`;
        const none = `${countWhere(outside)} = 0`;
        const all = seen.map(({ sql }) => sql).join(' AND ') || 'true';
        return {
          kind: 'figure',
          observed: `list_concat(list_filter([${values.join(', ')}], lambda v: v IS NOT NULL), ${strange})`,
          holds: { in: none, contain: all, equal: `${none} AND ${all}` }[rule],
        };
      },
    },
  );
}

const quantileRanges = z
  .strictObject({
    quantiles: z.array(z.number().min(0).max(1)).min(1),
    value_ranges: z.array(z.tuple([z.number().nullable(), z.number().nullable()])),
  })
  .refine(({ quantiles, value_ranges }) => quantiles.length === value_ranges.length, {
    error: 'quantiles and value_ranges differ in length',
  });

const toRange = ([min, max]: readonly [number | null, number | null]): Range => ({ min_value: min, max_value: max });
const quantile = (found: FileColumn, share: number) => `quantile_cont(CAST(${asNumber(found)} AS DOUBLE), ${share})`;

export const columnFigures: Readonly<Record<string, ExpectationType>> = {
  expect_column_min_to_be_between: onExtreme('least', 'min'),
  expect_column_max_to_be_between: onExtreme('greatest', 'max'),
  expect_column_mean_to_be_between: onNumber('mean', (found) => `avg(${asNumber(found)})`),
  expect_column_median_to_be_between: onNumber('median', (found) => quantile(found, 0.5)),
  expect_column_stdev_to_be_between: onNumber('standard deviation', (found) => `stddev_samp(${asNumber(found)})`),
  expect_column_sum_to_be_between: onNumber('sum', (found) => `sum(${asNumber(found)})`),
  expect_column_unique_value_count_to_be_between: onNumber(
    'number of distinct values',
    (found) => `count(DISTINCT ${found.sql})`,
  ),
  expect_column_proportion_of_unique_values_to_be_between: onNumber(
    'share of distinct values',
    (found) => `count(DISTINCT ${found.sql}) / nullif(count(${found.sql}), 0)`,
  ),
  expect_column_proportion_of_non_null_values_to_be_between: onNumber(
    'share of present values',
    (found) => `count(${found.sql}) / nullif(count(*), 0)`,
  ),
  expect_column_quantile_values_to_be_between: define(
    { ...column, quantile_ranges: quantileRanges, allow_relative_error: z.literal(false).nullish() },
    {
      sentence: ({ column: name, quantile_ranges: { quantiles, value_ranges: ranges } }) =>
        quantiles
          .map((share, index) => `the ${share} quantile of ${name} is ${rangeText(toRange(ranges[index] ?? [null, null]))}`)
          .join('; '),
      compile: (kwargs, file) => {
        const found = findColumn(file, kwargs.column);
        const { quantiles, value_ranges: ranges } = kwargs.quantile_ranges;
        const figures = quantiles.map((share) => quantile(found, share));
        const holds = figures.map((figure, index) => numberInRange(figure, toRange(ranges[index] ?? [null, null])));
        return { kind: 'figure', observed: `[${figures.join(', ')}]`, holds: holds.map((part) => `(${part})`).join(' AND ') };
      },
    },
  ),
  expect_column_distinct_values_to_be_in_set: onSet('in'),
  expect_column_distinct_values_to_contain_set: onSet('contain'),
  expect_column_distinct_values_to_equal_set: onSet('equal'),
};
