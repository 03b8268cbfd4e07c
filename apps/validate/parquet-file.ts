// One Parquet file as the expectations see it: its columns and the SQL that reads it.
import type { DuckDBConnection } from '@duckdb/node-api';
import { literalGlob, quoteText } from '../platform/duckdb.ts';

export type ColumnKind = 'number' | 'text' | 'time' | 'boolean' | 'other';

export interface FileColumn {
  readonly name: string;
  /** DuckDB's name of the type. */
  readonly type: string;
  readonly kind: ColumnKind;
  /** The SQL name of the column in `FileSchema.source`. NaN is null there: both are missing. */
  readonly sql: string;
}

export interface FileSchema {
  readonly columns: readonly FileColumn[];
  /** A FROM clause. */
  readonly source: string;
}

/** Reads the columns from the file's footer. */
export async function readFileSchema(connection: DuckDBConnection, path: string): Promise<FileSchema> {
  const scan = `read_parquet([${quoteText(literalGlob(path))}], binary_as_string = true, hive_partitioning = false)`;
  const described = (await connection.runAndReadAll(`DESCRIBE SELECT * FROM ${scan}`)).getRowObjectsJS();
  const columns = described.map((row, index): FileColumn => {
    const type = String(row.column_type);
    return { name: String(row.column_name), type, kind: kindOf(type), sql: `c${index}` };
  });
  const values = columns.map((column) => `${toValue(column)} AS ${column.sql}`);
  const names = columns.map((column) => column.sql).join(', ');
  return { columns, source: `(SELECT ${values.join(', ')} FROM ${scan} AS p(${names})) AS file_rows` };
}

/** The column's value as it is judged: NaN is missing, and times of every precision, marked as UTC or not, can be compared with each other. */
function toValue({ type, sql }: FileColumn): string {
  if (type === 'DOUBLE' || type === 'FLOAT') return `CASE WHEN isnan(p.${sql}) THEN NULL ELSE p.${sql} END`;
  if (type === 'TIMESTAMP WITH TIME ZONE') return `make_timestamp(epoch_us(p.${sql}))`;
  if (type === 'TIMESTAMP_NS' || type === 'TIMESTAMP_MS' || type === 'TIMESTAMP_S') return `CAST(p.${sql} AS TIMESTAMP)`;
  return `p.${sql}`;
}

function kindOf(type: string): ColumnKind {
  if (/^(U?(TINY|SMALL|BIG|HUGE)INT|U?INTEGER|DOUBLE|FLOAT|DECIMAL\(.*\))$/.test(type)) return 'number';
  if (type === 'VARCHAR') return 'text';
  if (type === 'DATE' || type.startsWith('TIMESTAMP')) return 'time';
  if (type === 'BOOLEAN') return 'boolean';
  return 'other';
}
