// A table of a DuckDB file as the Parquet that BigQuery loads: timestamps as instants, which is what BigQuery's are.
import type { DuckDBConnection } from '@duckdb/node-api';
import type { TableColumn } from '../contract/derive/table-schema.ts';
import type { TableName } from '../contract/names.ts';
import { blameOnSpace, quoteName, quoteText } from '../platform/duckdb.ts';
import { qualified } from './tables.ts';

export interface ExportedTable {
  readonly rows: number;
  /** The same for the same rows: threads write them in any order. */
  readonly content: string;
}

/** Writes the table to a path. BigQuery holds every time that a cast lets through. Throws TemporaryError where memory or disk is short. */
export async function exportTable(
  connection: DuckDBConnection,
  { table, schema }: { readonly table: TableName; readonly schema: readonly TableColumn[] },
  path: string,
): Promise<ExportedTable> {
  const name = qualified(table);
  const values = schema.map(({ name: column, type }) => {
    const quoted = quoteName(column);
    return type === 'timestamp' ? `make_timestamptz(epoch_us(${quoted})) AS ${quoted}` : quoted;
  });
  return blameOnSpace(`exporting ${table.dataset}.${table.table}`, async () => {
    const exported = await digestTable(connection, { table, schema });
    await connection.run(
      `COPY (SELECT ${values.join(', ')} FROM ${name}) TO ${quoteText(path)} (FORMAT parquet, COMPRESSION zstd)`,
    );
    return exported;
  });
}

/** Counts and digests the rows in one scan. */
async function digestTable(
  connection: DuckDBConnection,
  { table, schema }: { readonly table: TableName; readonly schema: readonly TableColumn[] },
): Promise<ExportedTable> {
  const columns = schema.map(({ name }) => quoteName(name));
  const reader = await connection.runAndReadAll(
    `SELECT count(*), coalesce(sum(hash(${columns.join(', ')})), 0) FROM ${qualified(table)}`,
  );
  const [rows, digest] = (reader.getRowsJS()[0] ?? []).map(String);
  return { rows: Number(rows), content: `${rows}/${digest}` };
}
