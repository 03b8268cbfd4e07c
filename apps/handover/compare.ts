// The four parameters, each beside its expected value.
import { OutcomeError } from '../platform/errors.ts';

const names = ['category', 'uri', 'filename', 'runDate'] as const;
type Name = (typeof names)[number];
export type Handover = Readonly<Record<Name | `expected${Capitalize<Name>}`, string>>;

/** Characters of a value that a message repeats. */
const longest = 200;

/** Answers how many parameters are equal. Throws OutcomeError with each that differs: what came, what was expected. */
export function compareHandover(given: Handover): { readonly equal: number } {
  const differences = names.flatMap((name) => {
    const expected = given[`expected${name[0]?.toUpperCase()}${name.slice(1)}` as `expected${Capitalize<Name>}`];
    return given[name] === expected ? [] : [`${name} is ${toShort(given[name])}, expected ${toShort(expected)}`];
  });
  if (differences.length > 0)
    throw new OutcomeError(differences.join('; '), { equal: names.length - differences.length, differences });
  return { equal: names.length };
}

const toShort = (value: string): string => JSON.stringify(value.length > longest ? `${value.slice(0, longest)}…` : value);
