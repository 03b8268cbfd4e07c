// The lake: tables as folders of Parquet files, `<folder>/<dataset>/<table>/[month=YYYY-MM-01/]*.parquet`, as DuckDB's engine and Spark write them.
// A wall-clock time is stored as the instant that shows the same time in UTC: BigQuery can't partition by times without a zone.
import { z } from 'zod';
import type { TableName } from '../contract/names.ts';
import { joinUri } from '../platform/uri.ts';
import type { Sink } from './plan-schema.ts';

/** The URI of a table's folder, or of one month's in it, which is named by its first day. */
export const placeOf = (folder: string, { dataset, table }: TableName, month: string | null): string =>
  `${joinUri(folder, dataset, table)}/${month === null ? '' : `month=${month}/`}`;

/** The first day of the month that a plan's table gets; null where it gets all of its months. */
export const monthOfSink = ({ datePartition }: Pick<Sink, 'datePartition'>): string | null =>
  datePartition && `${datePartition.slice(0, 4)}-${datePartition.slice(4)}-01`;

export const nameOfTable = ({ dataset, table }: TableName): string => `${dataset}.${table}`;

/** The part of an engine's result that load reads. */
export const filledTables = z.object({
  tables: z.record(z.string(), z.object({ rows: z.number().int().min(0) })),
});
