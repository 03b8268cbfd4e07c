// The warehouse as a DuckDB file: one transaction for everything that a run changes.
import { dirname } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import { monthlyColumns, type TableName } from '../contract/names.ts';
import { commit, type DuckDbSettings, quoteName, quoteText, withDuckDb } from '../platform/duckdb.ts';
import { fileSize, makeFolder } from '../platform/files.ts';
import { qualified } from './tables.ts';

/** Runs `fill` between BEGIN and COMMIT; whatever it throws rolls everything back. Makes the warehouse's folder. */
export async function inTransaction<T>(
  warehouse: string,
  fill: (connection: DuckDBConnection) => Promise<T>,
  settings: DuckDbSettings = {},
): Promise<T> {
  await makeFolder(dirname(warehouse));
  const run = async (connection: DuckDBConnection) => {
    await connection.run('BEGIN TRANSACTION');
    try {
      const result = await fill(connection);
      await commit(connection, warehouse);
      return result;
    } catch (error) {
      await connection.run('ROLLBACK').catch(() => undefined);
      throw error;
    }
  };
  return withDuckDb(warehouse, run, settings);
}

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
