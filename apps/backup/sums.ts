// The list of a backup's files, as `sha256sum` writes it. It comes last: a folder without it is no backup.
import { OutcomeError } from '../platform/errors.ts';

export const sumsName = 'SHA256SUMS';
export const globalsName = 'globals.sql';

export interface Sum {
  readonly name: string;
  /** SHA-256, hexadecimal. */
  readonly sha256: string;
}

export const toSums = (sums: readonly Sum[]): string => sums.map(({ name, sha256 }) => `${sha256}  ${name}\n`).join('');

/** Throws OutcomeError for what is no such list. */
export function parseSums(text: string, stamp: string): Sum[] {
  const lines = text.split('\n').filter((line) => line !== '');
  const sums = lines.map((line): Sum => {
    const [, sha256, name] = /^([0-9a-f]{64}) [ *](?:\.\/)?(globals\.sql|\d+\.dump)$/.exec(line) ?? [];
    if (sha256 === undefined || name === undefined)
      throw new OutcomeError(`${stamp}: ${sumsName} is not a list of a backup's files: ${JSON.stringify(line.slice(0, 100))}`);
    return { name, sha256 };
  });
  if (!sums.some(({ name }) => name === globalsName))
    throw new OutcomeError(`${stamp}: ${sumsName} does not name ${globalsName}`);
  return sums;
}
