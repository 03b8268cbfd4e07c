// How the physical types of a month's file differ from the contract: what writers made of a month's values over the years.
import type { Column, Dataset } from '../contract/dataset.ts';

export interface Drift {
  readonly name: string;
  /** The SQL of the written column, or null where this month's files lack it. `value` is the plain value. */
  readonly write: (column: Column, value: string, dataset: Dataset) => string | null;
  /** The name under which the column is written. */
  readonly nameOf?: (column: Column) => string;
}

const plain = (column: Column, value: string): string => {
  const types = { int: 'BIGINT', double: 'DOUBLE', string: 'VARCHAR', timestamp: 'TIMESTAMP' };
  return `CAST(${value} AS ${types[column.type]})`;
};

/** Columns with nulls are DOUBLE, as pandas writes them. */
const nullable = new Set(['passenger_count', 'RatecodeID']);
const asDouble = (column: Column, value: string) =>
  nullable.has(column.name) ? `CAST(${value} AS DOUBLE)` : plain(column, value);

const drifts: readonly Drift[] = [
  { name: 'INT64 ids, counts with nulls as DOUBLE', write: asDouble },
  {
    name: 'no nulls, so counts are INT64',
    write: (column, value) => (nullable.has(column.name) ? `CAST(coalesce(${value}, 1) AS BIGINT)` : plain(column, value)),
  },
  {
    name: 'fees without any value, written as INT32',
    write: (column, value) =>
      ['airport_fee', 'congestion_surcharge', 'ehail_fee'].includes(column.name)
        ? 'CAST(NULL AS INTEGER)'
        : asDouble(column, value),
  },
  {
    name: 'ids as INT32, Airport_fee by its new name',
    write: (column, value) =>
      column.type === 'int' && !nullable.has(column.name) ? `CAST(${value} AS INTEGER)` : asDouble(column, value),
    nameOf: (column) => column.aliases?.[0] ?? column.name,
  },
  {
    name: 'times as text, some without sense, ids as DOUBLE with NaN and halves',
    write: (column, value) => {
      if (column.type === 'timestamp')
        return `CASE WHEN i % 5003 = 17 THEN '2023-02-30 10:00:00' WHEN i % 5003 = 18 THEN '' ELSE strftime(${value}, '%Y-%m-%d %H:%M:%S') END`;
      if (column.type !== 'int') return plain(column, value);
      return `CASE WHEN i % 4001 = 7 THEN 'NaN'::DOUBLE WHEN i % 4001 = 8 THEN 1.5 ELSE CAST(${value} AS DOUBLE) END`;
    },
  },
  { name: 'optional columns absent', write: (column, value) => (column.optional ? null : asDouble(column, value)) },
  {
    name: 'numbers as text, some of them words',
    write: (column, value, dataset) =>
      column.name === dataset.roles.paymentForm
        ? `CASE WHEN i % 3001 = 5 THEN 'cash' ELSE CAST(${value} AS VARCHAR) END`
        : asDouble(column, value),
  },
  {
    name: 'times in milliseconds',
    write: (column, value) => (column.type === 'timestamp' ? `CAST(${value} AS TIMESTAMP_MS)` : asDouble(column, value)),
  },
  {
    name: 'times in nanoseconds',
    write: (column, value) => (column.type === 'timestamp' ? `CAST(${value} AS TIMESTAMP_NS)` : asDouble(column, value)),
  },
  {
    name: 'a column that the contract does not know',
    write: asDouble,
  },
];

/** The first year whose files carry the charge for the congestion relief zone. */
export const cbdSince = '2025-01';

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
    if (column.name === 'cbd_congestion_fee' && month < cbdSince) return [];
    const sql = drift.write(column, sampleValue(column), dataset);
    return sql === null ? [] : [`${sql} AS "${drift.nameOf?.(column) ?? column.name}"`];
  });
  return drift.name.startsWith('a column that') ? [...columns, "'sample' AS request_source"] : columns;
}
