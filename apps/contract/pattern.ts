// Patterns that RE2 (DuckDB, BigQuery), Java (Spark) and JavaScript read alike: characters, classes, groups, alternatives and counts.

const escaped = String.raw`\\[\\.^$|?*+()[\]{}/dw]`;
/** Java gives & and ~ in a class a meaning of their own. */
const inClass = String.raw`(?:${escaped}|\\-|[^\\[\]^&~-])`;
const token = new RegExp(
  String.raw`${escaped}|\[\^?(?:${inClass}(?:-${inClass})?)+\]|\(\?:|[)|?*+]|\{\d{1,3}(?:,\d{0,3})?\}|[^\\.^$|?*+()[\]{}]`,
  'yu',
);

/** Why a pattern is not taken; undefined where it is. */
export function findPatternProblem(pattern: string): string | undefined {
  if (pattern === '') return 'it is empty';
  for (let at = 0; at < pattern.length; at = token.lastIndex) {
    token.lastIndex = at;
    if (!token.test(pattern))
      return `"${pattern.slice(at, at + 5)}" at character ${at + 1} is not among characters, classes such as [A-Z] or \\d, groups (?:…), | and counts`;
  }
  try {
    new RegExp(pattern, 'u');
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}
