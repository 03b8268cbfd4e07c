// What Google Cloud takes for what a run uses, in USD: the one price table. Read by apps/costs and by the estimate of apps/months.

export const prices = {
  /** BigQuery on demand, the first TiB of a month not taken off: https://cloud.google.com/bigquery/pricing, 2026-11. */
  usdPerTiBScanned: 6.25,
  /** A core and a GiB of an e2 machine on demand in us-central1: https://cloud.google.com/compute/all-pricing, 2026-11. */
  usdPerCoreHour: 0.021811,
  usdPerGiBHour: 0.002923,
} as const;

/** A node that one step has to itself: four cores and 16 GiB, e2-standard-4. */
export const usdPerNodeHour = 4 * prices.usdPerCoreHour + 16 * prices.usdPerGiBHour;
