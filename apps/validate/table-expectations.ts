// Expectations on the table as a whole: rows, columns and their order.
import { z } from 'zod';
import { numberInRange } from './column-sql.ts';
import { define, type ExpectationType, listText, type Range, range, rangeText } from './expectation-type.ts';

const names = (file: { columns: readonly { name: string }[] }) => file.columns.map(({ name }) => name);
const within = (count: number, { min_value: min, max_value: max, strict_min: strictMin, strict_max: strictMax }: Range) =>
  (min == null || (strictMin ? count > Number(min) : count >= Number(min))) &&
  (max == null || (strictMax ? count < Number(max) : count <= Number(max)));

export const tableExpectations: Readonly<Record<string, ExpectationType>> = {
  expect_table_row_count_to_be_between: define(range, {
    sentence: (kwargs) => `the number of rows is ${rangeText(kwargs)}`,
    compile: (kwargs) => ({ kind: 'figure', observed: 'count(*)', holds: numberInRange('count(*)', kwargs) }),
  }),
  expect_table_row_count_to_equal: define(
    { value: z.int().min(0) },
    {
      sentence: (kwargs) => `the number of rows is ${kwargs.value}`,
      compile: (kwargs) => ({ kind: 'figure', observed: 'count(*)', holds: `count(*) = ${kwargs.value}` }),
    },
  ),
  expect_table_column_count_to_be_between: define(range, {
    sentence: (kwargs) => `the number of columns is ${rangeText(kwargs)}`,
    compile: (kwargs, { columns }) => ({ kind: 'schema', success: within(columns.length, kwargs), observed: columns.length }),
  }),
  expect_table_column_count_to_equal: define(
    { value: z.int().min(0) },
    {
      sentence: (kwargs) => `the number of columns is ${kwargs.value}`,
      compile: (kwargs, { columns }) => ({ kind: 'schema', success: columns.length === kwargs.value, observed: columns.length }),
    },
  ),
  expect_table_columns_to_match_set: define(
    { column_set: z.array(z.string()), exact_match: z.boolean().nullish() },
    {
      sentence: (kwargs) =>
        `the columns ${kwargs.exact_match === false ? 'include' : 'are, in any order,'} ${kwargs.column_set.join(', ')}`,
      compile: (kwargs, file) => {
        const observed = names(file);
        const missing = kwargs.column_set.filter((name) => !observed.includes(name)).sort();
        const unexpected = observed.filter((name) => !kwargs.column_set.includes(name)).sort();
        const success = missing.length === 0 && (kwargs.exact_match === false || unexpected.length === 0);
        const mismatched = { ...(unexpected.length > 0 && { unexpected }), ...(missing.length > 0 && { missing }) };
        return { kind: 'schema', success, observed, ...(missing.length + unexpected.length > 0 && { details: { mismatched } }) };
      },
    },
  ),
  expect_table_columns_to_match_ordered_list: define(
    { column_list: z.array(z.string()) },
    {
      sentence: (kwargs) => `the columns are, in this order, ${kwargs.column_list.join(', ')}`,
      compile: (kwargs, file) => {
        const observed = names(file);
        const length = Math.max(observed.length, kwargs.column_list.length);
        const mismatched = Array.from({ length }, (_, index) => ({
          'Expected Column Position': index,
          Expected: kwargs.column_list[index] ?? null,
          Found: observed[index] ?? null,
        })).filter(({ Expected, Found }) => Expected !== Found);
        return {
          kind: 'schema',
          success: mismatched.length === 0,
          observed,
          ...(mismatched.length > 0 && { details: { mismatched } }),
        };
      },
    },
  ),
  expect_column_to_exist: define(
    { column: z.string().min(1), column_index: z.int().min(0).nullish() },
    {
      sentence: (kwargs) =>
        `there is a column ${kwargs.column}${kwargs.column_index == null ? '' : ` at position ${kwargs.column_index}`}`,
      compile: (kwargs, file) => {
        const index = names(file).indexOf(kwargs.column);
        const success = index >= 0 && (kwargs.column_index == null || kwargs.column_index === index);
        return {
          kind: 'schema',
          success,
          observed: index >= 0 ? listText([kwargs.column, `position ${index}`]) : 'no such column',
        };
      },
    },
  ),
};
