// DuckDB's SQL. Each cast gives null where a value would be changed: DuckDB itself would round 1.5 to 2.
import { digitsOf, isDecimal, isWhole, mostDigits } from '../contract/column-type.ts';
import { effectOfCast } from '../contract/derive/cast-effect.ts';
import type { CastSql, CastTypes, Dialect } from '../contract/derive/dialect.ts';
import { toDuckdbType, toTableType } from '../contract/derive/table-schema.ts';
import { isInteger, type ParquetType, toDigits } from '../contract/file-schema.ts';
import {
  exactDecimalDigits,
  falseText,
  instantRange,
  instantText,
  integerText,
  numberText,
  timestampRange,
  timestampText,
  trueText,
} from '../contract/values.ts';
import { quoteName, quoteText } from '../platform/duckdb.ts';
import { castToDecimal } from './decimal-cast.ts';
import { castToDuration, type DurationSql } from './duration-cast.ts';
import { withoutNullWords } from './null-words.ts';
import { coarseUnit, sumOfDoubles } from './sum-of-doubles.ts';

export const duckdb: Dialect = {
  engine: 'duckdb',
  name: quoteName,
  text: quoteText,
  timestamp: (value) => `TIMESTAMP ${quoteText(value)}`,
  cast,
  sha256: (text) => `sha256(${text})`,
  nullOf: (type) => `CAST(NULL AS ${toDuckdbType(toTableType(type))})`,
  nextMonth: (date) => `(${date} + INTERVAL 1 MONTH)`,
  microsBetween: (start, end) => `(epoch_us(${end}) - epoch_us(${start}))`,
  matches,
  labelsWhere: (labels) => {
    const cases = labels.map(({ label, when }) => `CASE WHEN ${when} THEN ${quoteText(label)} END`);
    return `list_filter([${cases.join(', ')}], lambda label: label IS NOT NULL)`;
  },
  // A negative HUGEINT becomes a double that is not the nearest one. DuckDB 1.5.6's fsum is wrong by 1 beyond 2^53.
  sumOf: (value, type) =>
    isWhole(type)
      ? {
          parts: [`sum(${value})`],
          whole: ([sum]) => `CASE WHEN ${sum} < 0 THEN -CAST(-${sum} AS DOUBLE) ELSE CAST(${sum} AS DOUBLE) END`,
        }
      : isDecimal(type)
        ? { parts: [`sum(${value})`], whole: ([sum]) => decimalToDouble(String(sum), mostDigits) }
        : sumOfDoubles(value, `${coarseUnit}::DOUBLE`, (total) => `round(${total}, 6)`),
  divide: (dividend, divisor) => `CAST(${dividend} AS DOUBLE) / nullif(CAST(${divisor} AS DOUBLE), 0)`,
  // Eight sums of 128 bits hold the counts of 24 hours, 31 bits and more for each: half the time of a list of hours, and as exact.
  busiestHour: (timestamp) => {
    const hours = [0, 3, 6, 9, 12, 15, 18, 21];
    const sumOf = (first: number) =>
      `sum(CASE hour(${timestamp}) WHEN ${first} THEN 1 WHEN ${first + 1} THEN ${2n ** 31n} WHEN ${first + 2} THEN ${2n ** 62n} ELSE 0 END)`;
    const countsIn = (sum: string) => [`${sum} & ${2n ** 31n - 1n}`, `(${sum} >> 31) & ${2n ** 31n - 1n}`, `${sum} >> 62`];
    return {
      parts: hours.map(sumOf),
      whole: (sums) => {
        const counts = `[${sums.flatMap(countsIn).join(', ')}]`;
        // The first of equals.
        return `CAST(list_position(${counts}, list_max(${counts})) - 1 AS BIGINT)`;
      },
    };
  },
  dateOfText: (text) => `CAST(${text} AS DATE)`,
};

function matches(text: string, pattern: string): string {
  return `regexp_full_match(${text}, ${quoteText(pattern)})`;
}

function cast(column: string, { from, to, decimal, zone, nulls }: CastTypes): CastSql {
  const source = withoutNullWords(column, nulls, quoteText);
  const nothing = `CAST(NULL AS ${toDuckdbType(toTableType(to))})`;
  if (from === 'NULL') return { value: nothing };
  if (from === 'BOOLEAN') {
    if (to === 'boolean') return { value: source };
    if (to === 'string') return { value: `CAST(${source} AS VARCHAR)` };
    return { value: nothing, failed: `${source} IS NOT NULL` };
  }
  if (isDecimal(to)) return castToDecimal(source, { from, decimal }, { to: digitsOf(to), sql: decimals });
  switch (to) {
    case 'int':
      return castToInt(source, from);
    case 'int32':
      return castToInt32(source, from);
    case 'double':
      return castToDouble(source, from, decimal);
    case 'duration':
      return castToDuration(source, { from, decimal }, decimals);
    case 'string':
      if (from === 'STRING') return { value: source };
      return { ...castToInt(source, from), value: `CAST(${castToInt(source, from).value} AS VARCHAR)` };
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

/** Where `value` is null, and `source` is not. */
const doubtful = (source: string, value: string): CastSql => ({ value, failed: `${source} IS NOT NULL AND (${value}) IS NULL` });

function castToInt(source: string, from: ParquetType): CastSql {
  if (from === 'INT64') return { value: source };
  if (from === 'UINT64') return doubtful(source, `TRY_CAST(${source} AS BIGINT)`);
  if (isInteger(from)) return { value: `CAST(${source} AS BIGINT)` };
  if (from === 'STRING')
    return doubtful(
      source,
      `CASE WHEN ${matches(source, integerText)} THEN TRY_CAST(split_part(trim(${source}, ${spaces}), '.', 1) AS BIGINT) END`,
    );
  // 2^63 itself does not fit, and beyond 2^53 a double is still the integer that it says.
  return doubtful(source, `CASE WHEN ${source} = trunc(${source}) THEN TRY_CAST(${source} AS BIGINT) END`);
}

function castToInt32(source: string, from: ParquetType): CastSql {
  if (effectOfCast({ to: 'int32', from }) === 'safe') return { value: `CAST(${source} AS INTEGER)` };
  return doubtful(source, `TRY_CAST(${castToInt(source, from).value} AS INTEGER)`);
}

function castToBoolean(source: string, from: ParquetType): CastSql {
  const is = (pattern: string, number: string) => (from === 'STRING' ? matches(source, pattern) : `${source} = ${number}`);
  return doubtful(source, `CASE WHEN ${is(trueText, '1')} THEN true WHEN ${is(falseText, '0')} THEN false END`);
}

/** The day of what is midnight. */
function castToDate(source: string, from: ParquetType, zone?: string): CastSql {
  const { value } = castToTimestamp(source, from, zone);
  return doubtful(source, `CASE WHEN date_trunc('day', ${value}) = ${value} THEN CAST(${value} AS DATE) END`);
}

/** What the patterns call space. */
const spaces = "' \t\n\f\r'";

function castToDouble(source: string, from: ParquetType, decimal: string | undefined): CastSql {
  switch (from) {
    case 'FLOAT':
    case 'DOUBLE': {
      // NaN and the infinities. DuckDB compares by statistics that leave NaN out: no comparison may see one. Adding 0 makes -0.0 to 0.0.
      const value = `CASE WHEN isfinite(${source}) THEN ${source} + 0.0::DOUBLE END`;
      return { value, failed: `${source} IS NOT NULL AND NOT isfinite(${source})` };
    }
    case 'INT64':
    case 'UINT64':
      // Beyond 2^53 not every integer is a double.
      return doubtful(
        source,
        `CASE WHEN TRY_CAST(CAST(${source} AS DOUBLE) AS ${from === 'INT64' ? 'BIGINT' : 'UBIGINT'}) = ${source} THEN CAST(${source} AS DOUBLE) END`,
      );
    case 'DECIMAL':
      return { value: `${decimalToDouble(source, toDigits(decimal).precision)} + 0.0::DOUBLE` };
    case 'STRING': {
      const number = `TRY_CAST(trim(${source}, ${spaces}) AS DOUBLE)`;
      const isNumber = `${matches(source, numberText)} AND isfinite(${number})`;
      return doubtful(source, `CASE WHEN ${isNumber} THEN ${number} + 0.0::DOUBLE END`);
    }
    default:
      return { value: `CAST(${source} AS DOUBLE)` };
  }
}

/** DuckDB divides, which rounds twice where a decimal is long; a text is rounded once. */
const decimalToDouble = (decimal: string, precision: number) =>
  `CAST(${precision <= exactDecimalDigits ? decimal : `CAST(${decimal} AS VARCHAR)`} AS DOUBLE)`;

const decimals: DurationSql = {
  tryCast: (value, type) => `TRY_CAST(${value} AS ${type})`,
  matches,
  group: (text, pattern, group) => `regexp_extract(${text}, ${quoteText(`^${pattern}$`)}, ${group})`,
  toDouble: decimalToDouble,
  textWhere: (text, pattern) => `CASE WHEN ${matches(text, pattern)} THEN trim(${text}, ${spaces}) END`,
  doubtful,
};

const inTimestampRange = (time: string) =>
  `${time} BETWEEN TIMESTAMP ${quoteText(timestampRange.first)} AND TIMESTAMP ${quoteText(timestampRange.last)}`;
/** The wall-clock time of an instant. DuckDB throws where a calendar ends, so the range is asked first. */
const toWallClock = (instant: string, zone: string) =>
  `CASE WHEN ${instant} BETWEEN TIMESTAMPTZ ${quoteText(`${instantRange.first}+00`)} AND TIMESTAMPTZ ${quoteText(`${instantRange.last}+00`)} THEN timezone(${quoteText(zone)}, ${instant}) END`;

function castToTimestamp(source: string, from: ParquetType, zone = 'UTC'): CastSql {
  switch (from) {
    case 'STRING': {
      const text = `trim(${source}, ${spaces})`;
      const local = `TRY_CAST(${text} AS TIMESTAMP)`;
      return doubtful(
        source,
        `CASE WHEN ${matches(source, timestampText)} THEN CASE WHEN ${inTimestampRange(local)} THEN ${local} END WHEN ${matches(source, instantText)} THEN ${toWallClock(`TRY_CAST(${text} AS TIMESTAMPTZ)`, zone)} END`,
      );
    }
    case 'TIMESTAMP_NANOS':
      return doubtful(source, `CASE WHEN epoch_ns(${source}) % 1000 = 0 THEN make_timestamp(epoch_ns(${source}) // 1000) END`);
    case 'TIMESTAMP_NANOS_UTC':
    case 'TIMESTAMP_MICROS_UTC':
    case 'TIMESTAMP_MILLIS_UTC':
      return doubtful(source, toWallClock(source, zone));
    case 'DATE': {
      const range = [timestampRange.first, timestampRange.last].map((time) => `DATE ${quoteText(time.slice(0, 10))}`);
      return doubtful(source, `CASE WHEN ${source} BETWEEN ${range.join(' AND ')} THEN CAST(${source} AS TIMESTAMP) END`);
    }
    default:
      return doubtful(source, `CASE WHEN ${inTimestampRange(source)} THEN ${source} END`);
  }
}

function castToInstant(source: string, from: ParquetType): CastSql {
  const text = `CASE WHEN ${matches(source, instantText)} THEN TRY_CAST(trim(${source}, ${spaces}) AS TIMESTAMPTZ) END`;
  const instant = from === 'STRING' ? text : source;
  const range = [timestampRange.first, timestampRange.last].map((time) => `TIMESTAMPTZ ${quoteText(`${time}+00`)}`);
  return doubtful(source, `CASE WHEN ${instant} BETWEEN ${range.join(' AND ')} THEN ${instant} END`);
}
