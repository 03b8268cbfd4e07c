// What a month's batch is expected to use, and what that costs. An estimate: bills show what it was.

export const prices = {
  /** BigQuery on demand, the first TiB of a month not taken off: https://cloud.google.com/bigquery/pricing, 2026-11. */
  usdPerTiBScanned: 6.25,
  /** Four cores and 16 GB on demand, e2-standard-4 in us-central1: https://cloud.google.com/compute/all-pricing, 2026-11. */
  usdPerNodeHour: 0.134,
} as const;

export const usage = {
  /** dbt and its tests read columns as BigQuery stores them, about ten times the bytes of the Parquet file, about twice. */
  bytesScannedPerFileByte: 20,
  /** Validation and etl by benchmarks/RESULTS.md: 5.3 s for 3,000,000 rows, about 45 MiB; dbt and training as much again. */
  podSecondsPerGiB: 240,
  /** Ten pods of a batch, each about 15 s until its program runs. */
  podSecondsPerMonth: 150,
} as const;
