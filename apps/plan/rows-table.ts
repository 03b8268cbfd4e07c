// Rows as a table of a page: what is missing is said, times are shown as they are stored.
import type { TableType } from '../contract/derive/table-schema.ts';
import { type Html, html } from '../platform/html.ts';
import { toTable } from '../platform/page.ts';
import type { Cell, Rows } from './parquet-rows.ts';

/** The rows, a line each. `label` names the table for the keyboard. */
export const toRowsTable = (label: string, { columns, rows }: Rows): Html =>
  toTable(
    label,
    columns.map(({ name }) => name),
    rows.map((row) => columns.map(({ type }, place) => toCell(type, row[place] ?? null))),
  );

function toCell(type: TableType, cell: Cell): Html {
  if (cell === null) return html`<span class="soft">null</span>`;
  if (typeof cell === 'object') return html`${cell.map((text) => html`<code>${text}</code> `)}`;
  return html`<span class="nowrap">${type === 'timestamp' ? toTimeText(cell as bigint) : String(cell)}</span>`;
}

/** `2024-01-31 23:59:59.5` of microseconds since 1970; beyond the years that JavaScript knows, the microseconds. */
export function toTimeText(microseconds: bigint): string {
  const millionth = ((microseconds % 1_000_000n) + 1_000_000n) % 1_000_000n;
  const date = new Date(Number((microseconds - millionth) / 1_000n));
  if (Number.isNaN(date.getTime())) return `${microseconds} µs`;
  const fraction = millionth === 0n ? '' : `.${String(millionth).padStart(6, '0').replace(/0+$/, '')}`;
  return `${date.toISOString().slice(0, -5).replace('T', ' ')}${fraction}`;
}
