// DuckDB's SQL. Each cast gives null where a value would be changed: DuckDB itself would round 1.5 to 2.
import type { LogicalType } from '../contract/dataset.ts';
import type { Dialect } from '../contract/derive/dialect.ts';
import { isInteger, type ParquetType } from '../contract/file-schema.ts';
import { literalGlob, quoteName, quoteText } from '../platform/duckdb.ts';
import { integerText, numberText, timestampText } from './text-patterns.ts';

const sqlType: Record<LogicalType, string> = { int: 'BIGINT', double: 'DOUBLE', string: 'VARCHAR', timestamp: 'TIMESTAMP' };

export const duckdb: Dialect = {
  engine: 'duckdb',
  name: quoteName,
  text: quoteText,
  timestamp: (value) => `TIMESTAMP ${quoteText(value)}`,
  cast,
  nullOf: (type) => `CAST(NULL AS ${sqlType[type]})`,
  nextMonth: (date) => `(${date} + INTERVAL 1 MONTH)`,
  microsBetween: (start, end) => `(epoch_us(${end}) - epoch_us(${start}))`,
  labelsWhere: (labels) => {
    const cases = labels.map(({ label, when }) => `CASE WHEN ${when} THEN ${quoteText(label)} END`);
    return `list_filter([${cases.join(', ')}], lambda label: label IS NOT NULL)`;
  },
  // fsum compensates, so that threads' orders differ by less than the sixth decimal shows.
  // A negative HUGEINT becomes a double that is not the nearest one.
  sumOf: (value, type) =>
    type === 'int'
      ? {
          parts: [`sum(${value})`],
          whole: ([sum]) => `CASE WHEN ${sum} < 0 THEN -CAST(-${sum} AS DOUBLE) ELSE CAST(${sum} AS DOUBLE) END`,
        }
      : { parts: [`fsum(${value})`], whole: ([sum]) => `round(${sum}, 6)` },
  divide: (dividend, divisor) => `CAST(${dividend} AS DOUBLE) / nullif(CAST(${divisor} AS DOUBLE), 0)`,
  // One byte a trip. mode() takes the first of equals, so the sorted list gives the earliest hour; one or two trips need no list.
  busiestHour: (timestamp) => {
    const hour = `CAST(hour(${timestamp}) AS UTINYINT)`;
    const busiest = `CASE WHEN count(*) < 3 THEN min(${hour}) ELSE list_aggregate(list_sort(list(${hour})), 'mode') END`;
    return { parts: [busiest], whole: ([found]) => `CAST(${found} AS BIGINT)` };
  },
  scan: ({ paths }) =>
    `read_parquet([${paths.map((path) => quoteText(literalGlob(path))).join(', ')}], binary_as_string = true, hive_partitioning = false, filename = 'scanned_file')`,
  fileOfScan: 'parse_filename(scanned_file)',
  dateOfText: (text) => `CAST(${text} AS DATE)`,
};

function cast(source: string, from: ParquetType, to: LogicalType): { value: string; lossless: boolean } {
  if (from === 'NULL') return { value: `CAST(NULL AS ${sqlType[to]})`, lossless: true };
  switch (to) {
    case 'int':
      return castToInt(source, from);
    case 'double':
      if (from === 'STRING') {
        const number = `TRY_CAST(trim(${source}) AS DOUBLE)`;
        return {
          value: `CASE WHEN regexp_full_match(${source}, ${quoteText(numberText)}) AND isfinite(${number}) THEN ${number} END`,
          lossless: false,
        };
      }
      return { value: from === 'DOUBLE' ? source : `CAST(${source} AS DOUBLE)`, lossless: true };
    case 'string':
      if (from === 'STRING') return { value: source, lossless: true };
      return { value: `CAST(${castToInt(source, from).value} AS VARCHAR)`, lossless: isInteger(from) };
    case 'timestamp':
      return castToTimestamp(source, from);
  }
}

function castToInt(source: string, from: ParquetType): { value: string; lossless: boolean } {
  if (from === 'INT64') return { value: source, lossless: true };
  if (from === 'UINT64') return { value: `TRY_CAST(${source} AS BIGINT)`, lossless: false };
  if (isInteger(from)) return { value: `CAST(${source} AS BIGINT)`, lossless: true };
  if (from === 'STRING') {
    return {
      value: `CASE WHEN regexp_full_match(${source}, ${quoteText(integerText)}) THEN TRY_CAST(split_part(trim(${source}), '.', 1) AS BIGINT) END`,
      lossless: false,
    };
  }
  // 2^63 itself does not fit, and beyond 2^53 a double is still the integer that it says.
  return { value: `CASE WHEN ${source} = trunc(${source}) THEN TRY_CAST(${source} AS BIGINT) END`, lossless: false };
}

function castToTimestamp(source: string, from: ParquetType): { value: string; lossless: boolean } {
  switch (from) {
    case 'TIMESTAMP_MICROS':
      return { value: source, lossless: true };
    case 'STRING':
      return {
        value: `CASE WHEN regexp_full_match(${source}, ${quoteText(timestampText)}) THEN TRY_CAST(${source} AS TIMESTAMP) END`,
        lossless: false,
      };
    case 'TIMESTAMP_NANOS':
    case 'TIMESTAMP_NANOS_UTC':
      return {
        value: `CASE WHEN epoch_ns(${source}) % 1000 = 0 THEN make_timestamp(epoch_ns(${source}) // 1000) END`,
        lossless: false,
      };
    case 'TIMESTAMP_MICROS_UTC':
    case 'TIMESTAMP_MILLIS_UTC':
      // The files' clocks show New York's wall time; a writer that marks it as UTC does not move it.
      return { value: `make_timestamp(epoch_us(${source}))`, lossless: true };
    default:
      return { value: `CAST(${source} AS TIMESTAMP)`, lossless: true };
  }
}
