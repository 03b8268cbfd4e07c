// CRC-64/NVME, the checksum that S3 gives to objects of many parts. Node has none. A step takes eight bytes, by eight tables, each of which is
// two halves: JavaScript's integers have 32 bits.

/** Bits reversed. */
const [polynomialHigh, polynomialLow] = [0x9a6c9329, 0xac4bc9b5];
const bytesOfStep = 8;
const entries = 256;

export interface Crc64 {
  readonly high: number;
  readonly low: number;
}

export const noBytes: Crc64 = { high: 0, low: 0 };

/** The checksum of bytes, after those that `before` is the checksum of; about 0.7 GB/s. */
export function crc64Nvme(bytes: Uint8Array, before: Crc64): Crc64 {
  const { highs, lows } = getTables();
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let [high, low] = [~before.high, ~before.low];
  let at = 0;
  for (const last = bytes.length - bytesOfStep; at <= last; at += bytesOfStep) {
    const first = low ^ view.getInt32(at, true);
    const second = high ^ view.getInt32(at + 4, true);
    // The entry of each byte, in the table of how many bytes follow it.
    const a = (7 * entries) | (first & 0xff);
    const b = (6 * entries) | ((first >>> 8) & 0xff);
    const c = (5 * entries) | ((first >>> 16) & 0xff);
    const d = (4 * entries) | (first >>> 24);
    const e = (3 * entries) | (second & 0xff);
    const f = (2 * entries) | ((second >>> 8) & 0xff);
    const g = entries | ((second >>> 16) & 0xff);
    const h = second >>> 24;
    high = of(highs, a) ^ of(highs, b) ^ of(highs, c) ^ of(highs, d) ^ of(highs, e) ^ of(highs, f) ^ of(highs, g) ^ of(highs, h);
    low = of(lows, a) ^ of(lows, b) ^ of(lows, c) ^ of(lows, d) ^ of(lows, e) ^ of(lows, f) ^ of(lows, g) ^ of(lows, h);
  }
  for (; at < bytes.length; at += 1) {
    const entry = (low ^ view.getUint8(at)) & 0xff;
    low = ((low >>> 8) | (high << 24)) ^ of(lows, entry);
    high = (high >>> 8) ^ of(highs, entry);
  }
  return { high: ~high, low: ~low };
}

const of = (table: Int32Array, entry: number): number => table[entry] as number;

let tables: { readonly highs: Int32Array; readonly lows: Int32Array } | undefined;

/** Made when they are first needed. */
function getTables() {
  tables ??= makeTables();
  return tables;
}

function makeTables() {
  const [highs, lows] = [new Int32Array(bytesOfStep * entries), new Int32Array(bytesOfStep * entries)];
  for (let entry = 0; entry < entries; entry += 1) {
    let [high, low] = [0, entry];
    for (let bit = 0; bit < 8; bit += 1) {
      const odd = low & 1;
      low = (low >>> 1) | (high << 31);
      high >>>= 1;
      if (odd) [high, low] = [high ^ polynomialHigh, low ^ polynomialLow];
    }
    [highs[entry], lows[entry]] = [high, low];
  }
  for (let index = entries; index < highs.length; index += 1) {
    const [high, low] = [of(highs, index - entries), of(lows, index - entries)];
    highs[index] = (high >>> 8) ^ of(highs, low & 0xff);
    lows[index] = ((low >>> 8) | (high << 24)) ^ of(lows, low & 0xff);
  }
  return { highs, lows };
}
