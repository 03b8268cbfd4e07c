// Fills a table of DuckDB from Parquet files of the lake, whichever engine wrote them.
import type { DuckDBConnection } from '@duckdb/node-api';
import type { TableColumn } from '../contract/derive/table-schema.ts';
import type { TableName } from '../contract/names.ts';
import { literalGlob, quoteName, quoteText } from '../platform/duckdb.ts';
import { qualified } from './duckdb-tables.ts';

/**
 * Inserts the table's columns of all files; other columns are left out. Times are instants in the lake, and what a clock in UTC showed in the
 * warehouse.
 */
export async function insertParquet(
  connection: DuckDBConnection,
  { table, columns }: { readonly table: TableName; readonly columns: readonly TableColumn[] },
  paths: readonly string[],
): Promise<void> {
  const values = columns.map(({ name, type }) => {
    const quoted = quoteName(name);
    return type === 'timestamp' ? `make_timestamp(epoch_us(${quoted})) AS ${quoted}` : quoted;
  });
  const files = paths.map((path) => quoteText(literalGlob(path))).join(', ');
  await connection.run(
    `INSERT INTO ${qualified(table)} BY NAME SELECT ${values.join(', ')} FROM read_parquet([${files}], hive_partitioning = false)`,
  );
}
