// What a cast can do to the values of a file: nothing, or lose some of them. The drift report derives its classes from this.
import { type Digits, digitsOf, type LogicalType, logicalOf } from '../column-type.ts';
import { type DecimalType, fitsDecimal, isInteger, type ParquetType, toDigits } from '../file-schema.ts';
import { exactDecimalDigits } from '../values.ts';
import type { Cast } from './casts.ts';

/**
 * `safe`: every value arrives as it is. `lossy`: some value of the file's type becomes null or less exact. `breaking`: the file is refused.
 * Values that the plain type of a column loses, too, don't count: NaN, infinities, times outside the years 1 to 9999.
 */
export const effects = ['safe', 'lossy', 'breaking'] as const;
export type Effect = (typeof effects)[number];

/** The effect of a cast that the contract allows; a column that is absent loses nothing. */
export function effectOfCast({ to, from, decimal }: Pick<Cast, 'to' | 'from' | 'decimal'>): 'safe' | 'lossy' {
  return from === 'NULL' || keepsAll[logicalOf(to)]({ from, decimal, digits: digitsOf(to) }) ? 'safe' : 'lossy';
}

type Keeps = (cast: DecimalType & { readonly digits?: Digits | undefined }) => boolean;

const longestInteger = 18;
const longestInt32 = 9;
const keepsAsInteger: Keeps = ({ from, decimal }) => {
  const { precision, scale } = toDigits(decimal);
  if (from === 'DECIMAL') return scale === 0 && precision <= longestInteger;
  return isInteger(from) && from !== 'UINT64';
};

const keepsAll: Readonly<Record<LogicalType, Keeps>> = {
  int: keepsAsInteger,
  int32: ({ from, decimal }) => {
    const { precision, scale } = toDigits(decimal);
    if (from === 'DECIMAL') return scale === 0 && precision <= longestInt32;
    return isInteger(from) && !['INT64', 'UINT32', 'UINT64'].includes(from);
  },
  double: ({ from, decimal }) => {
    if (from === 'DECIMAL') return toDigits(decimal).precision <= exactDecimalDigits;
    // Beyond 2^53 not every integer is a double.
    return from === 'DOUBLE' || from === 'FLOAT' || (isInteger(from) && from !== 'INT64' && from !== 'UINT64');
  },
  decimal: ({ digits, ...file }) => digits !== undefined && fitsDecimal(file, digits),
  duration: ({ from }) => from === 'UINT8' || from === 'UINT16',
  boolean: ({ from }) => from === 'BOOLEAN',
  // Numbers become the text of an integer.
  string: (file) => file.from === 'STRING' || file.from === 'BOOLEAN' || keepsAsInteger(file),
  date: ({ from }) => from === 'DATE',
  // The nanoseconds of instants are cut.
  instant: ({ from }) => from === 'TIMESTAMP_MILLIS_UTC' || from === 'TIMESTAMP_MICROS_UTC',
  // A date has no time of day. Nanoseconds must be zero (INT96 has them, too), and in autumn two instants have one wall-clock time.
  timestamp: ({ from }) =>
    ['TIMESTAMP_MILLIS', 'TIMESTAMP_MICROS', 'TIMESTAMP_MILLIS_UNMARKED', 'TIMESTAMP_MICROS_UNMARKED'].includes(from),
};

/** How finely a type tells values apart, as far as the plain type does: of two of a kind, the one with the smaller figure holds less. */
const fineness: Readonly<Partial<Record<LogicalType, Partial<Record<ParquetType, number>>>>> = {
  double: { DOUBLE: 2, FLOAT: 1, INT8: 0, INT16: 0, INT32: 0, INT64: 0, UINT8: 0, UINT16: 0, UINT32: 0, UINT64: 0 },
  timestamp: {
    TIMESTAMP_NANOS: 2,
    TIMESTAMP_NANOS_UTC: 2,
    INT96: 2,
    TIMESTAMP_MICROS: 2,
    TIMESTAMP_MICROS_UTC: 2,
    TIMESTAMP_MICROS_UNMARKED: 2,
    TIMESTAMP_MILLIS: 1,
    TIMESTAMP_MILLIS_UTC: 1,
    TIMESTAMP_MILLIS_UNMARKED: 1,
    DATE: 0,
  },
};

/** Whether a column's writer has changed to a type that holds less than the one before: then the file itself has lost values. */
export function holdsLess(after: Pick<Cast, 'to' | 'from'>, before: Pick<Cast, 'from'>): boolean {
  if (after.from === before.from) return false;
  if (after.from === 'NULL') return true;
  const ranks = fineness[logicalOf(after.to)];
  const [rank, rankBefore] = [ranks?.[after.from], ranks?.[before.from]];
  return rank !== undefined && rankBefore !== undefined && rank < rankBefore;
}
