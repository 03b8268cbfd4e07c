// Spark's SQL (3.5), equal in its results to DuckDB's: tests/system/spark-truth.test.ts runs both. It holds under sparkSettings alone.
import type { LogicalType } from '../contract/dataset.ts';
import type { Aggregate, Dialect } from '../contract/derive/dialect.ts';
import { type FileColumn, isInteger, type ParquetType } from '../contract/file-schema.ts';
import { integerText, numberText, timestampText } from './text-patterns.ts';

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

const sqlType: Record<LogicalType, string> = { int: 'BIGINT', double: 'DOUBLE', string: 'STRING', timestamp: 'TIMESTAMP_NTZ' };

/** A SQL string literal. */
const quoteText = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
const quoteName = (name: string): string => `\`${name.replaceAll('`', '``')}\``;

export const spark: Dialect = {
  engine: 'spark',
  name: quoteName,
  text: quoteText,
  timestamp: (value) => `TIMESTAMP_NTZ ${quoteText(value)}`,
  cast,
  nullOf: (type) => `CAST(NULL AS ${sqlType[type]})`,
  nextMonth: (date) => `CAST(add_months(${date}, 1) AS TIMESTAMP_NTZ)`,
  microsBetween: (start, end) => `(unix_micros(CAST(${end} AS TIMESTAMP)) - unix_micros(CAST(${start} AS TIMESTAMP)))`,
  labelsWhere: (labels) =>
    `array_compact(array(${labels.map(({ label, when }) => `CASE WHEN ${when} THEN ${quoteText(label)} END`).join(', ')}))`,
  sumOf: (value, type) => (type === 'int' ? sumOfInts(value) : sumOfDoubles(value)),
  divide: (dividend, divisor) => `CAST(${dividend} AS DOUBLE) / nullif(CAST(${divisor} AS DOUBLE), 0D)`,
  busiestHour,
  scan: ({ relation }) => quoteName(relation),
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
  INT96: 'TIMESTAMP',
};

/** The value that a text holds when the whole of it matches, else '', which no cast takes. */
const textValue = (source: string, pattern: string) => `regexp_extract(${source}, ${quoteText(`^${pattern}\\z`)}, 1)`;

function cast(source: string, from: ParquetType, to: LogicalType): { value: string; lossless: boolean } {
  if (from === 'NULL') return { value: `CAST(NULL AS ${sqlType[to]})`, lossless: true };
  switch (to) {
    case 'int':
      return castToInt(source, from);
    case 'double':
      if (from === 'STRING') {
        const number = `CAST(${textValue(source, numberText)} AS DOUBLE)`;
        return { value: `CASE WHEN abs(${number}) <= 1.7976931348623157E308D THEN ${number} END`, lossless: false };
      }
      return { value: from === 'DOUBLE' ? source : `CAST(${source} AS DOUBLE)`, lossless: true };
    case 'string':
      if (from === 'STRING') return { value: source, lossless: true };
      return { value: `CAST(${castToInt(source, from).value} AS STRING)`, lossless: isInteger(from) };
    case 'timestamp':
      return castToTimestamp(source, from);
  }
}

function castToInt(source: string, from: ParquetType): { value: string; lossless: boolean } {
  const within = `${source} BETWEEN -9223372036854775808BD AND 9223372036854775807BD`;
  switch (from) {
    case 'INT64':
      return { value: source, lossless: true };
    case 'UINT64':
      return { value: `CASE WHEN ${within} THEN CAST(${source} AS BIGINT) END`, lossless: false };
    case 'STRING':
      return { value: `CAST(${textValue(source, integerText)} AS BIGINT)`, lossless: false };
    case 'DECIMAL':
      return {
        value: `CASE WHEN ${source} = CAST(${source} AS DECIMAL(38, 0)) AND ${within} THEN CAST(${source} AS BIGINT) END`,
        lossless: false,
      };
    case 'FLOAT':
    case 'DOUBLE':
      // Spark itself would truncate, turn NaN into 0 and what is too large into the largest.
      return {
        value: `CASE WHEN ${source} = rint(${source}) AND ${source} >= -9.223372036854775808E18D AND ${source} < 9.223372036854775808E18D THEN CAST(${source} AS BIGINT) END`,
        lossless: false,
      };
    default:
      return { value: `CAST(${source} AS BIGINT)`, lossless: true };
  }
}

function castToTimestamp(source: string, from: ParquetType): { value: string; lossless: boolean } {
  switch (from) {
    case 'STRING':
      return { value: `CAST(${textValue(source, timestampText)} AS TIMESTAMP_NTZ)`, lossless: false };
    case 'TIMESTAMP_NANOS':
    case 'TIMESTAMP_NANOS_UTC':
      return {
        value: `CASE WHEN ${source} % 1000 = 0 THEN CAST(timestamp_micros(${source} div 1000) AS TIMESTAMP_NTZ) END`,
        lossless: false,
      };
    case 'TIMESTAMP_MILLIS':
    case 'TIMESTAMP_MICROS':
      return { value: source, lossless: true };
    default:
      return { value: `CAST(${source} AS TIMESTAMP_NTZ)`, lossless: true };
  }
}

/** Exact beyond 64 bits: the halves are summed apart. */
const sumOfInts = (value: string): Aggregate => ({
  parts: [`sum(shiftright(${value}, 32))`, `sum(${value} & 4294967295L)`],
  whole: ([high, low]) => `CAST(CAST(${high} AS DECIMAL(20, 0)) * 4294967296BD + ${low} AS DOUBLE)`,
});

/**
 * Sums of multiples of 1/1024 are exact up to 2^43, so their order means nothing; what is left of each value is so small
 * that the order of its sum shows far behind the sixth decimal. Rounds as DuckDB's round(x, 6) does.
 */
function sumOfDoubles(value: string): Aggregate {
  const coarse = `rint(${value} * 1024D) / 1024D`;
  return { parts: [`sum(${coarse})`, `sum(${value} - ${coarse})`], whole: (sums) => toSixDecimals(`(${sums.join(' + ')})`) };
}

function toSixDecimals(total: string): string {
  const scaled = `${total} * 1000000D`;
  return `CASE WHEN abs(${scaled}) < 4503599627370496D THEN signum(${scaled}) * CAST(CAST(abs(${scaled}) + 0.5D AS BIGINT) AS DOUBLE) / 1000000D WHEN abs(${scaled}) <= 1.7976931348623157E308D THEN ${scaled} / 1000000D ELSE ${total} END`;
}

/** Trips are counted by hour, two counters of 32 bits in a number; the earliest hour that has the most. */
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
