// What a person wants to know of schema groups: how many, how large, and how each differs from the contract.
import { isInteger } from '../contract/file-schema.ts';
import type { SchemaGroup, SchemaGroups } from '../plan/schema-groups.ts';

export interface GroupReport {
  readonly files: number;
  readonly rows: number;
  readonly bytes: number;
  readonly first: string;
  readonly last: string;
  /** Differences from the contract, such as `VendorID DOUBLE as int`; none of them loses rows. */
  readonly drift: readonly string[];
}

/** Sums up the groups. Pure. */
export function toReport({ groups }: SchemaGroups): { files: number; rows: number; groups: GroupReport[] } {
  const reports = groups.map((group) => {
    const months = group.files.map((file) => file.month).sort();
    return {
      files: group.files.length,
      rows: group.files.reduce((sum, file) => sum + file.rows, 0),
      bytes: group.files.reduce((sum, file) => sum + file.bytes, 0),
      first: months[0] ?? '',
      last: months.at(-1) ?? '',
      drift: driftOf(group),
    };
  });
  return {
    files: reports.reduce((sum, group) => sum + group.files, 0),
    rows: reports.reduce((sum, group) => sum + group.rows, 0),
    groups: reports,
  };
}

function driftOf(group: SchemaGroup): string[] {
  const drift = group.casts.flatMap((cast) => {
    if (cast.source === null) return [`${cast.column} absent`];
    const renamed = cast.source === cast.column ? '' : ` from ${cast.source}`;
    const asExpected =
      (cast.to === 'int' && isInteger(cast.from)) ||
      (cast.to === 'double' && cast.from === 'DOUBLE') ||
      (cast.to === 'string' && cast.from === 'STRING') ||
      (cast.to === 'timestamp' && cast.from === 'TIMESTAMP_MICROS');
    return renamed || !asExpected ? [`${cast.column}${renamed} ${cast.from}${asExpected ? '' : ` as ${cast.to}`}`] : [];
  });
  return [...drift, ...group.ignored.map((name) => `${name} unknown, left out`)];
}
