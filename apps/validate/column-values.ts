// Expectations on each value of one column: presence, sets, ranges, uniqueness, type.
import { z } from 'zod';
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
        return { kind: 'rows', missing: '0', unexpected, samples: '[]', toSample: (value) => value, mostly: kwargs.mostly ?? 1, aboutMissing: true };
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

/** Names of types in the vocabularies of pandas, Spark and SQL, and the DuckDB types that they stand for. */
const typeNames: readonly (readonly [names: string, types: string])[] = [
  ['int8 ByteType TINYINT', 'TINYINT'],
  ['int16 ShortType SMALLINT', 'SMALLINT'],
  ['int32 IntegerType INTEGER INT32 INT4', 'INTEGER'],
  ['int64 LongType BIGINT INT64 INT8 BigInteger', 'BIGINT'],
  ['uint8 UTINYINT', 'UTINYINT'],
  ['uint16 USMALLINT', 'USMALLINT'],
  ['uint32 UINTEGER', 'UINTEGER'],
  ['uint64 UBIGINT', 'UBIGINT'],
  ['int int_ INT integer', 'TINYINT SMALLINT INTEGER BIGINT UTINYINT USMALLINT UINTEGER UBIGINT HUGEINT'],
  ['float32 FloatType REAL FLOAT4', 'FLOAT'],
  ['float64 DoubleType DOUBLE FLOAT64 DOUBLE_PRECISION', 'DOUBLE'],
  ['float float_ FLOAT Float', 'FLOAT DOUBLE'],
  ['str string object StringType VARCHAR TEXT CHAR STRING String', 'VARCHAR'],
  ['bool bool_ boolean BooleanType BOOLEAN BOOL Boolean', 'BOOLEAN'],
  ['date DateType DATE Date', 'DATE'],
  [
    'datetime64 datetime64[s] datetime64[ms] datetime64[us] datetime64[ns] datetime datetime.datetime Timestamp TimestampType TimestampNTZType TIMESTAMP DATETIME DateTime',
    'TIMESTAMP TIMESTAMP_S TIMESTAMP_MS TIMESTAMP_NS',
  ],
  ['TIMESTAMPTZ DatetimeTZDtype', 'TIMESTAMP_WITH_TIME_ZONE'],
  ['Decimal DecimalType DECIMAL NUMERIC Numeric', 'DECIMAL'],
];

const typesOf = (name: string): string[] =>
  // pandas writes its nullable integers with a capital letter.
  typeNames.flatMap(([names, types]) =>
    names.split(' ').includes(name.replace(/^(U?)Int(?=\d)/, (_, u) => (u ? 'uint' : 'int'))) ? types.split(' ') : [],
  );

const knownType = z.string().refine((name) => typesOf(name).length > 0, { error: 'no type of that name is known' });
const knownTypes = z
  .array(z.string())
  .refine((names) => names.some((name) => typesOf(name).length > 0), { error: 'none of these types is known' });

function ofType(name: string, types: readonly string[]) {
  return (file: Parameters<typeof findColumn>[0]) => {
    const found = findColumn(file, name);
    const plain = found.type.replace(/\(.*$/, '').replaceAll(' ', '_');
    // A column of nulls only has no type of its own.
    return {
      kind: 'schema',
      success: types.flatMap(typesOf).includes(plain) || plain === '"NULL"',
      observed: found.type,
    } as const;
  };
}

export const columnTypes: Readonly<Record<string, ExpectationType>> = {
  expect_column_values_to_be_of_type: define(
    { ...column, type_: knownType, ...mostly },
    {
      sentence: (kwargs) => `${kwargs.column} has type ${kwargs.type_}`,
      compile: (kwargs, file) => ofType(kwargs.column, [kwargs.type_])(file),
    },
  ),
  expect_column_values_to_be_in_type_list: define(
    { ...column, type_list: knownTypes, ...mostly },
    {
      sentence: (kwargs) => `${kwargs.column} has one of the types ${listText(kwargs.type_list)}`,
      compile: (kwargs, file) => ofType(kwargs.column, kwargs.type_list)(file),
    },
  ),
};
