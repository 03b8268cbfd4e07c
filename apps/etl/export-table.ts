// A table of a DuckDB file as a Parquet file of the lake: timestamps as instants, which is what BigQuery's are.
import type { DuckDBConnection } from '@duckdb/node-api';
import type { TableColumn } from '../contract/derive/table-schema.ts';
import type { TableName } from '../contract/names.ts';
import { qualified } from '../plan/duckdb-tables.ts';
import { nameOfTable } from '../plan/lake.ts';
import { blameOnSpace, quoteName, quoteText } from '../platform/duckdb.ts';

/** Writes the table to a path, and returns its rows. A table without rows is a file without rows. Throws TemporaryError where memory or disk is short. */
export async function exportTable(
  connection: DuckDBConnection,
  { table, schema }: { readonly table: TableName; readonly schema: readonly TableColumn[] },
  path: string,
): Promise<number> {
  const values = schema.map(({ name, type }) => {
    const quoted = quoteName(name);
    return type === 'timestamp' ? `make_timestamptz(epoch_us(${quoted})) AS ${quoted}` : quoted;
  });
  return blameOnSpace(`exporting ${nameOfTable(table)}`, async () => {
    const { rowsChanged } = await connection.run(
      `COPY (SELECT ${values.join(', ')} FROM ${qualified(table)}) TO ${quoteText(path)} (FORMAT parquet, COMPRESSION zstd)`,
    );
    return rowsChanged;
  });
}
