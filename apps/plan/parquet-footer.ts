// Reads what a Parquet file says of itself: rows, columns and types, from its last bytes alone.
import { type FileMetaData, parquetMetadata, type SchemaElement } from 'hyparquet';
import { deserializeTCompactProtocol } from 'hyparquet/src/thrift.js';
import type { FileColumn, ParquetType } from '../contract/file-schema.ts';
import { OutcomeError, UsageError } from '../platform/errors.ts';
import type { ObjectEnd, ObjectStorage } from '../platform/object-storage.ts';
import { openStorage } from '../platform/object-storage-open.ts';
import { toBytes } from '../platform/object-storage-read.ts';
import { baseName, toUri } from '../platform/uri.ts';
import { exactParsers, type FooterStatistics, type TopLevelColumn, toStatistics } from './footer-statistics.ts';

export interface Footer {
  readonly rows: number;
  readonly bytes: number;
  readonly columns: readonly FileColumn[];
}

export interface ReadFooter extends Footer {
  /** Of the object, as its storage names it, and when it last changed. */
  readonly version: string;
  readonly changedAt: number;
  readonly statistics: FooterStatistics;
}

/**
 * Real files have 9 KiB for schema and pandas' notes and 2.3 KiB a row group; pyarrow's row group has a million rows, some 16 MiB. A footer
 * that is larger takes a second read.
 */
const suffix = { usual: 24 * 1024, first: 12 * 1024, perRowGroup: 3 * 1024, rowGroup: 16 * 2 ** 20, most: 64 * 1024 };

/** How much of a file's end is read at once, by its size where that is known. */
const suffixOf = (bytes: number | undefined): number =>
  bytes === undefined
    ? suffix.usual
    : Math.min(suffix.first + suffix.perRowGroup * Math.ceil(bytes / suffix.rowGroup), suffix.most);

/** What a file's writer noted in its footer, by key. Throws as `readFooter`. */
export async function readNotes(pathOrUri: string): Promise<ReadonlyMap<string, string>> {
  const { metadata } = await readParsedFooter(pathOrUri, {});
  return new Map(metadata.key_value_metadata?.map(({ key, value }) => [key, value ?? '']));
}

/** Reads the footer of a file, in one request where its size is foreseen. Throws OutcomeError where it is no whole Parquet file, UsageError where there is none. */
export async function readFooter(pathOrUri: string, expected: { readonly bytes?: number } = {}): Promise<ReadFooter> {
  const { object, metadata, columns, statistics } = await readParsedFooter(pathOrUri, expected);
  return {
    rows: Number(metadata.num_rows),
    bytes: object.bytes,
    columns: columns.map(({ chunk: _, ...column }) => column),
    version: object.version,
    changedAt: object.changedAt,
    statistics,
  };
}

async function readParsedFooter(
  pathOrUri: string,
  expected: { readonly bytes?: number },
): Promise<ParsedFooter & Pick<ObjectEnd, 'object'>> {
  const uri = toUri(pathOrUri);
  const storage = openStorage(uri);
  const end = await storage.readEnd(uri, suffixOf(expected.bytes));
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
  const parsed = parseFooter(footer, refuse);
  const { metadata } = parsed;
  if (metadata.row_groups.some(({ columns }) => columns.some((chunk) => chunk.crypto_metadata !== undefined))) throw encrypted();
  if (lastDataByte(metadata) > object.bytes)
    throw refuse(`its footer names data up to byte ${lastDataByte(metadata)}, but it has ${object.bytes}`);
  return { object, ...parsed };
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
async function readFooterBytes(storage: ObjectStorage, { object, bytes }: ObjectEnd): Promise<Uint8Array> {
  const length = viewOf(bytes).getUint32(bytes.length - 8, true) + 8;
  if (length <= bytes.length || length > object.bytes) return bytes;
  const start = await toBytes(storage.read(object, { from: object.bytes - length, to: object.bytes - bytes.length }));
  return Buffer.concat([start, bytes]);
}

const viewOf = ({ buffer, byteOffset, byteLength }: Uint8Array): DataView => new DataView(buffer, byteOffset, byteLength);

interface ParsedFooter {
  readonly metadata: FileMetaData;
  readonly columns: readonly TopLevelColumn[];
  readonly statistics: FooterStatistics;
}

/** Whatever a damaged footer makes of the parser, or of what reads its result, it is the file's fault. */
function parseFooter(footer: Uint8Array, refuse: (why: string) => OutcomeError): ParsedFooter {
  try {
    const metadata = parquetMetadata(footer, { geoparquet: false, parsers: exactParsers });
    const columns = toTopLevel(withExactNames(metadata.schema, footer));
    return { metadata, columns, statistics: toStatistics(metadata, columns) };
  } catch (error) {
    const { message } = error as Error;
    const isCut = message === 'parquet file invalid (footer != PAR1)';
    throw refuse(isCut ? 'it does not end with PAR1, so its end is missing' : message);
  }
}

/** Hyparquet leaves out a byte-order mark before a name; engines keep it, and know the column by no other name. */
function withExactNames(schema: readonly SchemaElement[], footer: Uint8Array): SchemaElement[] {
  if (!Buffer.from(footer.buffer, footer.byteOffset, footer.byteLength).includes('\uFEFF')) return [...schema];
  const view = viewOf(footer);
  const offset = footer.length - 8 - view.getUint32(footer.length - 8, true);
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
function toTopLevel(schema: readonly SchemaElement[]): TopLevelColumn[] {
  const columns: TopLevelColumn[] = [];
  let chunks = 0;
  for (let index = 1; index < schema.length; ) {
    const element = schema[index] as SchemaElement;
    const isNested = Boolean(element.num_children) || element.repetition_type === 'REPEATED';
    const type = isNested ? 'OTHER' : toParquetType(element);
    const decimal = type === 'DECIMAL' ? { decimal: `${element.precision ?? 0},${element.scale ?? 0}` } : {};
    if (typeof element.name !== 'string') throw new Error(`column ${index} of its footer has no name`);
    // Without the old annotation the parser takes a decimal's statistics for whole numbers.
    const isLegible = !isNested && (type !== 'DECIMAL' || element.converted_type === 'DECIMAL');
    columns.push({ name: element.name, type, ...decimal, chunk: isLegible ? chunks : undefined });
    const next = afterSubtree(schema, index);
    chunks += schema.slice(index, next).filter((part) => part.type !== undefined).length;
    index = next;
  }
  return columns;
}

function afterSubtree(schema: readonly SchemaElement[], index: number): number {
  let next = index + 1;
  for (let child = 0; child < (schema[index]?.num_children ?? 0) && next < schema.length; child++)
    next = afterSubtree(schema, next);
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
