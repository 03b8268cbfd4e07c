// Text of others in messages of ours.

/** One line: no line ends, no other control characters. */
export const oneLine = (text: string): string => text.replace(/[\s\p{Cc}]+/gu, ' ').trim();

/** One line of at most 300 characters. */
export const toLine = (text: string): string => {
  const line = oneLine(text);
  return line.length > 300 ? `${line.slice(0, 300)}…` : line;
};
