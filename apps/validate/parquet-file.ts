// One Parquet file as the expectations see it: its columns and the SQL that reads it.
import type { DuckDBConnection } from '@duckdb/node-api';
import { toPlainName } from '../contract/column-names.ts';
import { isDecimal, type LogicalType, logicalOf } from '../contract/column-type.ts';
import type { Dataset } from '../contract/dataset.ts';
import type { FileColumn as FooterColumn } from '../contract/file-schema.ts';
import { mayShow, personalOf } from '../contract/personal.ts';
import { duckdb } from '../plan/duckdb-dialect.ts';
import { scanParquet } from '../platform/duckdb.ts';
import { type MonthFacts, toLoadedRows, toScanColumns } from './month-rows.ts';

export type ColumnKind = 'number' | 'text' | 'time' | 'boolean' | 'other';

export interface FileColumn {
  readonly name: string;
  /** DuckDB's name of the type in the file; NULL for a column without any value. */
  readonly type: string;
  /** Of the value as it is judged. */
  readonly kind: ColumnKind;
  /** Of a number: whether it is judged as an exact decimal. */
  readonly isDecimal?: boolean;
  /** The SQL name of the column in `FileSchema.source`. */
  readonly sql: string;
  /** The contract's name of the column, where it has another one there. */
  readonly known?: string;
  /** Values are never shown. */
  readonly isHidden?: true;
  /** A personal column whose values no table holds. */
  readonly personal?: 'hash' | 'drop';
}

export interface FileSchema {
  readonly columns: readonly FileColumn[];
  /** A FROM clause. */
  readonly source: string;
  /** Of a month's file: the FROM clause of its rows as the loader sees them. */
  readonly loaded?: string;
}

/** Reads the columns of a file. With `month` the contract's columns are judged as the loader casts them. */
export async function readFileSchema(
  connection: DuckDBConnection,
  path: string,
  { footer = [], month }: { footer?: readonly FooterColumn[]; month?: MonthFacts | undefined } = {},
): Promise<FileSchema> {
  const scan = scanParquet(path);
  const described = (await connection.runAndReadAll(`DESCRIBE SELECT * FROM ${scan}`)).getRowObjectsJS();
  // Columns are found by their place: no name of a file can be in the way of another.
  const places = described.map((_, index) => `"file column ${index}"`);
  const columns = described.map((row, index): FileColumn => {
    const { name, type: footerType } = footer[index] ?? { name: String(row.column_name), type: undefined };
    const type = footerType === 'NULL' ? 'NULL' : String(row.column_type);
    const cast = month?.casts.find(({ source }) => source === name);
    const sql = places[index] as string;
    const marks = month === undefined ? {} : marksOf(month.dataset, name);
    if (!cast) return { name, type, kind: kindOf(type), isDecimal: type.startsWith('DECIMAL'), sql, ...marks };
    // Engines compare names without case: a name that differs by it, or by a byte-order mark, is the contract's.
    const known = toPlainName(name) === toPlainName(cast.column) ? {} : { known: cast.column };
    return {
      name: known.known ? name : cast.column,
      ...known,
      type,
      kind: kinds[logicalOf(cast.to)],
      isDecimal: isDecimal(cast.to),
      sql: duckdb.name(cast.column),
      ...marks,
    };
  });
  const raw = columns.filter(({ sql }, index) => sql === places[index]).map((column) => `${toValue(column)} AS ${column.sql}`);
  const sqlOf = (source: string) => placeOf(footer, places, source);
  const from = `FROM ${scan} AS p(${places.join(', ')})`;
  const toSource = (known: string[]) => `(SELECT ${[...raw, ...known].join(', ')} ${from}) AS file_rows`;
  if (!month) return { columns, source: toSource([]) };
  return { columns, source: toSource(toScanColumns(month, sqlOf)), loaded: toLoadedRows(month, from, sqlOf) };
}

function marksOf(dataset: Dataset, name: string): Pick<FileColumn, 'isHidden' | 'personal'> {
  const personal = personalOf(dataset, name);
  return {
    ...(!mayShow(dataset, name) && { isHidden: true }),
    ...(personal !== undefined && personal !== 'keep' && { personal }),
  };
}

const placeOf = (footer: readonly FooterColumn[], places: readonly string[], source: string): string =>
  `p.${places[footer.findIndex(({ name }) => name === source)]}`;

const kinds: Record<LogicalType, ColumnKind> = {
  int: 'number',
  int32: 'number',
  double: 'number',
  decimal: 'number',
  duration: 'number',
  boolean: 'boolean',
  string: 'text',
  date: 'time',
  timestamp: 'time',
  instant: 'time',
};

/** The value of a column that no contract knows: NaN is missing, and times of every precision, marked as UTC or not, can be compared with each other. */
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
