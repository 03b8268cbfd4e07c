// How the months of a data set drift: from the contract, and each from the month before.
import { type Effect, effects } from '../contract/derive/cast-effect.ts';
import { type Change, toContractChanges, toMonthChanges } from '../plan/drift.ts';
import type { GroupedFiles, SchemaGroup } from '../plan/schema-groups.ts';

export interface DriftLine extends Change {
  readonly against: 'contract' | 'month before';
  /** How many files have it, and the months of the first and the last of them. */
  readonly files: number;
  readonly first: string;
  readonly last: string;
}

export interface MonthDrift {
  readonly month: string;
  readonly before: string;
  readonly changes: readonly Change[];
}

interface Month {
  readonly month: string;
  readonly uri: string;
  /** Undefined where the file is refused, for these problems. */
  readonly group: SchemaGroup | undefined;
  readonly problems: readonly string[];
}

/** The months that differ from the latest one before them that could be read, in order. A month that is refused is compared, but none with it. */
export function toMonthDrift({ groups, refused }: GroupedFiles): MonthDrift[] {
  const months = [
    ...groups.groups.flatMap((group) => group.files.map(({ uri, month }): Month => ({ uri, month, group, problems: [] }))),
    ...refused.flatMap(({ uri, month, problems }): Month[] =>
      problems.length > 0 ? [{ uri, month, group: undefined, problems }] : [],
    ),
  ].sort((one, other) => (`${one.month} ${one.uri}` < `${other.month} ${other.uri}` ? -1 : 1));
  const known = new Map<SchemaGroup, Map<SchemaGroup, Change[]>>();
  const changesOf = (before: SchemaGroup, after: SchemaGroup): Change[] => {
    const of = known.get(before) ?? new Map<SchemaGroup, Change[]>();
    known.set(before, of);
    const changes = of.get(after) ?? toMonthChanges(before, after);
    of.set(after, changes);
    return changes;
  };
  const drift: MonthDrift[] = [];
  let before: Month | undefined;
  for (const month of months) {
    if (before?.group && before.group !== month.group) {
      const changes = month.group ? changesOf(before.group, month.group) : month.problems.map(toBreaking);
      if (changes.length > 0) drift.push({ month: month.month, before: before.month, changes });
    }
    if (month.group) before = month;
  }
  return drift;
}

const toBreaking = (text: string): Change => ({ effect: 'breaking', text });

/** Each kind of change once, with the files that have it: the worst first, then what came last. */
export function toDriftLines({ groups, refused }: GroupedFiles, months: readonly MonthDrift[]): DriftLine[] {
  const lines = new Map<string, DriftLine>();
  const add = (against: DriftLine['against'], { effect, text }: Change, month: string) => {
    const key = `${against} ${effect} ${text}`;
    const line = lines.get(key) ?? { effect, text, against, files: 0, first: month, last: month };
    lines.set(key, {
      ...line,
      files: line.files + 1,
      first: month < line.first ? month : line.first,
      last: month > line.last ? month : line.last,
    });
  };
  for (const group of groups.groups) {
    const changes = toContractChanges(group);
    for (const { month } of group.files) for (const change of changes) add('contract', change, month);
  }
  for (const { month, problems } of refused) for (const problem of problems) add('contract', toBreaking(problem), month);
  for (const { month, changes } of months) for (const change of changes) add('month before', change, month);
  return [...lines.values()].sort(
    (one, other) => weightOf(other) - weightOf(one) || (one.last === other.last ? 0 : one.last > other.last ? -1 : 1),
  );
}

const weightOf = ({ effect }: { readonly effect: Effect }): number => effects.indexOf(effect);

/** `VendorID INT64 → DOUBLE (3 files, 2024-01 to 2024-05)`. */
export const toWords = ({ text, files, first, last }: DriftLine): string => {
  const [from, to] = [first.slice(0, 7), last.slice(0, 7)];
  return `${text} (${files} ${files === 1 ? 'file' : 'files'}, ${from === to ? from : `${from} to ${to}`})`;
};
