// The logical types of columns. Each engine and file format turns them into types of its own.

import { didYouMean } from './did-you-mean.ts';

/** One word for each; tables of what becomes of the types have these keys. */
export const logicalTypes = [
  'int',
  'int32',
  'double',
  'decimal',
  'duration',
  'boolean',
  'string',
  'date',
  'timestamp',
  'instant',
] as const;
export type LogicalType = (typeof logicalTypes)[number];

export type PlainType = Exclude<LogicalType, 'decimal'>;
/** `decimal(10,2)`: 10 digits, 2 of them after the point. */
export type DecimalName = `decimal(${number},${number})`;
/** As a definition writes it. */
export type ColumnType = PlainType | DecimalName;

/** Whole numbers have 64 bits, those of `int32` 32. */
export const isWhole = (type: string): type is 'int' | 'int32' => type === 'int' || type === 'int32';

/** What can be summed up and compared with a number. */
export const numberTypes = ['int', 'int32', 'double', 'decimal', 'duration'] as const satisfies readonly LogicalType[];

/** How many digits a decimal has, and how many of them stand after the point. */
export interface Digits {
  readonly precision: number;
  readonly scale: number;
}

/** Every engine holds as many. */
export const mostDigits = 38;

export const isDecimal = (type: string): type is DecimalName => type.startsWith('decimal(');

export const logicalOf = (type: ColumnType): LogicalType => (isDecimal(type) ? 'decimal' : type);

/** The digits of a decimal whose definition has been checked; undefined for another type. */
export function digitsOf(type: DecimalName): Digits;
export function digitsOf(type: string): Digits | undefined;
export function digitsOf(type: string): Digits | undefined {
  if (!isDecimal(type)) return undefined;
  const [precision = Number.NaN, scale = Number.NaN] = type.slice('decimal('.length, -1).split(',').map(Number);
  return { precision, scale };
}

/** `int, double or decimal`. */
export const listTypes = (types: readonly LogicalType[]): string =>
  [types.slice(0, -1).join(', '), ...types.slice(-1)].filter((part) => part !== '').join(' or ');

/** What is wrong with a type; undefined where nothing is. */
export function findTypeProblem(type: string): string | undefined {
  const digits = digitsOf(type);
  if (!digits) {
    const known = logicalTypes.filter((name) => name !== 'decimal');
    return (known as string[]).includes(type)
      ? undefined
      : `type "${type}" is not known${didYouMean(type, known)}; ${ofDecimals}`;
  }
  const { precision, scale } = digits;
  const isRight = precision >= 1 && precision <= mostDigits && scale <= precision && /^decimal\(\d{1,2},\d{1,2}\)$/.test(type);
  return isRight ? undefined : `type "${type}": ${ofDecimals}`;
}

const ofDecimals = `a decimal is written decimal(10,2): 1 to ${mostDigits} digits, and how many of them stand after the point`;
