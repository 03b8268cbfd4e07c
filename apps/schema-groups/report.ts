// What a person wants to know of schema groups: how many, how large, what their values are like, and how each differs from the contract.
import type { Dataset } from '../contract/dataset.ts';
import type { Effect } from '../contract/derive/cast-effect.ts';
import type { FileColumn } from '../contract/file-schema.ts';
import { type Change, toContractChanges } from '../plan/drift.ts';
import { type ColumnStatistics, mergeStatistics } from '../plan/footer-statistics.ts';
import type { GroupedFiles, SchemaGroup } from '../plan/schema-groups.ts';
import type { CachedFooter } from './cache-format.ts';
import { type DriftLine, toDriftLines, toMonthDrift } from './drift-lines.ts';
import { toShownColumn } from './shown-footer.ts';

/** Of a group's writers, so many are named. */
const mostWriters = 3;

export interface GroupReport {
  readonly files: number;
  readonly rows: number;
  readonly bytes: number;
  readonly first: string;
  readonly last: string;
  /** Differences from the contract, such as `VendorID DOUBLE as int`; none of them loses rows. */
  readonly drift: readonly string[];
  /** The same, each with its effect. */
  readonly changes: readonly Change[];
  readonly rowGroups: number;
  readonly compressed: number;
  readonly uncompressed: number;
  readonly codecs: readonly string[];
  readonly createdBy: readonly string[];
  readonly columns: readonly (FileColumn & ColumnStatistics)[];
}

export interface Report {
  readonly files: number;
  readonly rows: number;
  /** Kinds of changes, by effect. */
  readonly effects: Readonly<Record<Effect, number>>;
  readonly groups: readonly GroupReport[];
  /** The worst first. */
  readonly drift: readonly DriftLine[];
}

/** Sums up the groups. Pure; one file's statistics at a time. */
export function toReport(dataset: Dataset, found: GroupedFiles, footerOf: (uri: string) => CachedFooter): Report {
  const groups = found.groups.groups.map((group) => toGroupReport(dataset, group, footerOf));
  const drift = toDriftLines(found, toMonthDrift(found));
  return {
    files: groups.reduce((sum, group) => sum + group.files, 0),
    rows: groups.reduce((sum, group) => sum + group.rows, 0),
    effects: {
      safe: drift.filter(({ effect }) => effect === 'safe').length,
      lossy: drift.filter(({ effect }) => effect === 'lossy').length,
      breaking: drift.filter(({ effect }) => effect === 'breaking').length,
    },
    groups,
    drift,
  };
}

function toGroupReport(dataset: Dataset, group: SchemaGroup, footerOf: (uri: string) => CachedFooter): GroupReport {
  const months = group.files.map((file) => file.month).sort();
  const changes = toContractChanges(group);
  const sums = { rows: 0, bytes: 0, rowGroups: 0, compressed: 0, uncompressed: 0 };
  const codecs = new Set<string>();
  const writers = new Set<string>();
  let columns: readonly (ColumnStatistics & { readonly isEmpty: boolean })[] = group.columns.map(() => nothing);
  for (const { uri } of group.files) {
    const { rows, bytes, statistics, columns: own } = footerOf(uri);
    sums.rows += rows;
    sums.bytes += bytes;
    for (const key of ['rowGroups', 'compressed', 'uncompressed'] as const) sums[key] += statistics[key];
    for (const codec of statistics.codecs) codecs.add(codec);
    writers.add(statistics.createdBy ?? 'an unnamed writer');
    // The files of a group have the same columns, each in an order of its own.
    const byName = new Map(own.map(({ name }, index) => [name, statistics.columns[index]]));
    columns = group.columns.map((column, index) => {
      const one = byName.get(column.name) ?? nothing;
      const [before = nothing, now] = [columns[index], { ...one, isEmpty: one.nulls === rows }];
      return { ...mergeStatistics(column, [before, now]), isEmpty: before.isEmpty && now.isEmpty };
    });
  }
  return {
    files: group.files.length,
    rows: sums.rows,
    bytes: sums.bytes,
    first: months[0] ?? '',
    last: months.at(-1) ?? '',
    drift: changes.map(({ text }) => text),
    changes,
    rowGroups: sums.rowGroups,
    compressed: sums.compressed,
    uncompressed: sums.uncompressed,
    codecs: [...codecs].sort(),
    createdBy: toShortList([...writers].sort(), mostWriters),
    columns: group.columns.map((column, index) => {
      const { isEmpty: _, ...statistics } = columns[index] ?? nothing;
      return toShownColumn(dataset, { ...column, ...statistics });
    }),
  };
}

const nothing = { nulls: 0, min: null, max: null, isEmpty: true } as const;

const toShortList = (names: readonly string[], most: number): string[] =>
  names.length <= most ? [...names] : [...names.slice(0, most), `and ${names.length - most} more`];
