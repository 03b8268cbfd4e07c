// A table of a DuckDB file as the Parquet that BigQuery loads: timestamps as instants, which is what BigQuery's are.
import type { DuckDBConnection } from '@duckdb/node-api';
import type { TableColumn } from '../contract/derive/table-schema.ts';
import type { TableName } from '../contract/names.ts';
import { blameOnSpace, quoteName, quoteText } from '../platform/duckdb.ts';
import { OutcomeError } from '../platform/errors.ts';
import { qualified } from './tables.ts';

export interface ExportedTable {
  readonly rows: number;
  /** The same for the same rows: threads write them in any order. */
  readonly content: string;
}

/** Writes the table to a path. Throws OutcomeError where BigQuery has no such time, TemporaryError where memory or disk lack. */
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

/** Counts and digests the rows in one scan; in it, BigQuery's range of times is checked, since one time beyond it fails a whole load. */
async function digestTable(
  connection: DuckDBConnection,
  { table, schema }: { readonly table: TableName; readonly schema: readonly TableColumn[] },
): Promise<ExportedTable> {
  const columns = schema.map(({ name }) => quoteName(name));
  const times = schema.filter(({ type }) => type === 'timestamp').map(({ name }) => name);
  const strays = times
    .map(quoteName)
    .map((time) => `count(*) FILTER (WHERE year(${time}) NOT BETWEEN 1 AND 9999 OR isinf(${time}))`);
  const reader = await connection.runAndReadAll(
    `SELECT ${['count(*)', `coalesce(sum(hash(${columns.join(', ')})), 0)`, ...strays].join(', ')} FROM ${qualified(table)}`,
  );
  const [rows, digest, ...counts] = (reader.getRowsJS()[0] ?? []).map(String);
  const beyond = times.flatMap((name, at) => (counts[at] === '0' ? [] : [`${counts[at]} of ${name}`]));
  if (beyond.length > 0)
    throw new OutcomeError(
      `${table.dataset}.${table.table}: times outside of the years 1 to 9999, which BigQuery can't hold: ${beyond.join(', ')}; nothing was changed; fetch the file again`,
    );
  return { rows: Number(rows), content: `${rows}/${digest}` };
}
