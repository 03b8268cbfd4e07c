// Rows as a table of a page: what is missing is said, times are shown as they are stored.
import type { TableType } from '../contract/derive/table-schema.ts';
import { type Html, html } from '../platform/html.ts';
import { toTable } from '../platform/page.ts';
import type { Cell, Rows } from './parquet-rows.ts';
import { toTimeText } from './time-text.ts';

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
  return html`<span class="nowrap">${toShownCell(type, cell)}</span>`;
}

function toShownCell(type: TableType, cell: Exclude<Cell, readonly string[] | null>): string {
  if (type === 'timestamp') return toMicrosecondsText(cell as bigint);
  if (type === 'instant') return `${toMicrosecondsText(cell as bigint)}Z`;
  return type === 'date' ? toMicrosecondsText(BigInt(cell) * 86_400_000_000n).slice(0, 10) : String(cell);
}

/** Beyond the years that JavaScript knows, the microseconds. */
export const toMicrosecondsText = (microseconds: bigint): string => toTimeText(microseconds, 6) ?? `${microseconds} µs`;
