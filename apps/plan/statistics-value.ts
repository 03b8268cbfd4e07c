// One value of a footer's statistics as people read it, and the order of such texts.
import { type FileColumn, isInteger, type ParquetType } from '../contract/file-schema.ts';
import { exactDecimalDigits } from '../contract/values.ts';
import { toTimeText } from './time-text.ts';

const longestText = 40;
/** Writers cut long texts; older ones do not say so. */
const longestSureText = 63;
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

export interface ValueText {
  readonly text: string;
  /** A text that is longer than what is shown, or may be. */
  readonly isCut: boolean;
}

const whole = (text: string): ValueText => ({ text, isCut: false });

/** The value as text; undefined where there is none, or it can't be trusted. Times in UTC are not marked: the column's type says it. */
export function toValueText({ type, decimal }: Pick<FileColumn, 'type' | 'decimal'>, value: unknown): ValueText | undefined {
  if (type === 'STRING') return value instanceof Uint8Array ? toShortText(value) : undefined;
  if (isInteger(type)) return ['bigint', 'number'].includes(typeof value) ? whole(String(value)) : undefined;
  if (type.startsWith('TIMESTAMP_')) return typeof value === 'bigint' ? toShownTime(value, type) : undefined;
  switch (type) {
    case 'BOOLEAN':
      return typeof value === 'boolean' ? whole(String(value)) : undefined;
    case 'FLOAT':
    case 'DOUBLE':
      return typeof value === 'number' && !Number.isNaN(value) ? whole(toNumberText(type, value)) : undefined;
    case 'DATE':
      return typeof value === 'number' ? toDateText(value) : undefined;
    case 'DECIMAL': {
      // The parser divides by powers of ten: short ones come back exactly.
      const [precision = 0, scale = 0] = (decimal ?? '').split(',').map(Number);
      return typeof value === 'number' && precision <= exactDecimalDigits ? whole(value.toFixed(scale)) : undefined;
    }
    default:
      // The order of INT96 and of nested values is not defined.
      return undefined;
  }
}

/** A float has 24 bits: its shortest text is shorter than that of the double with the same value. */
function toNumberText(type: ParquetType, value: number): string {
  if (type === 'DOUBLE' || !Number.isFinite(value)) return String(value);
  for (let digits = 1; digits <= 9; digits += 1) {
    const text = value.toPrecision(digits);
    if (Math.fround(Number(text)) === value) return String(Number(text));
  }
  return String(value);
}

function toShortText(bytes: Uint8Array): ValueText | undefined {
  try {
    const text = utf8.decode(bytes.subarray(0, 4 * longestText), { stream: bytes.length > 4 * longestText });
    const characters = [...text];
    return characters.length > longestText
      ? { text: characters.slice(0, longestText).join(''), isCut: true }
      : { text, isCut: bytes.length > longestSureText };
  } catch {
    // What is left of a text that was cut within a character.
    return undefined;
  } finally {
    utf8.decode();
  }
}

/** Years of four digits alone, so that texts sort as the times do. */
function toShownTime(value: bigint, type: ParquetType): ValueText | undefined {
  const text = toTimeText(value, type.includes('MILLIS') ? 3 : type.includes('MICROS') ? 6 : 9);
  return text !== undefined && /^\d{4}-/.test(text) ? whole(text) : undefined;
}

const toDateText = (days: number): ValueText | undefined => {
  const text = toDate(days * 86_400_000)?.slice(0, 10);
  return text === undefined ? undefined : whole(text);
};

/** Years of four digits alone, so that texts sort as the times do. */
const toDate = (milliseconds: number): string | undefined =>
  milliseconds >= -62_167_219_200_000 && milliseconds < 253_402_300_800_000 ? new Date(milliseconds).toISOString() : undefined;

/** Below 0 where the first of two texts of `toValueText` is the smaller value. */
export function compareValues(type: ParquetType, one: string, other: string): number {
  const compare = <Value extends bigint | number | string>(a: Value, b: Value) => (a < b ? -1 : a > b ? 1 : 0);
  if (isInteger(type)) return compare(BigInt(one), BigInt(other));
  if (['FLOAT', 'DOUBLE', 'DECIMAL'].includes(type)) return compare(Number(one), Number(other));
  // As bytes of UTF-8: JavaScript's own order is another one beyond U+FFFF.
  if (type === 'STRING') return Buffer.compare(Buffer.from(one), Buffer.from(other));
  return compare(one, other);
}
