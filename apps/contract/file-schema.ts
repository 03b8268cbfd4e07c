// How a Parquet file's columns are described, in Parquet's own terms, and which of them can become which logical type.
import type { LogicalType } from './dataset.ts';

export const parquetTypes = [
  'BOOLEAN',
  'INT8',
  'INT16',
  'INT32',
  'INT64',
  'UINT8',
  'UINT16',
  'UINT32',
  'UINT64',
  'FLOAT',
  'DOUBLE',
  'DECIMAL',
  'STRING',
  'DATE',
  'TIMESTAMP_MILLIS',
  'TIMESTAMP_MICROS',
  'TIMESTAMP_NANOS',
  'TIMESTAMP_MILLIS_UTC',
  'TIMESTAMP_MICROS_UTC',
  'TIMESTAMP_NANOS_UTC',
  // By writers before 2019, whose annotation does not say whether the time is an instant: taken as it is.
  'TIMESTAMP_MILLIS_UNMARKED',
  'TIMESTAMP_MICROS_UNMARKED',
  'INT96',
  'NULL',
  'OTHER',
] as const;

export type ParquetType = (typeof parquetTypes)[number];

export interface FileColumn {
  readonly name: string;
  readonly type: ParquetType;
  /** `precision,scale` of a DECIMAL. */
  readonly decimal?: string | undefined;
}

const integers: readonly ParquetType[] = ['INT8', 'INT16', 'INT32', 'INT64', 'UINT8', 'UINT16', 'UINT32', 'UINT64'];
const numbers: readonly ParquetType[] = [...integers, 'FLOAT', 'DOUBLE', 'DECIMAL', 'STRING', 'BOOLEAN', 'NULL'];
const times: readonly ParquetType[] = [
  ...parquetTypes.filter((type) => type.startsWith('TIMESTAMP_')),
  'DATE',
  'INT96',
  'STRING',
  'NULL',
];

/** The Parquet types that each logical type is read from, value by value; a file with another type is refused. */
export const readableAs: Readonly<Record<LogicalType, readonly ParquetType[]>> = {
  // No boolean is a number: each value of such a column fails its cast.
  int: numbers,
  double: numbers,
  // Writers give a column without any value an integer, double or boolean type, text columns too.
  string: numbers,
  // 0 and 1 alone; texts as values.ts says.
  boolean: numbers.filter((type) => type !== 'DECIMAL'),
  // The day of a midnight.
  date: times,
  timestamp: times,
};

/** How a writer types a column that knows what it is. */
export const plainTypes = {
  int: 'INT64',
  double: 'DOUBLE',
  boolean: 'BOOLEAN',
  string: 'STRING',
  date: 'DATE',
  timestamp: 'TIMESTAMP_MICROS',
} as const satisfies Record<LogicalType, ParquetType>;

export const isInteger = (type: ParquetType): boolean => integers.includes(type);
