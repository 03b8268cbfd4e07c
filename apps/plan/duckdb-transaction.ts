// The warehouse as a DuckDB file: one transaction for everything that a run changes.
import { dirname } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import { commit, type DuckDbSettings, withDuckDb } from '../platform/duckdb.ts';
import { makeFolder } from '../platform/files.ts';

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
