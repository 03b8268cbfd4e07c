// What becomes of a value as a duration in seconds, in words that DuckDB and Spark share.
import type { CastSql } from '../contract/derive/dialect.ts';
import type { DecimalType } from '../contract/file-schema.ts';
import { clockText, isoDurationText, isoDurationWithPart, shortestTooLong } from '../contract/values.ts';
import { castToDecimal, type DecimalSql, toDecimalType } from './decimal-cast.ts';

/** What the engines say in different words. */
export interface DurationSql extends DecimalSql {
  readonly matches: (text: string, pattern: string) => string;
  /** What a group of a pattern holds of a text; no number where the text or the group does not match. */
  readonly group: (text: string, pattern: string, group: number) => string;
}

/** Microseconds are six digits after the point. */
const microseconds = { precision: 15, scale: 6 };

/** Seconds as a double, and whether there are none. Nothing is rounded. */
export function castToDuration(source: string, file: DecimalType, sql: DurationSql): CastSql {
  const number = castToDecimal(source, file, { to: microseconds, sql }).value;
  const seconds =
    file.from === 'STRING'
      ? `CASE WHEN ${sql.matches(source, clockText)} THEN ${toSeconds(source, clockText, sql)} WHEN ${sql.matches(source, isoDurationText)} AND ${sql.matches(source, isoDurationWithPart)} THEN ${toSeconds(source, isoDurationText, sql)} ELSE ${number} END`
      : number;
  return sql.doubtful(
    source,
    `CASE WHEN ${seconds} >= 0 AND ${seconds} < ${shortestTooLong} THEN CAST(${seconds} AS DOUBLE) END`,
  );
}

/** The four groups are days, hours, minutes and seconds. */
function toSeconds(source: string, pattern: string, sql: DurationSql): string {
  const part = (group: number) => `coalesce(${sql.tryCast(sql.group(source, pattern, group), 'BIGINT')}, 0)`;
  const whole = `${part(1)} * 86400 + ${part(2)} * 3600 + ${part(3)} * 60`;
  const rest = sql.tryCast(sql.group(source, pattern, 4), toDecimalType(microseconds));
  return `CAST(${whole} AS DECIMAL(18, 6)) + coalesce(${rest}, 0)`;
}
