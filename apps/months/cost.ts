// The expected cost of months, with what it rests on.
import { prices, usdPerNodeHour } from '../contract/prices.ts';
import { usage } from './usage.ts';

const bytesPerGiB = 2 ** 30;
const bytesPerTiB = 2 ** 40;

export interface Cost {
  /** Rounded up to a cent. */
  readonly usd: number;
  readonly assumptions: readonly string[];
}

/** Estimates what the batches of some files cost together. */
export function estimateCost(files: readonly { readonly bytes: number }[]): Cost {
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  const warehouseUsd = ((bytes * usage.bytesScannedPerFileByte) / bytesPerTiB) * prices.usdPerTiBScanned;
  const podSeconds = (bytes / bytesPerGiB) * usage.podSecondsPerGiB + files.length * usage.podSecondsPerMonth;
  const usd = warehouseUsd + (podSeconds / 3600) * usdPerNodeHour;
  return {
    usd: Math.ceil(usd * 100) / 100,
    assumptions: [
      'an estimate, not a bill',
      `BigQuery on demand at $${prices.usdPerTiBScanned} a TiB; dbt reads ${usage.bytesScannedPerFileByte} times a file's bytes`,
      `a node to itself at $${usdPerNodeHour.toFixed(3)} an hour; ${usage.podSecondsPerMonth} s a month and ${usage.podSecondsPerGiB} s a GiB`,
      'storage and traffic left out',
    ],
  };
}
