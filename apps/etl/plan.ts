// What the etl step is going to do, as data: which files by which casts, which query fills which table.
import type { Dataset } from '../contract/dataset.ts';
import { doubtfulColumns, toMonthlyQuery, toSourceQuery, toSplitQueries } from '../contract/derive/queries.ts';
import { cleanTable, monthlyColumns, monthlyTable, type TableName, triageColumns, triageTable } from '../contract/names.ts';
import { duckdb } from '../plan/duckdb-dialect.ts';
import type { SchemaGroups, SourceFile } from '../plan/schema-groups.ts';
import { toPath } from '../platform/uri.ts';

export type Mode = 'batch' | 'initial_load';

export interface Sink {
  readonly table: TableName;
  /** The column whose month decides the partition. */
  readonly partitionField: string;
  readonly query: string;
}

/** A file and the query of its rows. */
export interface Source extends SourceFile {
  readonly query: string;
}

export interface Plan {
  readonly version: 1;
  readonly mode: Mode;
  readonly category: string;
  readonly asOf: string;
  /** By month, oldest first. */
  readonly sources: readonly Source[];
  readonly sinks: { readonly clean: Sink; readonly triage: Sink; readonly monthly: Sink };
}

/** The relation that the sinks' queries read: the rows of one file, as the contract casts them. */
export const sourceView = 'source';

/** Plans a run. Pure. `asOf` is an RFC 3339 time. */
export function toPlan(
  dataset: Dataset,
  { groups: { groups }, mode, asOf }: { groups: SchemaGroups; mode: Mode; asOf: string },
): Plan {
  const clock = new Date(asOf).toISOString().replace('T', ' ').replace('Z', '');
  const doubtful = doubtfulColumns(
    groups.map((group) => group.casts),
    duckdb,
  );
  const split = toSplitQueries(dataset, duckdb, { source: sourceView, doubtful, asOf: clock });
  return {
    version: 1,
    mode,
    category: dataset.category,
    asOf,
    sources: groups
      .flatMap((group) =>
        group.files.map((file) => ({
          ...file,
          query: toSourceQuery(dataset, duckdb, { groups: [{ paths: [toPath(file.uri)], casts: group.casts }], doubtful }),
        })),
      )
      .sort((a, b) => (a.month < b.month ? -1 : 1)),
    sinks: {
      clean: { table: cleanTable(dataset.category), partitionField: dataset.roles.pickup, query: split.clean },
      triage: { table: triageTable(dataset.category), partitionField: triageColumns.month, query: split.triage },
      monthly: {
        table: monthlyTable(dataset.category),
        partitionField: monthlyColumns.month,
        query: toMonthlyQuery(dataset, duckdb, sourceView),
      },
    },
  };
}
