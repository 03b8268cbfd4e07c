// What a Parquet or CSV file holds, column by column: shares and figures from which a first definition is proposed.
import type { DuckDBConnection } from '@duckdb/node-api';
import type { Files } from '../../apps/contract/dataset.ts';
import { instantText, integerText, numberText, timestampText } from '../../apps/contract/values.ts';
import { blameOnFile, literalGlob, quoteName, quoteText, scanParquet } from '../../apps/platform/duckdb.ts';
import { mailText } from './looks-personal.ts';

export interface ColumnProfile {
  /** As the file spells it. */
  readonly name: string;
  /** DuckDB's name of the type; VARCHAR of every CSV column. */
  readonly type: string;
  /** Values that are not null. */
  readonly values: number;
  readonly distinct: number;
  /** Of the values, how many read as each. */
  readonly reads: Readonly<Record<Reading, number>>;
  /** The most frequent values with their counts, the most frequent first; of columns with few distinct values. */
  readonly common: readonly { readonly value: string; readonly count: number }[];
}

export const readings = ['int', 'double', 'boolean', 'date', 'timestamp', 'zeroFirst', 'mail'] as const;
type Reading = (typeof readings)[number];

export interface Range {
  readonly low: number;
  readonly high: number;
  /** Of the values, how many lie between the two. */
  readonly inside: number;
}

export interface FileProfile {
  readonly rows: number;
  readonly columns: readonly ColumnProfile[];
}

/** More distinct values than these are no list of codes. */
export const mostCodes = 20;

const texts = /^(VARCHAR|ENUM)/;
const numbers = /^(U?(TINY|SMALL|BIG|HUGE)INT|U?INTEGER|FLOAT|DOUBLE|DECIMAL)/;
const whole = /INT/;

/** Words that writers put where a value is missing. */
const nullWords = ['NA', 'N/A', 'NULL', 'null', 'NaN', '\\N', '-', ' '];

/** How a file is written; nothing of Parquet. */
export type Writing = Pick<Files, 'csv' | 'nulls'>;

/**
 * Copies the file into the table `file` of the connection, so that each figure is a scan of columns alone. Returns how it is written. Throws
 * OutcomeError where it can't be read.
 */
export function loadFile(connection: DuckDBConnection, path: string): Promise<Writing> {
  const copy = (scan: string) => connection.run(`CREATE TEMP TABLE file AS SELECT * FROM ${scan}`);
  return blameOnFile(path, async () => {
    if (!/\.csv(\.gz)?$/i.test(path)) {
      await copy(scanParquet(path));
      return {};
    }
    const source = quoteText(literalGlob(path));
    const sniffed = await connection.runAndReadAll(`SELECT Delimiter, Quote FROM sniff_csv(${source}, all_varchar = true)`);
    const [delimiter = ',', quote = '"'] = (sniffed.getRows()[0] ?? []).map(String);
    await copy(`read_csv(${source}, all_varchar = true, header = true, nullstr = '')`);
    const nulls = await findNullWords(connection);
    const csv = { ...(delimiter !== ',' && { delimiter }), ...(quote.length === 1 && quote !== '"' && { quote }) };
    return { ...(Object.keys(csv).length > 0 && { csv }), ...(nulls.length > 0 && { nulls }) };
  });
}

/** The words that stand for a missing value in some column; they become null. */
async function findNullWords(connection: DuckDBConnection): Promise<string[]> {
  const columns = (await connection.runAndReadAll('DESCRIBE file')).getRows().map(([name]) => quoteName(String(name)));
  const occurs = nullWords.map((word) => `bool_or(${columns.map((column) => `${column} = ${quoteText(word)}`).join(' OR ')})`);
  const [found = []] = (await connection.runAndReadAll(`SELECT ${occurs.join(', ')} FROM file`)).getRows();
  const words = nullWords.filter((_, index) => found[index] === true);
  if (words.length === 0) return [];
  const list = words.map(quoteText).join(', ');
  const values = columns.map((column) => `CASE WHEN ${column} NOT IN (${list}) THEN ${column} END AS ${column}`);
  await connection.run(`CREATE OR REPLACE TEMP TABLE file AS SELECT ${values.join(', ')} FROM file`);
  return words;
}

/** What the table `file` holds. */
export async function profileFile(connection: DuckDBConnection): Promise<FileProfile> {
  const described = await connection.runAndReadAll('DESCRIBE file');
  const columns: ColumnProfile[] = [];
  for (const [name, type] of described.getRows() as string[][])
    columns.push(await profileColumn(connection, name as string, type as string));
  const [[rows] = []] = (await connection.runAndReadAll('SELECT count(*)::DOUBLE FROM file')).getRows();
  return { rows: Number(rows), columns };
}

async function profileColumn(connection: DuckDBConnection, name: string, type: string): Promise<ColumnProfile> {
  const column = quoteName(name);
  const counts = readingsOf(column, type);
  const sql = `SELECT count(${column})::DOUBLE, count(DISTINCT ${column})::DOUBLE, ${readings
    .map((one) => `count(*) FILTER (WHERE ${counts[one] ?? 'false'})::DOUBLE`)
    .join(', ')} FROM file`;
  const [[values, distinct, ...read] = []] = (await connection.runAndReadAll(sql)).getRows() as number[][];
  return {
    name,
    type,
    values: values as number,
    distinct: distinct as number,
    reads: Object.fromEntries(readings.map((one, index) => [one, read[index]])) as Record<Reading, number>,
    common:
      (distinct as number) <= mostCodes && (texts.test(type) || numbers.test(type)) ? await findCommon(connection, column) : [],
  };
}

/** What a value reads as, in the words of `values.ts`. */
function readingsOf(column: string, type: string): Partial<Record<Reading, string>> {
  if (type.endsWith(']')) return {};
  const fits = (pattern: string) => `regexp_full_match(${column}::VARCHAR, ${quoteText(pattern)})`;
  if (texts.test(type))
    return {
      int: fits(integerText),
      double: fits(numberText),
      boolean: fits('(?i:true|false)'),
      date: fits('[0-9]{4}-[0-9]{2}-[0-9]{2}'),
      timestamp: `(${fits(timestampText)} OR ${fits(instantText)})`,
      // Postal codes and the like: as numbers they would lose their zeros.
      zeroFirst: fits('0[0-9]+'),
      mail: fits(mailText),
    };
  if (numbers.test(type)) {
    const isWhole = whole.test(type) ? `${column} IS NOT NULL` : `isfinite(${column}::DOUBLE) AND ${column} = trunc(${column})`;
    return { int: isWhole, double: `isfinite(${column}::DOUBLE)` };
  }
  const own: Readonly<Record<string, Reading>> = { BOOLEAN: 'boolean', DATE: 'date' };
  const reading = own[type] ?? (type.startsWith('TIMESTAMP') ? 'timestamp' : undefined);
  return reading === undefined ? {} : { [reading]: `${column} IS NOT NULL` };
}

async function findCommon(connection: DuckDBConnection, column: string): Promise<{ value: string; count: number }[]> {
  const sql = `SELECT ${column}::VARCHAR, count(*)::DOUBLE AS n FROM file WHERE ${column} IS NOT NULL GROUP BY 1 ORDER BY n DESC, 1`;
  return (await connection.runAndReadAll(sql))
    .getRows()
    .map(([value, count]) => ({ value: String(value), count: Number(count) }));
}

/** Between which numbers nearly all values lie: the outermost thousandth on each side is left out, and the ends are rounded outwards to two digits. */
export async function findRange(connection: DuckDBConnection, name: string): Promise<Range | undefined> {
  const value = `TRY_CAST(${quoteName(name)} AS DOUBLE)`;
  const from = `(SELECT ${value} AS x FROM file) WHERE isfinite(x)`;
  const ends = await connection.runAndReadAll(`SELECT quantile_disc(x, 0.001), quantile_disc(x, 0.999) FROM ${from}`);
  const [[low, high] = []] = ends.getRows() as (number | null)[][];
  if (low == null || high == null) return undefined;
  const [least, most] = [roundOut(low, Math.floor), roundOut(high, Math.ceil)];
  const inside = await connection.runAndReadAll(`SELECT count(*)::DOUBLE FROM ${from} AND x >= ${least} AND x <= ${most}`);
  return { low: least, high: most, inside: Number(inside.getRows()[0]?.[0]) };
}

function roundOut(value: number, round: (value: number) => number): number {
  if (value === 0) return 0;
  const digits = Math.floor(Math.log10(Math.abs(value))) - 1;
  const made = digits >= 0 ? round(value / 10 ** digits) * 10 ** digits : round(value * 10 ** -digits) / 10 ** -digits;
  return Number.isFinite(made) ? made : value;
}
