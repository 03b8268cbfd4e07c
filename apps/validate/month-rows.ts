// The rows of a month's file as the loader sees them: cast columns, flags of failed casts, and whether a row goes to triage.
import { columnOf, type Dataset } from '../contract/dataset.ts';
import type { Cast } from '../contract/derive/casts.ts';
import { doubtfulColumns, toCastColumns } from '../contract/derive/queries.ts';
import { triageColumns } from '../contract/names.ts';
import { mayShow, notShown } from '../contract/personal.ts';
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

/** The SQL of a file's column by its name there. */
export type SqlOf = (source: string) => string;

const [fileRow, isSampled] = ['file row', 'is sampled'].map(duckdb.name) as [string, string];

/** Names of a column's failed casts among all rows: a flag, which may be null where nothing failed, and the value's text. */
export const failedFlag = (column: string): string => duckdb.name(`failed ${column}`);
const failedText = (column: string): string => duckdb.name(`failed text ${column}`);

/** At most five texts of values that can't be cast; undefined for floating-point numbers, where it is NaN or known by its count. */
export function failedSamples({ dataset, casts }: MonthFacts, column: string): string | undefined {
  const cast = casts.find((one) => one.column === column);
  if (cast === undefined || cast.source === null || isFloat(cast)) return undefined;
  return mayShow(dataset, column) ? `min(${failedText(column)}, 5)` : `[${quoteText(notShown)}]`;
}

const isFloat = ({ from }: Cast): boolean => from === 'DOUBLE' || from === 'FLOAT';

/** A FROM clause of the rows of another as the loader sees them: cast columns, flags of failed casts, the month. */
export function toLoadedRows({ casts, month }: MonthFacts, from: string, sqlOf: SqlOf): string {
  const firstDay = `${duckdb.dateOfText(quoteText(month))} AS ${duckdb.name(triageColumns.month)}`;
  const columns = toCastColumns(duckdb, { casts, doubtful: doubtfulColumns([casts], duckdb), sqlOf });
  return `(SELECT ${[...columns, firstDay].join(', ')} ${from}) AS loaded_rows`;
}

/** The SELECT list of all rows: cast columns, flags and texts of failed casts, and whether a row is in the sample. */
export function toScanColumns(facts: MonthFacts, sqlOf: SqlOf): string[] {
  const failures = facts.casts.flatMap((cast) => {
    if (cast.source === null) return [];
    const source = sqlOf(cast.source);
    const { failed } = duckdb.cast(source, cast);
    if (failed === undefined) return [];
    // A third of the time of the loader's flag, which is never null.
    const flag = isFloat(cast) && cast.to === 'double' ? `NOT isfinite(${source})` : failed;
    const text = `CASE WHEN ${failed} THEN left(CAST(${source} AS VARCHAR), 200) END AS ${failedText(cast.column)}`;
    return [`${flag} AS ${failedFlag(cast.column)}`, ...(mayShow(facts.dataset, cast.column) ? [text] : [])];
  });
  const row = toSources(facts).map((source, place) => `${fieldOf(place)}: ${sqlOf(source)}`);
  return [
    ...toCastColumns(duckdb, { casts: facts.casts, doubtful: [], sqlOf }),
    ...failures,
    `{${row.join(', ')}} AS ${fileRow}`,
    `${toSampleCondition(facts, sqlOf)} AS ${isSampled}`,
  ];
}

/** Collects the sample's rows, as they are in the file. */
export const sampledRows = `list(${fileRow}) FILTER (WHERE ${isSampled})`;

/** A FROM clause of the sample as the loader sees it; `rows` is the SQL of what `sampledRows` gave. */
export function toSample(facts: MonthFacts, rows: string): string {
  const sources = toSources(facts);
  return toLoadedRows(facts, `FROM (SELECT unnest(${rows}) AS row)`, (source) => `row.${fieldOf(sources.indexOf(source))}`);
}

const toSources = ({ casts }: MonthFacts): string[] => [...new Set(casts.flatMap(({ source }) => source ?? []))];
const fieldOf = (place: number): string => `field${place}`;

/** Whether all rows are judged by the rules: a sample of these would be no faster. */
export const isJudgedWhole = ({ rows }: MonthFacts): boolean => rows < 100_000;

/** A sample has at least so many rows, and about twice as many at most. */
const fewestSampled = 20_000;

/** A condition that takes the sample by what the rows hold: rows that are alike are in it together, so that repeated rows show in it. */
function toSampleCondition({ dataset, casts, rows }: MonthFacts, sqlOf: SqlOf): string {
  const every = 2 ** Math.max(0, Math.floor(Math.log2(rows / fewestSampled)));
  // Times and one measured number tell rows apart, and are quick to read.
  const measured = dataset.must?.find((name) => columnOf(dataset, name).type === 'double');
  const told = [dataset.time.at, dataset.time.until, measured];
  const sources = casts.filter(({ column }) => told.includes(column)).flatMap(({ source }) => source ?? []);
  return `hash(${sources.map(sqlOf).join(', ')}) % ${every} = 0`;
}
