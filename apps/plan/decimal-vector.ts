// Decimals as Arrow stores them, 128 bits each, and as texts such as `-12.30`: Arrow's own library leaves them as words of 32 bits.
import type { Vector } from 'apache-arrow';
import { type DecimalName, digitsOf } from '../contract/column-type.ts';

type Arrow = typeof import('apache-arrow');

const wordsOfValue = 4;

export function toDecimalType(arrow: Arrow, type: DecimalName): InstanceType<Arrow['Decimal']> {
  const { precision, scale } = digitsOf(type);
  return new arrow.Decimal(scale, precision, 128);
}

export const toDecimalName = ({ precision, scale }: InstanceType<Arrow['Decimal']>): DecimalName =>
  `decimal(${precision},${scale})`;

/** Texts with as many digits after the point as the type has, or null. */
export function toDecimalVector(arrow: Arrow, type: DecimalName, texts: readonly (string | null)[]): Vector {
  const data = new Uint32Array(texts.length * wordsOfValue);
  const nullBitmap = new Uint8Array(Math.ceil(texts.length / 8));
  for (const [place, text] of texts.entries()) {
    if (text === null) continue;
    nullBitmap[place >> 3] = (nullBitmap[place >> 3] ?? 0) | (1 << (place & 7));
    const value = BigInt.asUintN(128, BigInt(text.replace('.', '')));
    for (let word = 0; word < wordsOfValue; word += 1)
      data[place * wordsOfValue + word] = Number((value >> BigInt(32 * word)) & 0xffff_ffffn);
  }
  const nullCount = texts.filter((text) => text === null).length;
  const made = arrow.makeData({ type: toDecimalType(arrow, type), length: texts.length, nullCount, nullBitmap, data });
  return new arrow.Vector([made]);
}

/** A value of such a vector as text. */
export function toDecimalText(words: Uint32Array, scale: number): string {
  const value = BigInt.asIntN(
    128,
    [...words].reduceRight((sum, word) => (sum << 32n) | BigInt(word), 0n),
  );
  const digits = String(value < 0n ? -value : value).padStart(scale + 1, '0');
  const [whole, fraction] = [digits.slice(0, digits.length - scale), digits.slice(digits.length - scale)];
  return `${value < 0n ? '-' : ''}${whole}${scale === 0 ? '' : `.${fraction}`}`;
}
