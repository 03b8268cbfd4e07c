// The rows of a month's file as the loader sees them: cast columns, flags of failed casts, and whether a row goes to triage.
import type { Dataset } from '../contract/dataset.ts';
import type { Cast } from '../contract/derive/casts.ts';
import { doubtfulColumns, toCastColumns } from '../contract/derive/queries.ts';
import { triageColumns } from '../contract/names.ts';
import { duckdb } from '../plan/duckdb-dialect.ts';
import { quoteText } from '../platform/duckdb.ts';

export interface MonthFacts {
  readonly dataset: Dataset;
  readonly casts: readonly Cast[];
  /** The first day of the month of the file's name. */
  readonly month: string;
  /** By the footer. */
  readonly rows: number;
  /** The run's clock, as `toClock` gives it. */
  readonly asOf: string;
}

/** The text of a value that can't be cast, else null; undefined for floating-point numbers, where it is NaN or known by its count. */
export function failedText(casts: readonly Cast[], column: string): string | undefined {
  const cast = casts.find((one) => one.column === column);
  return cast?.source == null || cast.from === 'DOUBLE' || cast.from === 'FLOAT' ? undefined : duckdb.name(`failed ${column}`);
}

/** The SELECT list of all rows. `sqlOf` gives the SQL of a file's column by its name there. */
export function toMonthColumns({ casts, month }: MonthFacts, sqlOf: (source: string) => string): string[] {
  const doubtful = doubtfulColumns([casts], duckdb);
  const texts = casts.flatMap((cast) => {
    const name = failedText(casts, cast.column);
    if (name === undefined || cast.source === null) return [];
    const { failed } = duckdb.cast(sqlOf(cast.source), cast);
    return failed === undefined
      ? []
      : [`CASE WHEN ${failed} THEN left(CAST(${sqlOf(cast.source)} AS VARCHAR), 200) END AS ${name}`];
  });
  const firstDay = `${duckdb.dateOfText(quoteText(month))} AS ${duckdb.name(triageColumns.month)}`;
  return [...toCastColumns(duckdb, { casts, doubtful, sqlOf }), ...texts, firstDay];
}

/** A sample has at least this many rows, where the file has. */
const sampledRows = 50_000;

/**
 * A condition that takes about 50,000 of the rows, by what they hold: rows that are alike are in the sample together, so that repeated rows
 * show in it. `true` for a file with less than twice as many rows.
 */
export function toSampleCondition({ dataset, casts, rows }: MonthFacts, sqlOf: (source: string) => string): string {
  const every = 2 ** Math.max(0, Math.floor(Math.log2(rows / sampledRows)));
  if (every === 1) return 'true';
  const { pickup, dropoff, fare } = dataset.roles;
  const sources = casts.filter(({ column }) => [pickup, dropoff, fare].includes(column)).flatMap(({ source }) => source ?? []);
  return `hash(${sources.map(sqlOf).join(', ')}) % ${every} = 0`;
}
