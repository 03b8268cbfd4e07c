// Spark's SQL (3.5), equal in its results to DuckDB's: tests/system/spark-truth.test.ts runs both. It holds under sparkSettings alone.
import { type ColumnType, digitsOf, isDecimal, isWhole, type PlainType } from '../contract/column-type.ts';
import { effectOfCast } from '../contract/derive/cast-effect.ts';
import type { Aggregate, CastSql, CastTypes, Dialect } from '../contract/derive/dialect.ts';
import type { FileColumn, ParquetType } from '../contract/file-schema.ts';
import { falseText, integerText, numberText, trueText } from '../contract/values.ts';
import { castToDecimal } from './decimal-cast.ts';
import { castToDuration, type DurationSql } from './duration-cast.ts';
import { withoutNullWords } from './null-words.ts';
import { doubtful, matches, quoteName, quoteText, textValue } from './spark-sql.ts';
import { castToDate, castToInstant, castToTimestamp } from './spark-times.ts';
import { coarseUnit, sumOfDoubles } from './sum-of-doubles.ts';

/** What the session must be set to, so that the SQL of this file means what it says. */
export const sparkSettings: Readonly<Record<string, string>> = {
  // A cast that fails gives null; the casts below let nothing through that would be changed.
  'spark.sql.ansi.enabled': 'false',
  // Wall-clock times stay as they are, marked as UTC or not.
  'spark.sql.session.timeZone': 'UTC',
  'spark.sql.parquet.datetimeRebaseModeInRead': 'CORRECTED',
  'spark.sql.parquet.int96RebaseModeInRead': 'CORRECTED',
  'spark.sql.parquet.datetimeRebaseModeInWrite': 'CORRECTED',
  'spark.sql.parquet.outputTimestampType': 'TIMESTAMP_MICROS',
  'spark.sql.legacy.parquet.nanosAsLong': 'true',
  'spark.sql.parquet.binaryAsString': 'true',
  'spark.sql.caseSensitive': 'true',
  // `${…}` in a text is text.
  'spark.sql.variable.substitute': 'false',
  'spark.sql.parser.escapedStringLiterals': 'false',
  'spark.sql.files.ignoreMissingFiles': 'false',
  'spark.sql.files.ignoreCorruptFiles': 'false',
};

/** The column of a scan that holds the base name of a row's file; the runner adds it. */
export const scannedFile = 'scanned_file';

const toSparkType = (type: ColumnType): string => (isDecimal(type) ? type.toUpperCase() : sparkTypes[type]);

const sparkTypes: Record<PlainType, string> = {
  int: 'BIGINT',
  int32: 'INT',
  double: 'DOUBLE',
  duration: 'DOUBLE',
  boolean: 'BOOLEAN',
  string: 'STRING',
  date: 'DATE',
  timestamp: 'TIMESTAMP_NTZ',
  instant: 'TIMESTAMP',
};

export const spark: Dialect = {
  engine: 'spark',
  name: quoteName,
  text: quoteText,
  timestamp: (value) => `TIMESTAMP_NTZ ${quoteText(value)}`,
  cast,
  sha256: (text) => `sha2(${text}, 256)`,
  nullOf: (type) => `CAST(NULL AS ${toSparkType(type)})`,
  nextMonth: (date) => `CAST(add_months(${date}, 1) AS TIMESTAMP_NTZ)`,
  microsBetween: (start, end) => `(unix_micros(CAST(${end} AS TIMESTAMP)) - unix_micros(CAST(${start} AS TIMESTAMP)))`,
  matches,
  labelsWhere: (labels) =>
    // Not array_compact: it is interpreted, and would split the generated code of the whole scan.
    `array_remove(array(${labels.map(({ label, when }) => `CASE WHEN ${when} THEN ${quoteText(label)} ELSE '' END`).join(', ')}), '')`,
  sumOf: (value, type) => {
    if (isDecimal(type)) return { parts: [`sum(${value})`], whole: ([sum]) => `CAST(${sum} AS DOUBLE)` };
    if (isWhole(type)) return sumOfInts(type === 'int' ? value : `CAST(${value} AS BIGINT)`);
    return sumOfDoubles(value, `${coarseUnit}D`, toSixDecimals);
  },
  divide: (dividend, divisor) => `CAST(${dividend} AS DOUBLE) / nullif(CAST(${divisor} AS DOUBLE), 0D)`,
  busiestHour,
  fileOfScan: scannedFile,
  dateOfText: (text) => `CAST(${text} AS DATE)`,
};

/** The schema by which Spark reads files with these columns, as DDL; columns that it can't read and nobody casts are left out. */
export function toReadSchema(columns: readonly FileColumn[], used: ReadonlySet<string>): string {
  return columns
    .filter((column) => used.has(column.name) && column.type !== 'NULL')
    .map(
      (column) =>
        `${quoteName(column.name)} ${column.type === 'DECIMAL' ? `DECIMAL(${column.decimal})` : readTypes[column.type]}`,
    )
    .join(', ');
}

const readTypes: Partial<Record<ParquetType, string>> = {
  BOOLEAN: 'BOOLEAN',
  INT8: 'TINYINT',
  INT16: 'SMALLINT',
  INT32: 'INT',
  INT64: 'BIGINT',
  UINT8: 'SMALLINT',
  UINT16: 'INT',
  UINT32: 'BIGINT',
  UINT64: 'DECIMAL(20, 0)',
  FLOAT: 'FLOAT',
  DOUBLE: 'DOUBLE',
  STRING: 'STRING',
  DATE: 'DATE',
  TIMESTAMP_MILLIS: 'TIMESTAMP_NTZ',
  TIMESTAMP_MICROS: 'TIMESTAMP_NTZ',
  TIMESTAMP_NANOS: 'BIGINT',
  TIMESTAMP_MILLIS_UTC: 'TIMESTAMP',
  TIMESTAMP_MICROS_UTC: 'TIMESTAMP',
  TIMESTAMP_NANOS_UTC: 'BIGINT',
  TIMESTAMP_MILLIS_UNMARKED: 'TIMESTAMP',
  TIMESTAMP_MICROS_UNMARKED: 'TIMESTAMP',
  INT96: 'TIMESTAMP',
};

function cast(column: string, { from, to, decimal, zone, nulls }: CastTypes): CastSql {
  const source = withoutNullWords(column, nulls, quoteText);
  const nothing = `CAST(NULL AS ${toSparkType(to)})`;
  if (from === 'NULL') return { value: nothing };
  if (from === 'BOOLEAN') {
    if (to === 'boolean') return { value: source };
    if (to === 'string') return { value: `CAST(${source} AS STRING)` };
    return { value: nothing, failed: `${source} IS NOT NULL` };
  }
  if (isDecimal(to)) return castToDecimal(source, { from, decimal }, { to: digitsOf(to), sql: decimals });
  switch (to) {
    case 'int':
      return castToInt(source, from);
    case 'int32':
      return castToInt32(source, from);
    case 'double':
      return castToDouble(source, from);
    case 'duration':
      return castToDuration(source, { from, decimal }, decimals);
    case 'string':
      if (from === 'STRING') return { value: source };
      return { ...castToInt(source, from), value: `CAST(${castToInt(source, from).value} AS STRING)` };
    case 'boolean':
      return castToBoolean(source, from);
    case 'date':
      return castToDate(source, from, zone);
    case 'timestamp':
      return castToTimestamp(source, from, zone);
    case 'instant':
      return castToInstant(source, from);
  }
}

const decimals: DurationSql = {
  tryCast: (value, type) => `CAST(${value} AS ${type})`,
  toDouble: (decimal) => `CAST(${decimal} AS DOUBLE)`,
  textWhere: textValue,
  matches,
  group: textValue,
  doubtful,
};

function castToInt(source: string, from: ParquetType): CastSql {
  const within = `${source} BETWEEN -9223372036854775808BD AND 9223372036854775807BD`;
  switch (from) {
    case 'INT64':
      return { value: source };
    case 'UINT64':
      return doubtful(source, `CASE WHEN ${within} THEN CAST(${source} AS BIGINT) END`);
    case 'STRING':
      return doubtful(source, `CAST(${textValue(source, integerText)} AS BIGINT)`);
    case 'DECIMAL':
      return doubtful(
        source,
        `CASE WHEN ${source} = CAST(${source} AS DECIMAL(38, 0)) AND ${within} THEN CAST(${source} AS BIGINT) END`,
      );
    case 'FLOAT':
    case 'DOUBLE':
      // Spark itself would truncate, turn NaN into 0 and what is too large into the largest.
      return doubtful(
        source,
        `CASE WHEN ${source} = rint(${source}) AND ${source} >= -9.223372036854775808E18D AND ${source} < 9.223372036854775808E18D THEN CAST(${source} AS BIGINT) END`,
      );
    default:
      return { value: `CAST(${source} AS BIGINT)` };
  }
}

function castToInt32(source: string, from: ParquetType): CastSql {
  if (effectOfCast({ to: 'int32', from }) === 'safe') return { value: `CAST(${source} AS INT)` };
  const { value } = castToInt(source, from);
  // Spark itself would drop the upper half of the bits.
  return doubtful(source, `CASE WHEN ${value} BETWEEN -2147483648 AND 2147483647 THEN CAST(${value} AS INT) END`);
}

function castToBoolean(source: string, from: ParquetType): CastSql {
  const is = (pattern: string, number: string) => (from === 'STRING' ? matches(source, pattern) : `${source} = ${number}`);
  return doubtful(source, `CASE WHEN ${is(trueText, '1')} THEN true WHEN ${is(falseText, '0')} THEN false END`);
}

/** NaN is greater than every number. */
const isFiniteSql = (number: string) => `abs(${number}) <= 1.7976931348623157E308D`;

function castToDouble(source: string, from: ParquetType): CastSql {
  const double = `CAST(${source} AS DOUBLE)`;
  switch (from) {
    case 'FLOAT':
    case 'DOUBLE':
      // Adding 0 makes -0.0 to 0.0.
      return {
        value: `CASE WHEN ${isFiniteSql(source)} THEN ${source} + 0.0D END`,
        failed: `${source} IS NOT NULL AND NOT (${isFiniteSql(source)})`,
      };
    case 'INT64':
      // Spark turns a double that is too large into the largest integer, which would look exact.
      return doubtful(
        source,
        `CASE WHEN ${source} <> 9223372036854775807L AND CAST(${double} AS BIGINT) = ${source} THEN ${double} END`,
      );
    case 'UINT64':
      // Doubles from 2^63 on are multiples of 2048.
      return doubtful(
        source,
        `CASE WHEN CASE WHEN ${source} < 9223372036854775807BD THEN CAST(CAST(${double} AS BIGINT) AS DECIMAL(20, 0)) = ${source} ELSE ${source} % 2048BD = 0BD END THEN ${double} END`,
      );
    case 'STRING': {
      const number = `CAST(${textValue(source, numberText)} AS DOUBLE)`;
      return doubtful(source, `CASE WHEN ${isFiniteSql(number)} THEN ${number} + 0.0D END`);
    }
    default:
      return { value: double };
  }
}

/** Exact beyond 64 bits: the halves are summed apart. */
const sumOfInts = (value: string): Aggregate => ({
  parts: [`sum(shiftright(${value}, 32))`, `sum(${value} & 4294967295L)`],
  whole: ([high, low]) => `CAST(CAST(${high} AS DECIMAL(20, 0)) * 4294967296BD + ${low} AS DOUBLE)`,
});

/** Rounds as DuckDB's round(x, 6) does. */
function toSixDecimals(total: string): string {
  const scaled = `${total} * 1000000D`;
  return `CASE WHEN abs(${scaled}) < 4503599627370496D THEN signum(${scaled}) * CAST(CAST(abs(${scaled}) + 0.5D AS BIGINT) AS DOUBLE) / 1000000D WHEN abs(${scaled}) <= 1.7976931348623157E308D THEN ${scaled} / 1000000D ELSE ${total} END`;
}

/** Rows are counted by hour, two counters of 32 bits in a number; the earliest hour that has the most. */
function busiestHour(timestamp: string): Aggregate {
  const pairOf = (hour: number) => `CASE hour(${timestamp}) WHEN ${hour} THEN 1L WHEN ${hour + 1} THEN 4294967296L ELSE 0L END`;
  return {
    parts: Array.from({ length: 12 }, (_, pair) => `sum(${pairOf(pair * 2)})`),
    whole: (pairs) => {
      const counts = pairs.flatMap((pair) => [`(${pair} & 4294967295L)`, `shiftright(${pair}, 32)`]).join(', ');
      return `CAST(array_position(array(${counts}), greatest(${counts})) - 1 AS BIGINT)`;
    },
  };
}
