// Words and commands as the shell reads them back.

/** A word as the shell reads it back. */
export const quote = (word: string): string => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`);

/** A command and its arguments, each one word whatever is in it. */
export const toCommand = (words: readonly (string | number)[]): string => words.map((word) => quote(String(word))).join(' ');
