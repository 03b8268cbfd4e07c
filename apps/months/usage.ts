// What a month's batch is expected to use. An estimate: apps/costs says what it was.

export const usage = {
  /** dbt and its tests read columns as BigQuery stores them, about ten times the bytes of the Parquet file, about twice. */
  bytesScannedPerFileByte: 20,
  /** Validation and etl by benchmarks/RESULTS.md: 5.3 s for 3,000,000 rows, about 45 MiB; dbt and training as much again. */
  podSecondsPerGiB: 240,
  /** Ten pods of a batch, each about 15 s until its program runs. */
  podSecondsPerMonth: 150,
} as const;
