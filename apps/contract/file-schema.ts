// How a Parquet file's columns are described, in Parquet's own terms, and which of them can become which logical type.
import type { Digits, LogicalType } from './column-type.ts';

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

/** How many digits the longest value of each has. */
export const digitsOfInteger = {
  INT8: 3,
  INT16: 5,
  INT32: 10,
  INT64: 19,
  UINT8: 3,
  UINT16: 5,
  UINT32: 10,
  UINT64: 20,
} as const satisfies Partial<Record<ParquetType, number>>;

const numbers: readonly ParquetType[] = [
  ...(Object.keys(digitsOfInteger) as (keyof typeof digitsOfInteger)[]),
  'FLOAT',
  'DOUBLE',
  'DECIMAL',
  'STRING',
  'BOOLEAN',
  'NULL',
];
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
  int32: numbers,
  double: numbers,
  decimal: numbers,
  duration: numbers,
  // Writers give a column without any value an integer, double or boolean type, text columns too.
  string: numbers,
  // 0 and 1 alone; texts as values.ts says.
  boolean: numbers.filter((type) => type !== 'DECIMAL'),
  // The day of a midnight.
  date: times,
  timestamp: times,
  // Of a time without a zone nobody knows which instant it is.
  instant: [...times.filter((type) => type.endsWith('_UTC')), 'STRING', 'NULL'],
};

/** How a writer types a column that knows what it is. */
export const plainTypes = {
  int: 'INT64',
  int32: 'INT32',
  double: 'DOUBLE',
  decimal: 'DECIMAL',
  duration: 'DOUBLE',
  boolean: 'BOOLEAN',
  string: 'STRING',
  date: 'DATE',
  timestamp: 'TIMESTAMP_MICROS',
  instant: 'TIMESTAMP_MICROS_UTC',
} as const satisfies Record<LogicalType, ParquetType>;

export const isInteger = (type: ParquetType): type is keyof typeof digitsOfInteger => Object.hasOwn(digitsOfInteger, type);

/** What is known of a file's column of numbers. */
export interface DecimalType {
  readonly from: ParquetType;
  readonly decimal?: string | undefined;
}

/** Of `precision,scale`; NaN where they are not known. */
export function toDigits(decimal = ''): Digits {
  const [precision = Number.NaN, scale = Number.NaN] = decimal.split(',').map(Number);
  return { precision, scale };
}

/** Whether every value of a file's whole numbers or decimals is a decimal of so many digits. */
export function fitsDecimal({ from, decimal }: DecimalType, { precision, scale }: Digits): boolean {
  const has = isInteger(from) ? { precision: digitsOfInteger[from], scale: 0 } : toDigits(decimal);
  return scale >= has.scale && precision - scale >= has.precision - has.scale;
}
