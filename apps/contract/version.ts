// The version of a data set's contract: `2.1.0`. The first number rises when readers have to change something.

export type Version = `${number}.${number}.${number}`;

/** The version of a definition that says none. */
export const firstVersion: Version = '1.0.0';

/** The three numbers; undefined for what is no version. */
export function toNumbers(version: string): readonly [number, number, number] | undefined {
  const found = /^(0|[1-9]\d{0,5})\.(0|[1-9]\d{0,5})\.(0|[1-9]\d{0,5})$/.exec(version);
  return found ? [Number(found[1]), Number(found[2]), Number(found[3])] : undefined;
}

/** Why a definition's version is none; nothing where it is one. */
export const versionProblems = ({ version = firstVersion }: { readonly version?: string }): string[] =>
  toNumbers(version) ? [] : [`version "${version}" is no version; expected three numbers, as 1.0.0`];
