// The report as a step's result: what a person can still read, for ten files or ten thousand.
import type { GroupReport, Report } from './report.ts';

const most = { groups: 20, drift: 50 };

export interface ShortReport extends Omit<Report, 'groups'> {
  /** Without the columns' statistics. */
  readonly groups: readonly Omit<GroupReport, 'columns' | 'changes'>[];
  /** What the lists leave out; the JSON in the docs folder has all. */
  readonly leftOut: { readonly groups: number; readonly drift: number };
}

/** The first groups, and the worst changes. */
export const toShortReport = (report: Report): ShortReport => ({
  ...report,
  groups: report.groups.slice(0, most.groups).map(({ columns: _, changes: __, ...group }) => group),
  drift: report.drift.slice(0, most.drift),
  leftOut: {
    groups: Math.max(0, report.groups.length - most.groups),
    drift: Math.max(0, report.drift.length - most.drift),
  },
});
