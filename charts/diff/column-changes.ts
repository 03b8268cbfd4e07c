// Changes of columns, classed.
import { isDeepStrictEqual } from 'node:util';
import { type Column, mayBeAbsent } from '../../apps/contract/dataset.ts';
import { breaking, byName, type ContractChange, compatible, pairs, show } from './contract-change.ts';

export function findColumnChanges(before: readonly Column[], after: readonly Column[]): ContractChange[] {
  const renamed = new Map(findRenamed(before, after));
  const names = (columns: readonly Column[]) => columns.map(({ name }) => name);
  const kept = names(before).filter((name) => names(after).includes(name));
  const order = names(after).filter((name) => kept.includes(name));
  return [
    ...pairs(byName(before), byName(after)).flatMap(([name, was, is]) => {
      if (was && is) return changesOf(was, is);
      const next = renamed.get(name);
      if (was) return [breaking(next === undefined ? `column ${name} removed` : `column ${name} renamed to ${next}`)];
      if ([...renamed.values()].includes(name)) return [];
      const added = is as Column;
      return [
        mayBeAbsent(added) || added.personal === 'drop'
          ? compatible(`column ${name} added, ${monthsOf(added)}`)
          : breaking(`column ${name} added: files that lack it are refused; optional, it would be compatible`),
      ];
    }),
    ...(isDeepStrictEqual(kept, order) ? [] : [compatible('columns in another order; tables keep theirs')]),
  ];
}

/** Old name → new name: the new column takes the old one's files, or has all else of it. */
function findRenamed(before: readonly Column[], after: readonly Column[]): [string, string][] {
  const [was, is] = [byName(before), byName(after)];
  const added = after.filter(({ name }) => !Object.hasOwn(was, name));
  const taken = new Set<string>();
  return before
    .filter(({ name }) => !Object.hasOwn(is, name))
    .flatMap((old): [string, string][] => {
      const next = added.find(
        ({ name, aliases = [], ...rest }) =>
          !taken.has(name) && (aliases.includes(old.name) || isDeepStrictEqual(rest, withoutNames(old))),
      );
      if (!next) return [];
      taken.add(next.name);
      return [[old.name, next.name]];
    });
}

const withoutNames = ({ name: _, aliases: _a, ...rest }: Column) => rest;

function changesOf(was: Column, is: Column): ContractChange[] {
  const { name } = was;
  const changes: ContractChange[] = [];
  const say = (weight: ContractChange['weight'], text: string) => changes.push({ weight, text: `column ${name}: ${text}` });
  // Every whole number that a reader could get before is one that it can get now.
  if (was.type !== is.type)
    say(was.type === 'int' && is.type === 'double' ? 'compatible' : 'breaking', `type ${was.type} → ${is.type}`);
  if (was.unit !== is.unit) say(was.unit === undefined ? 'compatible' : 'breaking', `unit ${show(was.unit)} → ${show(is.unit)}`);
  if (monthsOf(was) !== monthsOf(is))
    say(isDueLonger(was, is) ? 'breaking' : 'compatible', `files have it: ${monthsOf(was)} → ${monthsOf(is)}`);
  for (const alias of was.aliases ?? [])
    if (!is.aliases?.includes(alias)) say('breaking', `alias ${show(alias)} removed: files that spell it so are refused`);
  for (const alias of is.aliases ?? []) if (!was.aliases?.includes(alias)) say('compatible', `alias ${show(alias)} added`);
  changes.push(...findCodeChanges(was, is));
  if (was.personal !== is.personal) {
    const isHidden = was.personal === undefined && is.personal === 'keep';
    say(isHidden ? 'compatible' : 'breaking', `personal ${show(was.personal)} → ${show(is.personal)}: ${toEffect(is)}`);
  }
  if (was.description !== is.description) say('compatible', 'description');
  return changes;
}

/** What a mark changes for readers; tables that are there stay as they are until a full refresh. */
function toEffect({ personal }: Column): string {
  if (personal === undefined) return 'its values are shown';
  return {
    keep: 'no page shows its values, tables hold them',
    hash: 'tables hold hashes in place of its values',
    drop: 'no table holds its values',
  }[personal];
}

/** Which files have a column. */
function monthsOf({ optional, since, until }: Column): string {
  const months = [...(since ? [`since ${since}`] : []), ...(until ? [`until ${until}`] : [])].join(' ');
  return [optional ? 'optional' : '', months].filter(Boolean).join(', ') || 'always';
}

/** Whether files of some month, which could lack the column before, are refused without it. */
function isDueLonger(was: Column, is: Column): boolean {
  if (is.optional) return false;
  const [first, last] = ['0000-01', '9999-12'];
  return Boolean(was.optional) || (is.since ?? first) < (was.since ?? first) || (is.until ?? last) > (was.until ?? last);
}

function findCodeChanges(was: Column, is: Column): ContractChange[] {
  const where = `column ${was.name}: code`;
  const [old, now] = [Object.keys(was.codes ?? {}), Object.keys(is.codes ?? {})];
  // The number of a text code is its place among the column's codes.
  const moved = is.type === 'string' && old.some((code, place) => now.includes(code) && now.indexOf(code) !== place);
  return [
    ...pairs(was.codes, is.codes).flatMap(([code, before, after]) => {
      if (before === after) return [];
      if (after === undefined) return [breaking(`${where} ${show(code)} removed`)];
      if (before === undefined) return [compatible(`${where} ${show(code)} added`)];
      return [breaking(`${where} ${show(code)} means another thing: ${show(before)} → ${show(after)}`)];
    }),
    ...(moved && old.every((code) => now.includes(code))
      ? [breaking(`${where}s in another order: their numbers in features change; a new one goes to the end`)]
      : []),
  ];
}
