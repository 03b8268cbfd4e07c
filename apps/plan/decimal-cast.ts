// What becomes of a value as an exact decimal, in words that DuckDB and Spark share.
import type { Digits } from '../contract/column-type.ts';
import type { CastSql } from '../contract/derive/dialect.ts';
import { type DecimalType, fitsDecimal, type ParquetType, toDigits } from '../contract/file-schema.ts';
import { decimalText, exactDecimalDigits, exactDecimalDigitsOfFloat } from '../contract/values.ts';

/** What the engines say in different words. */
export interface DecimalSql {
  /** A cast that gives null for what is too large, and rounds. */
  readonly tryCast: (value: string, type: string) => string;
  /** The double nearest to a decimal of so many digits. */
  readonly toDouble: (decimal: string, precision: number) => string;
  /** What a text holds where the whole of it matches, else what no cast takes. */
  readonly textWhere: (text: string, pattern: string) => string;
  /** Where `value` is null, and `source` is not. */
  readonly doubtful: (source: string, value: string) => CastSql;
}

export const toDecimalType = ({ precision, scale }: Digits): string => `DECIMAL(${precision},${scale})`;

/** The value of `source` as a decimal, and whether it has none. Nothing is rounded. */
export function castToDecimal(source: string, file: DecimalType, { to, sql }: { to: Digits; sql: DecimalSql }): CastSql {
  const { from, decimal } = file;
  const type = toDecimalType(to);
  if (from === 'STRING') return sql.doubtful(source, sql.tryCast(sql.textWhere(source, decimalText(to.scale)), type));
  if (from === 'FLOAT' || from === 'DOUBLE') return sql.doubtful(source, ofFloat(source, from, { to, sql }));
  const value = sql.tryCast(source, type);
  if (fitsDecimal(file, to)) return { value };
  const has = toDigits(decimal);
  if (from !== 'DECIMAL' || to.scale >= has.scale) return sql.doubtful(source, value);
  return sql.doubtful(source, `CASE WHEN ${sql.tryCast(value, toDecimalType(has))} = ${source} THEN ${value} END`);
}

/** The decimal of few digits, as many as such a number is sure to keep, to which the number is the nearest one. */
function ofFloat(source: string, from: ParquetType, { to, sql }: { to: Digits; sql: DecimalSql }): string {
  const sure = from === 'DOUBLE' ? exactDecimalDigits : exactDecimalDigitsOfFloat;
  const number = from === 'DOUBLE' ? source : `CAST(${source} AS DOUBLE)`;
  const type = toDecimalType(to);
  const candidate = to.precision <= sure ? sql.tryCast(number, type) : ofLargest(number, sure, { to, sql });
  const back = sql.toDouble(candidate, to.precision);
  return `CASE WHEN ${from === 'DOUBLE' ? back : `CAST(${back} AS FLOAT)`} = ${source} THEN ${candidate} END`;
}

/** The larger a number, the fewer of its digits stand after the point. */
function ofLargest(number: string, sure: number, { to, sql }: { to: Digits; sql: DecimalSql }): string {
  const type = toDecimalType(to);
  const largest = Math.min(to.precision - to.scale, sure);
  const cases = Array.from({ length: to.scale + 1 }, (_, less) => to.scale - less)
    .filter((scale) => scale === to.scale || sure - scale <= largest)
    .map((scale) => {
      const rounded = sql.tryCast(number, toDecimalType({ precision: Math.max(sure, scale), scale }));
      return `WHEN abs(${number}) < 1e${sure - scale} THEN ${sql.tryCast(rounded, type)}`;
    });
  return `CASE ${cases.join(' ')} END`;
}
