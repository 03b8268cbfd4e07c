// What a Parquet footer says of the values: sizes, codecs, and for each column its nulls, smallest and largest value. Only what may be trusted.
import type { ColumnMetaData, FileMetaData, ParquetParsers, Statistics } from 'hyparquet';
import type { FileColumn } from '../contract/file-schema.ts';
import { oneLine } from '../platform/one-line.ts';
import { compareValues, toValueText } from './statistics-value.ts';

export interface ColumnStatistics {
  /** Null where the writer has not counted. */
  readonly nulls: number | null;
  /** As text; null where no value is there, the writer says none, or its order can't be trusted. */
  readonly min: string | null;
  readonly max: string | null;
  /** Only a bound: the writer, or this program, has cut it. */
  readonly minIsCut?: true | undefined;
  readonly maxIsCut?: true | undefined;
}

export interface FooterStatistics {
  readonly rowGroups: number;
  /** Bytes of the pages as they are stored, and decompressed. */
  readonly compressed: number;
  readonly uncompressed: number;
  readonly createdBy: string | null;
  /** In order, such as SNAPPY. */
  readonly codecs: readonly string[];
  /** One for each top-level column, in the file's order. */
  readonly columns: readonly ColumnStatistics[];
}

export interface TopLevelColumn extends FileColumn {
  /** Its place among the column chunks of a row group; undefined where its statistics can't be read: it is nested. */
  readonly chunk: number | undefined;
}

const longestCreator = 100;

/** Leaves numbers and texts as they are stored: Dates have no microseconds. */
export const exactParsers = {
  timestampFromMilliseconds: (millis: bigint) => millis,
  timestampFromMicroseconds: (micros: bigint) => micros,
  timestampFromNanoseconds: (nanos: bigint) => nanos,
  dateFromDays: (days: number) => days,
  stringFromBytes: (bytes: Uint8Array) => bytes,
} as unknown as Partial<ParquetParsers> as ParquetParsers;

/** Whoever writes a footer may have written anything into it. */
const toCount = (value: unknown): number | null => {
  const count = typeof value === 'bigint' ? Number(value) : Number.NaN;
  return Number.isSafeInteger(count) && count >= 0 ? count : null;
};

/** Sums up a file's row groups. The metadata must have been parsed by `exactParsers`. */
export function toStatistics(metadata: FileMetaData, columns: readonly TopLevelColumn[]): FooterStatistics {
  const chunks = metadata.row_groups.flatMap((group) => group.columns.flatMap(({ meta_data }) => meta_data ?? []));
  const sum = (of: (chunk: ColumnMetaData) => bigint) => chunks.reduce((total, chunk) => total + (toCount(of(chunk)) ?? 0), 0);
  return {
    rowGroups: metadata.row_groups.length,
    compressed: sum((chunk) => chunk.total_compressed_size),
    uncompressed: sum((chunk) => chunk.total_uncompressed_size),
    createdBy: typeof metadata.created_by === 'string' ? oneLine(metadata.created_by).slice(0, longestCreator) : null,
    codecs: [...new Set(chunks.flatMap(({ codec }) => codec ?? []))].sort(),
    columns: columns.map((column) => {
      const of = metadata.row_groups.map((group) =>
        column.chunk === undefined ? undefined : group.columns[column.chunk]?.meta_data,
      );
      return mergeStatistics(
        column,
        of.map((chunk) => toColumnStatistics(column, chunk)),
      );
    }),
  };
}

type Extreme = Pick<ColumnStatistics, 'min' | 'max' | 'minIsCut' | 'maxIsCut'>;
interface ChunkStatistics extends ColumnStatistics {
  /** Without any value it has no smallest one, and says nothing against those of others. */
  readonly isEmpty: boolean;
}

const unknown: ChunkStatistics = { nulls: null, min: null, max: null, isEmpty: false };

function toColumnStatistics(column: FileColumn, chunk: ColumnMetaData | undefined): ChunkStatistics {
  if (chunk?.statistics === undefined) return chunk?.num_values === 0n ? { ...unknown, nulls: 0, isEmpty: true } : unknown;
  const { statistics, num_values } = chunk;
  const nulls = toCount(statistics.null_count);
  return { nulls, ...toExtremes(column, statistics), isEmpty: nulls !== null && nulls === Number(num_values) };
}

function toExtremes(column: FileColumn, statistics: Statistics): Extreme {
  const none = { min: null, max: null };
  // Two fields that came first compared all bytes and numbers with a sign: only signed numbers are right there.
  const isOld = statistics.min_value === undefined && statistics.max_value === undefined;
  if (isOld && /^(UINT|STRING|DECIMAL)/.test(column.type)) return none;
  const [min, max] = isOld ? [statistics.min, statistics.max] : [statistics.min_value, statistics.max_value];
  const [low, high] = [toValueText(column, min), toValueText(column, max)];
  // NaN has no order: where it is one of the two, the other one is not to be trusted.
  if (low === undefined || high === undefined) return none;
  const isCut = (text: { isCut: boolean }, isExact: boolean | undefined) => text.isCut || isExact === false || undefined;
  return {
    min: low.text,
    max: high.text,
    minIsCut: isCut(low, statistics.is_min_value_exact) as true | undefined,
    maxIsCut: isCut(high, statistics.is_max_value_exact) as true | undefined,
  };
}

/** Of several row groups or files: unknown as soon as one that has values does not know. */
export function mergeStatistics(
  { type }: Pick<FileColumn, 'type'>,
  all: readonly (ColumnStatistics & { readonly isEmpty?: boolean })[],
): ColumnStatistics {
  const nulls = all.reduce<number | null>((sum, one) => (sum === null || one.nulls === null ? null : sum + one.nulls), 0);
  const filled = all.filter(({ isEmpty }) => !isEmpty);
  const extreme = (which: 'min' | 'max', sign: 1 | -1) => {
    if (filled.length === 0 || filled.some((one) => one[which] === null)) return { value: null };
    return filled
      .map((one) => ({ value: one[which] as string, isCut: which === 'min' ? one.minIsCut : one.maxIsCut }))
      .reduce((best, one) => (sign * compareValues(type, one.value, best.value) < 0 ? one : best));
  };
  const [min, max] = [extreme('min', 1), extreme('max', -1)];
  return {
    nulls,
    min: min.value,
    max: max.value,
    ...('isCut' in min && min.isCut ? { minIsCut: true } : {}),
    ...('isCut' in max && max.isCut ? { maxIsCut: true } : {}),
  };
}
