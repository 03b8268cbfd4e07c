// Texts that stand for no value, in the SQL of every engine.

/** The text of a column, or null where it is one of the words. `quote` makes a literal of a text. */
export const withoutNullWords = (
  column: string,
  words: readonly string[] | undefined,
  quote: (text: string) => string,
): string =>
  words === undefined || words.length === 0
    ? column
    : `CASE WHEN ${column} NOT IN (${words.map(quote).join(', ')}) THEN ${column} END`;
