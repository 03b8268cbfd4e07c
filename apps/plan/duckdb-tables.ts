// The warehouse's tables as the contract says them, in DuckDB: created, or given the columns that they lack.
import type { DuckDBConnection } from '@duckdb/node-api';
import { type TableColumn, toDuckdbType } from '../contract/derive/table-schema.ts';
import { addMonths, firstDayOf, monthOf } from '../contract/file-name.ts';
import type { TableName } from '../contract/names.ts';
import { quoteName, quoteText } from '../platform/duckdb.ts';
import { UsageError } from '../platform/errors.ts';

export const qualified = ({ dataset, table }: TableName): string => `${quoteName(dataset)}.${quoteName(table)}`;

/** Creates the table, or replaces it when `anew`, or adds the columns that it lacks. Throws UsageError where a column's type has changed. */
export async function prepareTable(
  connection: DuckDBConnection,
  name: TableName,
  { columns, anew }: { columns: readonly TableColumn[]; anew: boolean },
): Promise<void> {
  const definition = columns.map((column) => `${quoteName(column.name)} ${toDuckdbType(column.type)}`).join(', ');
  await connection.run(`CREATE SCHEMA IF NOT EXISTS ${quoteName(name.dataset)}`);
  await connection.run(`CREATE ${anew ? 'OR REPLACE TABLE' : 'TABLE IF NOT EXISTS'} ${qualified(name)} (${definition})`);
  const reader = await connection.runAndReadAll(
    `SELECT column_name, data_type FROM information_schema.columns WHERE table_schema = ${quoteText(name.dataset)} AND table_name = ${quoteText(name.table)}`,
  );
  const existing = new Map(reader.getRowsJS() as [string, string][]);
  for (const { name: column, type: tableType } of columns) {
    const type = toDuckdbType(tableType);
    const found = existing.get(column);
    if (found === undefined) await connection.run(`ALTER TABLE ${qualified(name)} ADD COLUMN ${quoteName(column)} ${type}`);
    else if (found !== type) {
      throw new UsageError(
        `${name.dataset}.${name.table}: column "${column}" is ${found}, but the contract says ${type}; run a full refresh to rebuild the table`,
      );
    }
  }
}

/** Rows whose timestamp or date lies in the month that begins on this day. */
export function inMonthOf(field: string, firstDay: string): string {
  const next = firstDayOf(addMonths(monthOf(firstDay), 1));
  return `${quoteName(field)} >= DATE ${quoteText(firstDay)} AND ${quoteName(field)} < DATE ${quoteText(next)}`;
}
