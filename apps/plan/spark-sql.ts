// Parts of Spark's SQL.
import type { CastSql } from '../contract/derive/dialect.ts';

/** A SQL string literal. */
export const quoteText = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
export const quoteName = (name: string): string => `\`${name.replaceAll('`', '``')}\``;

/** The value that a text holds when the whole of it matches, else '', which no cast takes. */
export const textValue = (source: string, pattern: string, group = 1) =>
  `regexp_extract(${source}, ${quoteText(`^${pattern}\\z`)}, ${group})`;

/** Java's `$` would let a line end follow the text; `\z` does not. */
export function matches(text: string, pattern: string): string {
  return `${text} RLIKE ${quoteText(`\\A(?:${pattern})\\z`)}`;
}

/** Where `value` is null, and `source` is not. */
export const doubtful = (source: string, value: string): CastSql => ({
  value,
  failed: `${source} IS NOT NULL AND (${value}) IS NULL`,
});
