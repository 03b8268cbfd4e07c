// Names for columns of others: plain SQL identifiers that no reader mistakes, with the file's own name as an alias.
import { isReserved } from '../../apps/contract/define-dataset.ts';
import { findNameProblem } from '../../apps/contract/plain-name.ts';
import { OutcomeError } from '../../apps/platform/errors.ts';
import { toLine } from '../../apps/platform/one-line.ts';

const longest = 100;

const isSafe = (name: string): boolean => findNameProblem(name) === undefined && !isReserved(name) && name.length <= longest;

export interface SafeName {
  readonly name: string;
  readonly aliases?: readonly string[];
}

/** One for each, in order. Throws OutcomeError where two names are alike but for their case, as engines compare them. */
export function toSafeNames(names: readonly string[], what: string): SafeName[] {
  const lower = new Map<string, string>();
  for (const name of names) {
    const other = lower.get(name.toLowerCase());
    if (other !== undefined)
      throw new OutcomeError(
        `${toLine(what)}: columns ${JSON.stringify(other)} and ${JSON.stringify(name)} are one name to the engines; rename one of them`,
      );
    lower.set(name.toLowerCase(), name);
  }
  // A name that is taken as it is keeps it; what others become goes around it.
  const taken = new Set(lower.keys());
  return names.map((name) => {
    if (isSafe(name)) return { name };
    const made = makeFree(toPlain(name), taken);
    taken.add(made.toLowerCase());
    return { name: made, aliases: [name] };
  });
}

function toPlain(name: string): string {
  const words = name
    .normalize('NFKD')
    .replace(/[^A-Za-z0-9_]+/g, '_')
    .replace(/^_+|_+$/g, '')
    .slice(0, longest - 10);
  const begun = /^[A-Za-z]/.test(words) ? words : words === '' ? 'unnamed' : `column_${words}`;
  return isSafe(begun) ? begun : `${begun}_value`.replace(/^cast_/i, 'was_cast_');
}

function makeFree(name: string, taken: ReadonlySet<string>): string {
  for (let count = 1; ; count++) {
    const candidate = count === 1 ? name : `${name}_${count}`;
    if (!taken.has(candidate.toLowerCase())) return candidate;
  }
}

/** `Wind speed (mph)` → `wind_speed_mph`, as names of rules are. */
export const toSnake = (name: string): string => {
  const words = name
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^_+|_+$/g, '');
  return /^[a-z]/.test(words) && !words.startsWith('cast_') ? words : `rule_${words}`;
};

/** Rules of which no two have one name. */
export function withOwnNames<T extends { readonly name: string }>(rules: readonly T[]): T[] {
  const taken = new Set<string>(['in_month']);
  return rules.map((rule) => {
    const name = makeFree(rule.name, taken);
    taken.add(name);
    return { ...rule, name };
  });
}
