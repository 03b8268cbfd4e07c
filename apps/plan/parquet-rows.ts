// A few rows as a Parquet file, and the rows of such a file: by parquet-wasm, without a database. It is loaded when it is first used.
import type { DataType, Vector } from 'apache-arrow';
import { type DecimalName, isDecimal } from '../contract/column-type.ts';
import type { TableColumn, TableType } from '../contract/derive/table-schema.ts';
import { OutcomeError } from '../platform/errors.ts';
import { readObject } from '../platform/objects.ts';
import { toDecimalName, toDecimalText, toDecimalVector } from './decimal-vector.ts';

/** An int as bigint, one of 32 bits as number, a decimal as text, a timestamp or an instant as microseconds since 1970, a date as days since 1970, a double as number, a boolean, texts. */
export type Cell = bigint | number | boolean | string | readonly string[] | null;
/** Cells in the order of the columns. */
export type Row = readonly Cell[];

export interface Rows {
  readonly columns: readonly TableColumn[];
  readonly rows: readonly Row[];
}

type Arrow = typeof import('apache-arrow');

/** The rows as the bytes of a Parquet file. In memory, O(rows × columns). */
export async function toParquet({ columns, rows }: Rows): Promise<Uint8Array> {
  const [arrow, wasm] = await loadParquet();
  const named = columns.map(({ name, type }, place) => {
    const cells = rows.map((row) => row[place] ?? null);
    return [name, toVector(arrow, type, cells)] as const;
  });
  const table = wasm.Table.fromIPCStream(arrow.tableToIPC(new arrow.Table(Object.fromEntries(named)), 'stream'));
  return wasm.writeParquet(table, new wasm.WriterPropertiesBuilder().setCompression(wasm.Compression.ZSTD).build());
}

/** The first rows of a file that `toParquet` has made; undefined where it is missing. Throws OutcomeError where it is another file. */
export async function readRows(uri: string, { limit }: { readonly limit: number }): Promise<Rows | undefined> {
  // Whole, since it is small, and since parquet-wasm's own ranged reads end the process where one of them fails.
  const bytes = await readObject(uri);
  if (bytes === undefined) return undefined;
  const [arrow, wasm] = await loadParquet();
  try {
    const table = arrow.tableFromIPC(wasm.readParquet(bytes, { limit }).intoIPCStream());
    const columns = table.schema.fields.map(({ name, type }) => ({ name, type: toTableType(arrow, type) }));
    const vectors = columns.map(({ type }, place) => toRawVector(arrow, type, table.getChildAt(place) as Vector));
    const rows = Array.from({ length: table.numRows }, (_, row) => vectors.map((vector) => toCell(arrow, vector, row)));
    return { columns, rows };
  } catch (error) {
    throw new OutcomeError(`${uri}: not a Parquet file of rows: ${(error as Error).message}; remove it, and run validate again`);
  }
}

const loadParquet = () => Promise.all([import('apache-arrow'), import('parquet-wasm')]);

const toArrowType: Readonly<Record<UndividedType, (arrow: Arrow) => DataType>> = {
  int: (arrow) => new arrow.Int64(),
  int32: (arrow) => new arrow.Int32(),
  double: (arrow) => new arrow.Float64(),
  boolean: (arrow) => new arrow.Bool(),
  string: (arrow) => new arrow.Utf8(),
  timestamp: (arrow) => new arrow.TimestampMicrosecond(),
  instant: (arrow) => new arrow.TimestampMicrosecond('UTC'),
  date: (arrow) => new arrow.DateDay(),
  strings: (arrow) => new arrow.List(new arrow.Field('element', new arrow.Utf8(), true)),
};

type UndividedType = Exclude<TableType, DecimalName>;

/** How times and days are stored: Arrow's own values of them are rounded to milliseconds. */
const rawTypes: Partial<Record<UndividedType, (arrow: Arrow) => DataType>> = {
  timestamp: (arrow) => new arrow.Int64(),
  instant: (arrow) => new arrow.Int64(),
  date: (arrow) => new arrow.Int32(),
};

function toVector(arrow: Arrow, type: TableType, cells: readonly Cell[]): Vector {
  if (isDecimal(type)) return toDecimalVector(arrow, type, cells as readonly (string | null)[]);
  const raw = rawTypes[type]?.(arrow);
  const vector = arrow.vectorFromArray(cells, raw ?? toArrowType[type](arrow));
  return raw === undefined ? vector : withType(arrow, vector, toArrowType[type](arrow));
}

const toRawVector = (arrow: Arrow, type: TableType, vector: Vector): Vector => {
  const raw = isDecimal(type) ? undefined : rawTypes[type]?.(arrow);
  return raw === undefined ? vector : withType(arrow, vector, raw);
};

const withType = (arrow: Arrow, vector: Vector, type: DataType): Vector =>
  new arrow.Vector(vector.data.map((data) => data.clone(type)));

function toTableType(arrow: Arrow, type: DataType): TableType {
  if (type instanceof arrow.Decimal) return toDecimalName(type);
  const found = Object.entries(toArrowType).find(([, toType]) => String(toType(arrow)) === String(type));
  if (found === undefined) throw new Error(`no table has a column of type ${type}`);
  return found[0] as UndividedType;
}

function toCell(arrow: Arrow, vector: Vector, row: number): Cell {
  const value: unknown = vector.get(row);
  if (typeof value !== 'object' || value === null) return (value ?? null) as Cell;
  return vector.type instanceof arrow.Decimal
    ? toDecimalText(value as Uint32Array, vector.type.scale)
    : [...(value as Iterable<string>)];
}
