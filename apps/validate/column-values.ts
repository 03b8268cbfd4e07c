// Expectations on each value of one column: presence, sets, ranges, uniqueness.
import { countBreaking, findColumn, inRange, isOneOf, sampleOf, toSample } from './column-sql.ts';
import {
  column,
  define,
  type ExpectationType,
  listText,
  mostly,
  mostlyText,
  range,
  rangeText,
  valueSet,
} from './expectation-type.ts';

export const columnValues: Readonly<Record<string, ExpectationType>> = {
  expect_column_values_to_not_be_null: define(
    { ...column, ...mostly },
    {
      sentence: (kwargs) => `${kwargs.column} is present${mostlyText(kwargs.mostly)}`,
      compile: (kwargs, file) => {
        const { sql } = findColumn(file, kwargs.column);
        const unexpected = `count(*) - count(${sql})`;
        return {
          kind: 'rows',
          missing: '0',
          unexpected,
          samples: '[]',
          toSample: (value) => value,
          mostly: kwargs.mostly ?? 1,
          aboutMissing: true,
        };
      },
    },
  ),
  expect_column_values_to_be_null: define(
    { ...column, ...mostly },
    {
      sentence: (kwargs) => `${kwargs.column} is missing${mostlyText(kwargs.mostly)}`,
      compile: (kwargs, file) => {
        const found = findColumn(file, kwargs.column);
        return {
          kind: 'rows',
          missing: '0',
          unexpected: `count(${found.sql})`,
          samples: sampleOf(found),
          toSample: toSample(found),
          mostly: kwargs.mostly ?? 1,
          aboutMissing: true,
        };
      },
    },
  ),
  expect_column_values_to_be_in_set: define(
    { ...column, value_set: valueSet, ...mostly },
    {
      sentence: (kwargs) => `${kwargs.column} is one of ${listText(kwargs.value_set)}${mostlyText(kwargs.mostly)}`,
      compile: (kwargs, file) => {
        const found = findColumn(file, kwargs.column);
        return countBreaking(found, isOneOf(found, kwargs.value_set), kwargs.mostly);
      },
    },
  ),
  expect_column_values_to_not_be_in_set: define(
    { ...column, value_set: valueSet, ...mostly },
    {
      sentence: (kwargs) => `${kwargs.column} is none of ${listText(kwargs.value_set)}${mostlyText(kwargs.mostly)}`,
      compile: (kwargs, file) => {
        const found = findColumn(file, kwargs.column);
        const isOne = isOneOf(found, kwargs.value_set);
        // Text that is no number is none of the numbers.
        return countBreaking(found, found.kind === 'text' ? `(${isOne}) IS NOT TRUE` : `NOT (${isOne})`, kwargs.mostly);
      },
    },
  ),
  expect_column_values_to_be_between: define(
    { ...column, ...range, ...mostly },
    {
      sentence: (kwargs) => `${kwargs.column} is ${rangeText(kwargs)}${mostlyText(kwargs.mostly)}`,
      compile: (kwargs, file) => {
        const found = findColumn(file, kwargs.column);
        return countBreaking(found, inRange(found, kwargs), kwargs.mostly);
      },
    },
  ),
  expect_column_values_to_be_unique: define(
    { ...column, ...mostly },
    {
      sentence: (kwargs) => `${kwargs.column} is unique${mostlyText(kwargs.mostly)}`,
      compile: (kwargs, file) => {
        const found = findColumn(file, kwargs.column);
        // Great Expectations counts every row of a value that occurs more than once.
        const repeated = `SELECT ${found.sql}, count(*) AS n FROM ${file.source} WHERE ${found.sql} IS NOT NULL GROUP BY 1 HAVING count(*) > 1`;
        return {
          kind: 'rows',
          missing: `count(*) - count(${found.sql})`,
          unexpected: `(SELECT coalesce(sum(n), 0) FROM (${repeated}))`,
          samples: `(SELECT ${sampleOf(found)} FROM (${repeated}))`,
          toSample: toSample(found),
          mostly: kwargs.mostly ?? 1,
        };
      },
    },
  ),
};
