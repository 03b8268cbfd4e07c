// Changes of what makes a row clean, and of what a month's file must be.
import { isDeepStrictEqual } from 'node:util';
import type { Contract } from '../../apps/contract/derive/contract-json.ts';
import { all, columnsNeeded } from '../../apps/contract/predicate.ts';
import { breaking, byName, type ContractChange, compatible, pairs } from './contract-change.ts';
import { implies } from './implies.ts';

/** A rule is stricter unless every row that kept the rules before keeps it. */
export function findRuleChanges(before: Contract, after: Contract): ContractChange[] {
  const given = all(...before.rules.map(({ holds }) => holds));
  const needed = (contract: Contract) => new Set(contract.rules.flatMap(({ holds }) => columnsNeeded(holds)));
  const [was, is] = [needed(before), needed(after)];
  const known = new Set(after.columns.map(({ name }) => name));
  return [
    ...pairs(byName(before.rules), byName(after.rules)).flatMap(([name, old, now]) => {
      if (!now) return [compatible(`rule ${name} removed: rows that broke it are clean`)];
      const isKept = implies(given, now.holds);
      if (!old)
        return [
          isKept
            ? compatible(`rule ${name} added; the others said it already`)
            : breaking(`rule ${name} added: rows that break it go to triage`),
        ];
      if (!isDeepStrictEqual(old.holds, now.holds))
        return [isKept ? compatible(`rule ${name} is looser`) : breaking(`rule ${name} is stricter, or keeps other rows`)];
      return old.description === now.description ? [] : [compatible(`rule ${name}: description`)];
    }),
    ...[...was]
      .filter((name) => !is.has(name) && known.has(name))
      .map((name) => breaking(`column ${name}: clean rows may have no value now`)),
  ];
}

/** Key and must refuse files; checks judge months, and are tuned: whoever sends a good month notices nothing. */
export function findCheckChanges(before: Contract, after: Contract): ContractChange[] {
  const lists = (['must', 'key'] as const).flatMap((list) => {
    const [was, is] = [before[list] ?? [], after[list] ?? []];
    if (isDeepStrictEqual([...was].sort(), [...is].sort())) return [];
    // The fewer columns a key has, the fewer rows it lets in.
    const isLooser =
      list === 'key'
        ? is.length === 0 || (was.length > 0 && was.every((name) => is.includes(name)))
        : is.every((name) => was.includes(name));
    const text = `${list}: ${was.join(', ') || '(none)'} → ${is.join(', ') || '(none)'}`;
    return [isLooser ? compatible(text) : breaking(`${text}: files are refused that were let in`)];
  });
  const gates = pairs(byName(before.gates), byName(after.gates)).flatMap(([name, was, is]) =>
    isDeepStrictEqual(was, is) ? [] : [compatible(`gate ${name} ${!was ? 'added' : is ? 'changed' : 'removed'}`)],
  );
  const isSame = isDeepStrictEqual(before.expectations ?? [], after.expectations ?? []);
  return [...lists, ...gates, ...(isSame ? [] : [compatible('expectations of a file')])];
}
