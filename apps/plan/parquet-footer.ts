// Reads what a Parquet file says of itself: rows, columns and types, from its last bytes alone.
import { type FileMetaData, parquetMetadata, type SchemaElement } from 'hyparquet';
import { deserializeTCompactProtocol } from 'hyparquet/src/thrift.js';
import type { FileColumn, ParquetType } from '../contract/file-schema.ts';
import { OutcomeError, UsageError } from '../platform/errors.ts';
import type { ObjectEnd, ObjectStorage } from '../platform/object-storage.ts';
import { openStorage } from '../platform/object-storage-open.ts';
import { toBytes } from '../platform/object-storage-read.ts';
import { baseName, toUri } from '../platform/uri.ts';

export interface Footer {
  readonly rows: number;
  readonly bytes: number;
  readonly columns: readonly FileColumn[];
}

/** Enough for the footer of a monthly file; a larger one takes a second read. */
const suffixBytes = 32 * 1024;

/** Reads the footer of a file. Throws OutcomeError where it is no whole Parquet file, UsageError where there is none. */
export async function readFooter(pathOrUri: string): Promise<Footer> {
  const uri = toUri(pathOrUri);
  const storage = openStorage(uri);
  const end = await storage.readEnd(uri, suffixBytes);
  if (end === undefined) throw new UsageError(`${uri}: no such file`);
  const { object } = end;
  const refuse = (why: string, next = 'fetch it again') =>
    new OutcomeError(`${baseName(uri)}: not a whole Parquet file: ${why}; ${next}`);
  const encrypted = () => new OutcomeError(`${baseName(uri)}: the file is encrypted; write it without Parquet's encryption`);
  if (object.bytes === 0) throw refuse('it is empty');
  const [first, last] = await readMagic(storage, end);
  if ([first, last].includes('PARE')) throw encrypted();
  if (first?.startsWith('\x1f\x8b'))
    throw refuse('all of it is compressed by gzip', 'decompress it, and upload it without "Content-Encoding: gzip"');
  if (object.bytes < 12 || (first !== undefined && first !== 'PAR1')) throw refuse('it does not begin with PAR1');
  const footer = await readFooterBytes(storage, end);
  const metadata = parseFooter(footer, refuse);
  if (metadata.row_groups.some(({ columns }) => columns.some((chunk) => chunk.crypto_metadata !== undefined))) throw encrypted();
  if (lastDataByte(metadata) > object.bytes)
    throw refuse(`its footer names data up to byte ${lastDataByte(metadata)}, but it has ${object.bytes}`);
  return { rows: Number(metadata.num_rows), bytes: object.bytes, columns: toColumns(withExactNames(metadata.schema, footer)) };
}

/** The first and last four bytes. A bucket is asked once more only if the last are wrong: what begins wrongly there is found when it is read. */
async function readMagic(
  storage: ObjectStorage,
  { object, bytes }: ObjectEnd,
): Promise<readonly [first: string | undefined, last: string]> {
  const toText = (part: Uint8Array) => Buffer.from(part).toString('latin1');
  const last = toText(bytes.subarray(-4));
  if (bytes.length === object.bytes) return [toText(bytes.subarray(0, 4)), last];
  const isCheap = object.uri.startsWith('file:') || last !== 'PAR1';
  return [isCheap ? toText(await toBytes(storage.read(object, { to: 4 }))) : undefined, last];
}

/** The end of the file, from where its metadata begin. */
async function readFooterBytes(storage: ObjectStorage, { object, bytes }: ObjectEnd): Promise<ArrayBuffer> {
  const suffix = toArrayBuffer(bytes);
  const length = new DataView(suffix).getUint32(suffix.byteLength - 8, true) + 8;
  if (length <= suffix.byteLength || length > object.bytes) return suffix;
  return toArrayBuffer(await toBytes(storage.read(object, { from: object.bytes - length })));
}

const toArrayBuffer = (bytes: Uint8Array): ArrayBuffer => new Uint8Array(bytes).buffer;

function parseFooter(footer: ArrayBuffer, refuse: (why: string) => OutcomeError): FileMetaData {
  try {
    return parquetMetadata(footer, { geoparquet: false });
  } catch (error) {
    const { message } = error as Error;
    const isCut = message === 'parquet file invalid (footer != PAR1)';
    throw refuse(isCut ? 'it does not end with PAR1, so its end is missing' : message);
  }
}

/** Hyparquet leaves out a byte-order mark before a name; engines keep it, and know the column by no other name. */
function withExactNames(schema: readonly SchemaElement[], footer: ArrayBuffer): SchemaElement[] {
  if (!Buffer.from(footer).includes('\uFEFF')) return [...schema];
  const view = new DataView(footer);
  const offset = footer.byteLength - 8 - view.getUint32(footer.byteLength - 8, true);
  const elements = deserializeTCompactProtocol({ view, offset }).field_2 as { field_4: Uint8Array }[];
  return schema.map((element, index) => ({ ...element, name: exactText.decode(elements[index]?.field_4) }));
}

const exactText = new TextDecoder('utf-8', { ignoreBOM: true });

function lastDataByte(metadata: FileMetaData): number {
  const chunks = metadata.row_groups.flatMap((group) => group.columns.flatMap((chunk) => chunk.meta_data ?? []));
  const ends = chunks.map(
    (chunk) => Number(chunk.dictionary_page_offset ?? chunk.data_page_offset) + Number(chunk.total_compressed_size),
  );
  return ends.reduce((last, end) => Math.max(last, end), 0);
}

/** The top-level columns; a nested one is one column of type OTHER. */
function toColumns(schema: readonly SchemaElement[]): FileColumn[] {
  const columns: FileColumn[] = [];
  for (let index = 1; index < schema.length; ) {
    const element = schema[index] as SchemaElement;
    const type = element.num_children || element.repetition_type === 'REPEATED' ? 'OTHER' : toParquetType(element);
    const decimal = type === 'DECIMAL' ? { decimal: `${element.precision ?? 0},${element.scale ?? 0}` } : {};
    columns.push({ name: element.name, type, ...decimal });
    index = afterSubtree(schema, index);
  }
  return columns;
}

function afterSubtree(schema: readonly SchemaElement[], index: number): number {
  let next = index + 1;
  for (let child = 0; child < (schema[index]?.num_children ?? 0); child++) next = afterSubtree(schema, next);
  return next;
}

/** The one name of a physical type and its annotations, old (`converted_type`) or new (`logical_type`). */
export function toParquetType(element: SchemaElement): ParquetType {
  const { logical_type: logical, converted_type: converted } = element;
  if (logical?.type === 'NULL') return 'NULL';
  switch (element.type) {
    case 'BOOLEAN':
    case 'FLOAT':
    case 'DOUBLE':
    case 'INT96':
      return element.type;
    case 'INT32':
    case 'INT64':
      if (logical?.type === 'TIMESTAMP') return `TIMESTAMP_${logical.unit}${logical.isAdjustedToUTC ? '_UTC' : ''}`;
      if (logical?.type === 'INTEGER') return `${logical.isSigned ? '' : 'U'}INT${logical.bitWidth}` as ParquetType;
      if (logical?.type === 'DATE' || converted === 'DATE') return 'DATE';
      if (logical?.type === 'DECIMAL' || converted === 'DECIMAL') return 'DECIMAL';
      if (converted === 'TIMESTAMP_MILLIS' || converted === 'TIMESTAMP_MICROS') return `${converted}_UNMARKED`;
      if (converted !== undefined) return /^U?INT_\d+$/.test(converted) ? (converted.replace('_', '') as ParquetType) : 'OTHER';
      return logical === undefined ? element.type : 'OTHER';
    case 'BYTE_ARRAY':
      if (logical?.type === 'DECIMAL' || converted === 'DECIMAL') return 'DECIMAL';
      // Old writers leave text without an annotation.
      return logical === undefined || logical.type === 'STRING' || logical.type === 'ENUM' ? 'STRING' : 'OTHER';
    case 'FIXED_LEN_BYTE_ARRAY':
      return logical?.type === 'DECIMAL' || converted === 'DECIMAL' ? 'DECIMAL' : 'OTHER';
    default:
      return 'OTHER';
  }
}
