// What the warehouse, a DuckDB file, holds already.
import { monthlyColumns, type TableName } from '../contract/names.ts';
import { qualified } from '../plan/duckdb-tables.ts';
import { quoteName, quoteText, withDuckDb } from '../platform/duckdb.ts';
import { fileSize } from '../platform/files.ts';

/** First day of the newest month in a monthly table, or undefined where there is none. */
export async function newestMonth(warehouse: string, { dataset, table }: TableName): Promise<string | undefined> {
  if ((await fileSize(warehouse)) === undefined) return undefined;
  return withDuckDb(warehouse, async (connection) => {
    const known = await connection.runAndReadAll(
      `SELECT 1 FROM information_schema.tables WHERE table_schema = ${quoteText(dataset)} AND table_name = ${quoteText(table)}`,
    );
    if (known.currentRowCount === 0) return undefined;
    const reader = await connection.runAndReadAll(
      `SELECT strftime(max(${quoteName(monthlyColumns.month)}), '%Y-%m-%d') FROM ${qualified({ dataset, table })}`,
    );
    return (reader.getRowsJS()[0]?.[0] as string | null) ?? undefined;
  });
}
