// When a file's column name means a column of the contract. Every step reads names by this rule.

/** The name without a byte-order mark and outer spaces, in lower case: engines compare names without case. */
export const toPlainName = (name: string): string =>
  name
    .replace(/^\uFEFF/, '')
    .trim()
    .toLowerCase();

/** A name as a message shows it: characters that nobody sees are written out. */
export const toShownName = (name: string): string =>
  name.replace(/[\p{C}\u2028\u2029]/gu, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
