// One Parquet file as the expectations see it: its columns and the SQL that reads it. Bad files are told apart here.
import { open, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import { quoteText } from '../platform/duckdb.ts';
import { OutcomeError, UsageError } from '../platform/errors.ts';
import { fileSize } from '../platform/files.ts';

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

/** Refuses what is no Parquet file: UsageError where nothing is there, OutcomeError for a file of another kind or a torn one. */
export async function checkParquetFile(path: string): Promise<void> {
  const size = await fileSize(path);
  if (size === undefined) throw new UsageError(`${path}: no such file; expected a Parquet file (did the transfer step run?)`);
  const name = basename(path);
  if (size === 0) throw new OutcomeError(`${name}: the file is empty (0 bytes), expected Parquet; fetch it again`);
  const file = await open(path);
  try {
    const read = async (position: number) => (await file.read(Buffer.alloc(4), 0, 4, position)).buffer.toString('latin1');
    if ((await read(0)) !== 'PAR1')
      throw new OutcomeError(`${name}: not a Parquet file (it does not begin with PAR1); is it a CSV by another name?`);
    if (size < 12 || (await read(size - 4)) !== 'PAR1') {
      throw new OutcomeError(`${name}: the Parquet file is cut off (${size} bytes, no footer at the end); fetch it again`);
    }
  } finally {
    await file.close();
  }
}

/** Calls `use` with the path under a name in which DuckDB sees no pattern. */
export async function withPlainName<T>(path: string, use: (path: string) => Promise<T>): Promise<T> {
  if (!/[*?[\]{}]/.test(path)) return use(path);
  const link = join(tmpdir(), `taxiway-validate-${process.pid}.parquet`);
  await rm(link, { force: true });
  await symlink(path, link);
  try {
    return await use(link);
  } finally {
    await rm(link, { force: true });
  }
}

/** Reads the columns from the file's footer. */
export async function readFileSchema(connection: DuckDBConnection, path: string): Promise<FileSchema> {
  const scan = `read_parquet(${quoteText(path)}, binary_as_string = true, hive_partitioning = false)`;
  const described = (await connection.runAndReadAll(`DESCRIBE SELECT * FROM ${scan}`)).getRowObjectsJS();
  const columns = described.map((row, index): FileColumn => {
    const type = String(row.column_type);
    return { name: String(row.column_name), type, kind: kindOf(type), sql: `c${index}` };
  });
  const values = columns.map(({ type, sql }) =>
    type === 'DOUBLE' || type === 'FLOAT' ? `CASE WHEN isnan(p.${sql}) THEN NULL ELSE p.${sql} END AS ${sql}` : `p.${sql}`,
  );
  const names = columns.map((column) => column.sql).join(', ');
  return { columns, source: `(SELECT ${values.join(', ')} FROM ${scan} AS p(${names})) AS file_rows` };
}

function kindOf(type: string): ColumnKind {
  if (/^(U?(TINY|SMALL|BIG|HUGE)INT|U?INTEGER|DOUBLE|FLOAT|DECIMAL\(.*\))$/.test(type)) return 'number';
  if (type === 'VARCHAR') return 'text';
  if (type === 'DATE' || type.startsWith('TIMESTAMP')) return 'time';
  if (type === 'BOOLEAN') return 'boolean';
  return 'other';
}
