// What a person wants to know of schema groups: how many, how large, and how each differs from the contract.
import { toDrift } from '../plan/drift.ts';
import type { SchemaGroups } from '../plan/schema-groups.ts';

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
      drift: toDrift(group),
    };
  });
  return {
    files: reports.reduce((sum, group) => sum + group.files, 0),
    rows: reports.reduce((sum, group) => sum + group.rows, 0),
    groups: reports,
  };
}
