// Expectations on the type of a column, in the vocabularies of pandas, Spark and SQL.
import { z } from 'zod';
import { findColumn } from './column-sql.ts';
import { column, define, type ExpectationType, listText, mostly } from './expectation-type.ts';

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

const families: readonly (readonly [types: RegExp, says: string])[] = [
  [/INT|DOUBLE|FLOAT|DECIMAL/, 'numbers'],
  [/VARCHAR/, 'text'],
  [/DATE|TIMESTAMP/, 'times'],
  [/BOOLEAN/, 'true or false'],
];

/** `numbers`, or `times or text`: what a list of type names comes down to; whole numbers where nothing else is allowed. */
function familiesOf(names: readonly string[]): string {
  const types = names.flatMap(typesOf);
  const said = families.filter(([pattern]) => types.some((type) => pattern.test(type))).map(([, says]) => says);
  const onlyWhole = types.every((type) => /INT(EGER)?$/.test(type));
  return `${onlyWhole ? 'whole numbers' : said.join(' or ')} (${listText([...new Set(types)])})`;
}

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
      success: types.flatMap(typesOf).includes(plain) || /^"?NULL"?$/.test(plain),
      observed: found.type,
    } as const;
  };
}

export const columnTypes: Readonly<Record<string, ExpectationType>> = {
  expect_column_values_to_be_of_type: define(
    { ...column, type_: knownType, ...mostly },
    {
      sentence: (kwargs) => `${kwargs.column} is stored as ${familiesOf([kwargs.type_])}`,
      compile: (kwargs, file) => ofType(kwargs.column, [kwargs.type_])(file),
    },
  ),
  expect_column_values_to_be_in_type_list: define(
    { ...column, type_list: knownTypes, ...mostly },
    {
      sentence: (kwargs) => `${kwargs.column} is stored as ${familiesOf(kwargs.type_list)}`,
      compile: (kwargs, file) => ofType(kwargs.column, kwargs.type_list)(file),
    },
  ),
};
