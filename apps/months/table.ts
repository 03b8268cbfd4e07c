// A backfill's plan as a table that fits a screen: a line a month, or a line a year where there are many.
import type { Cost } from './cost.ts';

const mostMonths = 36;

export interface PlannedMonth {
  readonly month: string;
  readonly bytes: number;
  readonly done: boolean;
}

interface Row {
  readonly label: string;
  readonly bytes: number;
  readonly state: string;
}

/** Month, size and state, totals, expected cost. */
export function toTable(months: readonly PlannedMonth[], cost: Cost): string {
  const rows = months.length <= mostMonths ? months.map(toRow) : toYears(months);
  const toDo = months.filter(({ done }) => !done);
  const total: Row = { label: 'to do', bytes: sumBytes(toDo), state: `${toDo.length} of ${months.length} months` };
  return [
    ...[...rows, total].map(({ label, bytes, state }) => `${label.padEnd(8)} ${toSize(bytes).padStart(10)}  ${state}`),
    `expected cost: $${cost.usd.toFixed(2)} (${cost.assumptions.join('; ')})`,
  ].join('\n');
}

const toRow = ({ month, bytes, done }: PlannedMonth): Row => ({ label: month, bytes, state: done ? 'done' : 'to do' });

function toYears(months: readonly PlannedMonth[]): Row[] {
  return [...Map.groupBy(months, ({ month }) => month.slice(0, 4))].map(([label, year]) => ({
    label,
    bytes: sumBytes(year),
    state: `${year.filter(({ done }) => !done).length} of ${year.length} months to do`,
  }));
}

const sumBytes = (months: readonly PlannedMonth[]): number => months.reduce((sum, { bytes }) => sum + bytes, 0);

/** `46.2 MiB`. */
function toSize(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  const power = Math.min(units.length - 1, Math.floor(Math.log2(Math.max(bytes, 1)) / 10));
  return `${(bytes / 1024 ** power).toFixed(power === 0 ? 0 : 1)} ${units[power]}`;
}
