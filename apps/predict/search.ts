// Fields with many choices: searched by any part of a name, with scripts or without.
import type { Asked, Choice } from '../contract/asked.ts';
import { didYouMean } from '../contract/did-you-mean.ts';
import type { Problem } from './request.ts';
import type { Served } from './served.ts';

/** More than these are not read through in a list. */
const mostListed = 20;

/** The choices of a field that is searched; undefined where it is none. */
export const searchedChoices = ({ holds }: Asked): readonly Choice[] | undefined =>
  holds.kind === 'choice' && holds.dimension && holds.choices.length > mostListed ? holds.choices : undefined;

/** What a form says, with keys in place of names where these tell one row, and what is wrong with the other names. */
export function toKeys(
  { asked }: Served,
  given: Readonly<Record<string, unknown>>,
): { keyed: Record<string, unknown>; problems: Problem[] } {
  const keyed: Record<string, unknown> = { ...given };
  const problems: Problem[] = [];
  for (const one of asked) {
    const choices = searchedChoices(one);
    const text = Object.hasOwn(given, one.field) ? given[one.field] : undefined;
    if (choices === undefined || typeof text !== 'string') continue;
    const name = text.trim();
    const found = name === '' ? [] : findChoices(choices, name);
    keyed[one.field] = found.length === 1 ? String(found[0]?.value) : name;
    if (name !== '' && found.length !== 1)
      problems.push({ field: one.field, message: toNameProblem(one, choices, { name, found }) });
  }
  return { keyed, problems };
}

/** The one of that key or name, else all that have the text in their names. */
export function findChoices(choices: readonly Choice[], text: string): readonly Choice[] {
  const plain = (one: string) => one.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
  const exact = choices.find(({ value }) => String(value) === text) ?? choices.find(({ label }) => plain(label) === plain(text));
  return exact ? [exact] : choices.filter(({ label }) => plain(label).includes(plain(text)));
}

const mostNamed = 3;

function toNameProblem(
  { holds }: Asked,
  choices: readonly Choice[],
  { name, found }: { name: string; found: readonly Choice[] },
): string {
  const word = holds.kind === 'choice' ? holds.dimension?.row : undefined;
  const names = (found.length === 0 ? choices : found).map(({ label }) => label);
  if (found.length === 0) return `no ${word} to choose has "${name}" in its name${didYouMean(name, names)}`;
  const more = names.length > mostNamed ? ` and ${names.length - mostNamed} more` : '';
  return `could be ${names.slice(0, mostNamed).join(', ')}${more}; write more of the name`;
}
