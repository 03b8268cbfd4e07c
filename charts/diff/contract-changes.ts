// Two states of the contracts compared: each change classed, and whether the version says that something breaks.
import { isDeepStrictEqual } from 'node:util';
import type { Contract } from '../../apps/contract/derive/contract-json.ts';
import { toNumbers, type Version } from '../../apps/contract/version.ts';
import { findColumnChanges } from './column-changes.ts';
import { breaking, type ContractChange, compatible, show } from './contract-change.ts';
import { findDerivedChanges, findPromiseChanges } from './derived-changes.ts';
import { findCheckChanges, findRuleChanges } from './rule-changes.ts';
import { findTableChanges, type TableChange } from './table-changes.ts';

export interface ContractComparison {
  readonly category: string;
  /** Undefined where the data set is new. */
  readonly before: Version | undefined;
  /** Undefined where it is gone. */
  readonly after: Version | undefined;
  /** What breaks first. */
  readonly changes: readonly ContractChange[];
  readonly tables: readonly TableChange[];
  /** The least version that would do, where the version is too low. */
  readonly needs: Version | undefined;
}

/** The contracts that differ, those whose version is too low first, then those that break something. Pure. */
export function compareContracts(before: readonly Contract[], after: readonly Contract[]): ContractComparison[] {
  const categories = [...new Set([...before, ...after].map(({ category }) => category))].sort();
  const find = (contracts: readonly Contract[], name: string) => contracts.find(({ category }) => category === name);
  const compared = categories.flatMap((category) => compare(category, find(before, category), find(after, category)) ?? []);
  const rank = ({ needs, changes }: ContractComparison) =>
    needs ? 0 : changes.some(({ weight }) => weight === 'breaking') ? 1 : 2;
  return compared.sort((a, b) => rank(a) - rank(b));
}

function compare(category: string, was: Contract | undefined, is: Contract | undefined): ContractComparison | undefined {
  const only = { category, before: was?.version, after: is?.version, tables: [], needs: undefined };
  if (!was) return { ...only, changes: [compatible('the data set is new')] };
  if (!is) return { ...only, changes: [breaking('the data set is gone; its tables stay until somebody deletes them')] };
  if (isDeepStrictEqual(was, is)) return undefined;
  const found = findChanges(was, is);
  const changes = [
    ...found.filter(({ weight }) => weight === 'breaking'),
    ...found.filter(({ weight }) => weight === 'compatible'),
  ];
  return {
    ...{ category, before: was.version, after: is.version, changes },
    tables: findTableChanges(was, is),
    needs: findNeeded(
      was.version,
      is.version,
      changes.some(({ weight }) => weight === 'breaking'),
    ),
  };
}

const findChanges = (was: Contract, is: Contract): ContractChange[] => [
  ...findColumnChanges(was.columns, is.columns),
  ...findRuleChanges(was, is),
  ...findPlaceChanges(was, is),
  ...findCheckChanges(was, is),
  ...findDerivedChanges(was, is),
  ...findPromiseChanges(was, is),
  ...(['title', 'description', 'row'] as const)
    .filter((field) => !isDeepStrictEqual(was[field], is[field]))
    .map((field) => compatible(`${field}: ${show(was[field])} → ${show(is[field])}`)),
];

/** How a month's file is found, which month a row belongs to, and how rows lie in tables. */
function findPlaceChanges(was: Contract, is: Contract): ContractChange[] {
  const line = (name: string, old: unknown, now: unknown) => (old === now ? undefined : `${name}: ${show(old)} → ${show(now)}`);
  const breaks = [
    line('files.name', was.files.name, is.files.name),
    line('files.csv', show(was.files.csv), show(is.files.csv)),
    line('files.nulls', show(was.files.nulls), show(is.files.nulls)),
    line('time.at', was.time.at, is.time.at),
    line('time.zone', was.time.zone, is.time.zone),
  ];
  const passes = [
    line('time.until', was.time.until, is.time.until),
    line('time.word', was.time.word, is.time.word),
    line('cluster', was.cluster?.join(', '), is.cluster?.join(', ')),
  ];
  return [
    ...breaks.flatMap((text) => (text === undefined ? [] : [breaking(text)])),
    ...passes.flatMap((text) => (text === undefined ? [] : [compatible(text)])),
  ];
}

/** A breaking change needs a higher first number; below 1.0.0 a higher second one. No version falls. */
function findNeeded(before: Version, after: Version, isBreaking: boolean): Version | undefined {
  const [was, is] = [toNumbers(before), toNumbers(after)];
  if (!was || !is) return undefined;
  const [major, minor] = was;
  if (isBreaking) {
    const isRaised = is[0] > major || (major === 0 && is[0] === 0 && is[1] > minor);
    return isRaised ? undefined : major === 0 ? `0.${minor + 1}.0` : `${major + 1}.0.0`;
  }
  const place = was.findIndex((number, index) => number !== is[index]);
  return place >= 0 && (is[place] as number) < (was[place] as number) ? before : undefined;
}
