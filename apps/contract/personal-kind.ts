// What a mark of personal data on a column does to the tables. `personal.ts` says what it hides.

/**
 * Of none of them a value is shown outside the tables. `keep`: tables hold the values. `hash`: tables hold SHA-256 of the text, in small hex
 * digits. `drop`: the column is null in all tables, and is not read.
 */
export const personalKinds = ['keep', 'hash', 'drop'] as const;
export type Personal = (typeof personalKinds)[number];

/** What a column's mark means, for its readers. */
export const personalWords: Readonly<Record<Personal, string>> = {
  keep: 'Personal: its values are in tables alone.',
  hash: 'Personal: tables hold the SHA-256 of the text.',
  drop: 'Personal: dropped, null in every table.',
};
