// What becomes of a value as a time or a day, in Spark's SQL.
import type { CastSql } from '../contract/derive/dialect.ts';
import type { ParquetType } from '../contract/file-schema.ts';
import { instantRange, instantText, timestampRange, timestampText } from '../contract/values.ts';
import { doubtful, quoteText, textValue } from './spark-sql.ts';

/** The day of what is midnight. */
export function castToDate(source: string, from: ParquetType, zone?: string): CastSql {
  const { value } = castToTimestamp(source, from, zone);
  return doubtful(source, `CASE WHEN CAST(CAST(${value} AS DATE) AS TIMESTAMP_NTZ) = ${value} THEN CAST(${value} AS DATE) END`);
}

const inTimestampRange = (time: string) =>
  `${time} BETWEEN TIMESTAMP_NTZ ${quoteText(timestampRange.first)} AND TIMESTAMP_NTZ ${quoteText(timestampRange.last)}`;
/** The wall-clock time of an instant; the session's own zone is UTC. */
const toWallClock = (instant: string, zone: string) =>
  `CASE WHEN ${instant} BETWEEN TIMESTAMP ${quoteText(`${instantRange.first}Z`)} AND TIMESTAMP ${quoteText(`${instantRange.last}Z`)} THEN CAST(from_utc_timestamp(${instant}, ${quoteText(zone)}) AS TIMESTAMP_NTZ) END`;

export function castToTimestamp(source: string, from: ParquetType, zone = 'UTC'): CastSql {
  switch (from) {
    case 'STRING': {
      const local = `CAST(${textValue(source, timestampText)} AS TIMESTAMP_NTZ)`;
      const instant = toWallClock(`CAST(${textValue(source, instantText)} AS TIMESTAMP)`, zone);
      return doubtful(source, `CASE WHEN ${inTimestampRange(local)} THEN ${local} ELSE ${instant} END`);
    }
    case 'TIMESTAMP_NANOS':
      return doubtful(
        source,
        `CASE WHEN ${source} % 1000 = 0 THEN CAST(timestamp_micros(${source} div 1000) AS TIMESTAMP_NTZ) END`,
      );
    case 'TIMESTAMP_NANOS_UTC':
      // DuckDB's reader cuts them to the microsecond.
      return doubtful(source, toWallClock(`timestamp_micros(${source} div 1000)`, zone));
    case 'TIMESTAMP_MICROS_UTC':
    case 'TIMESTAMP_MILLIS_UTC':
      return doubtful(source, toWallClock(source, zone));
    case 'DATE': {
      const range = [timestampRange.first, timestampRange.last].map((time) => `DATE ${quoteText(time.slice(0, 10))}`);
      return doubtful(source, `CASE WHEN ${source} BETWEEN ${range.join(' AND ')} THEN CAST(${source} AS TIMESTAMP_NTZ) END`);
    }
    case 'TIMESTAMP_MILLIS':
    case 'TIMESTAMP_MICROS':
      return doubtful(source, `CASE WHEN ${inTimestampRange(source)} THEN ${source} END`);
    default: {
      const local = `CAST(${source} AS TIMESTAMP_NTZ)`;
      return doubtful(source, `CASE WHEN ${inTimestampRange(local)} THEN ${local} END`);
    }
  }
}

export function castToInstant(source: string, from: ParquetType): CastSql {
  const micros = from === 'TIMESTAMP_NANOS_UTC' ? `timestamp_micros(${source} div 1000)` : source;
  const instant = from === 'STRING' ? `CAST(${textValue(source, instantText)} AS TIMESTAMP)` : micros;
  const range = [timestampRange.first, timestampRange.last].map((time) => `TIMESTAMP ${quoteText(`${time}Z`)}`);
  return doubtful(source, `CASE WHEN ${instant} BETWEEN ${range.join(' AND ')} THEN ${instant} END`);
}
