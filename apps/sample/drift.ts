// How the physical types of a month's file differ from the contract: what writers made of a month's values over the years.
import { isDecimal, isWhole } from '../contract/column-type.ts';
import { type Column, type Dataset, mayBeAbsent } from '../contract/dataset.ts';
import { toDuckdbType, toTableType } from '../contract/derive/table-schema.ts';
import type { Drifting } from '../contract/sample.ts';
import { quoteText } from '../platform/duckdb.ts';

export interface Drift {
  readonly name: string;
  /** The SQL of the written column, or null where this month's files lack it. `value` is the plain value. */
  readonly write: (column: Column, value: string, dataset: Dataset) => string | null;
  /** The name under which the column is written. */
  readonly nameOf?: (column: Column) => string;
}

const plain = (column: Column, value: string): string => `CAST(${value} AS ${toDuckdbType(toTableType(column.type))})`;

/** What the data set says of it, or what follows from its columns. */
function driftingOf({ sample, columns, must = [], key = [] }: Dataset): Drifting {
  if (sample) return sample.drift;
  const isCertain = (name: string) => must.includes(name) || key.includes(name);
  const words = columns.find(({ name, type, codes }) => isWhole(type) && codes && !isCertain(name));
  return {
    nullable: columns.filter(({ name, type }) => isWhole(type) && !isCertain(name)).map(({ name }) => name),
    empty: columns.filter((column) => column.type === 'double' && mayBeAbsent(column)).map(({ name }) => name),
    ...(words && { words: { column: words.name, word: 'unknown' } }),
  };
}

/** Columns with nulls are DOUBLE, as pandas writes them, and decimals are. */
const asDouble = (column: Column, value: string, dataset: Dataset) =>
  driftingOf(dataset).nullable.includes(column.name) || isDecimal(column.type)
    ? `CAST(${value} AS DOUBLE)`
    : plain(column, value);

const drifts: readonly Drift[] = [
  { name: 'INT64 ids, counts with nulls as DOUBLE', write: asDouble },
  {
    name: 'no nulls, so counts are INT64',
    write: (column, value, dataset) =>
      driftingOf(dataset).nullable.includes(column.name) ? `CAST(coalesce(${value}, 1) AS BIGINT)` : plain(column, value),
  },
  {
    name: 'fees without any value, written as INT32',
    write: (column, value, dataset) =>
      driftingOf(dataset).empty.includes(column.name) ? 'CAST(NULL AS INTEGER)' : asDouble(column, value, dataset),
  },
  {
    name: 'ids as INT32, columns by their other names',
    write: (column, value, dataset) =>
      isWhole(column.type) && !driftingOf(dataset).nullable.includes(column.name) && !isCounted(dataset, column)
        ? `CAST(${value} AS INTEGER)`
        : asDouble(column, value, dataset),
    nameOf: (column) => column.aliases?.[0] ?? column.name,
  },
  {
    name: 'times as text, some without sense, ids as DOUBLE with NaN and halves',
    write: (column, value, dataset) => {
      if (dataset.key?.includes(column.name)) return plain(column, value);
      if (column.type === 'timestamp')
        return `CASE WHEN i % 5003 = 17 THEN '2023-02-30 10:00:00' WHEN i % 5003 = 18 THEN '' ELSE strftime(${value}, '%Y-%m-%d %H:%M:%S') END`;
      if (column.type === 'instant') return `strftime(timezone('UTC', ${value}), '%Y-%m-%dT%H:%M:%SZ')`;
      if (column.type === 'duration') return `printf('PT%.2fS', ${value})`;
      if (!isWhole(column.type)) return plain(column, value);
      return `CASE WHEN i % 4001 = 7 THEN 'NaN'::DOUBLE WHEN i % 4001 = 8 THEN 1.5 ELSE CAST(${value} AS DOUBLE) END`;
    },
  },
  {
    name: 'optional columns absent',
    write: (column, value, dataset) => (column.optional ? null : asDouble(column, value, dataset)),
  },
  {
    name: 'numbers as text, some of them words',
    write: (column, value, dataset) => {
      const { words } = driftingOf(dataset);
      return column.name === words?.column
        ? `CASE WHEN i % 3001 = 5 THEN ${quoteText(words.word)} ELSE CAST(${value} AS VARCHAR) END`
        : asDouble(column, value, dataset);
    },
  },
  {
    name: 'times in milliseconds',
    write: (column, value, dataset) =>
      column.type === 'timestamp' ? `CAST(${value} AS TIMESTAMP_MS)` : asDouble(column, value, dataset),
  },
  {
    name: 'times in nanoseconds',
    write: (column, value, dataset) =>
      column.type === 'timestamp' ? `CAST(${value} AS TIMESTAMP_NS)` : asDouble(column, value, dataset),
  },
  {
    name: 'a column that the contract does not know',
    write: asDouble,
  },
];

const toFlag = (value: string, { yes, no, none }: NonNullable<Drifting['flags']>): string =>
  `CASE WHEN ${value} THEN ${quoteText(yes)} WHEN NOT (${value}) THEN ${quoteText(no)} ELSE ${quoteText(none)} END`;

/** Whether it counts the rows of all months: such numbers are large. */
const isCounted = ({ key = [] }: Dataset, { name }: Column): boolean => key.includes(name);

/** The drift of a month: they take turns by month number, the newest ones first. */
export function driftOf(monthIndex: number): Drift {
  return drifts[monthIndex % drifts.length] as Drift;
}

/** The written columns of a month: SQL and name, in the contract's order. */
export function writtenColumns(
  dataset: Dataset,
  { month, monthIndex, sampleValue }: { month: string; monthIndex: number; sampleValue: (column: Column) => string },
): string[] {
  const drift = driftOf(monthIndex);
  const columns = dataset.columns.flatMap((column) => {
    const { since = '', until = '9999-12' } = column;
    if (month < since || month > until) return [];
    const { flags } = driftingOf(dataset);
    const value = sampleValue(column);
    const sql = column.type === 'boolean' && flags !== undefined ? toFlag(value, flags) : drift.write(column, value, dataset);
    return sql === null ? [] : [`${sql} AS "${drift.nameOf?.(column) ?? column.name}"`];
  });
  return drift.name.startsWith('a column that') ? [...columns, "'sample' AS request_source"] : columns;
}
