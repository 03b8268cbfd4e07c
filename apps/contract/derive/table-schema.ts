// The columns of the tables that etl fills, in terms that each engine turns into its own types.
import type { Dataset, LogicalType } from '../dataset.ts';
import { cleanTable, monthlyColumns, monthlyTable, type TableName, triageColumns, triageTable } from '../names.ts';

/** `strings` is a list of strings. */
export const tableTypes = ['int', 'double', 'string', 'timestamp', 'date', 'strings'] as const;
export type TableType = (typeof tableTypes)[number];
export interface TableColumn {
  readonly name: string;
  readonly type: TableType;
}

/** The table of clean rows: the contract's columns. */
export const cleanSchema = (dataset: Dataset): TableColumn[] => dataset.columns.map(({ name, type }) => ({ name, type }));

/** The table of triaged rows: the contract's columns, whence the row is and why it is here. */
export const triageSchema = (dataset: Dataset): TableColumn[] => [
  ...cleanSchema(dataset),
  { name: triageColumns.file, type: 'string' },
  { name: triageColumns.month, type: 'date' },
  { name: triageColumns.rules, type: 'strings' },
];

/** The monthly table. */
export function monthlySchema(dataset: Dataset): TableColumn[] {
  const typeOf = (name: string) => dataset.columns.find((column) => column.name === name)?.type as LogicalType;
  const { keys, sums, averages } = dataset.monthly;
  return [
    ...Object.entries(keys).map(([name, column]) => ({ name, type: typeOf(column) })),
    { name: monthlyColumns.month, type: 'date' },
    ...[...Object.keys(sums), ...Object.keys(averages)].map((name): TableColumn => ({ name, type: 'double' })),
    { name: monthlyColumns.trips, type: 'int' },
    { name: monthlyColumns.minutes, type: 'double' },
    { name: monthlyColumns.hours, type: 'double' },
    { name: monthlyColumns.busiestHour, type: 'int' },
  ];
}

/** A table that etl fills. */
export interface FilledByEtl {
  readonly table: TableName;
  readonly columns: readonly TableColumn[];
  /** The column whose month is the partition. */
  readonly partitionField: string;
}

/** The tables that etl fills, in the order in which they are loaded: the monthly row comes last, as it marks the month as loaded. */
export const toTables = (dataset: Dataset): Record<'clean' | 'triage' | 'monthly', FilledByEtl> => ({
  clean: { table: cleanTable(dataset.category), columns: cleanSchema(dataset), partitionField: dataset.time.at },
  triage: { table: triageTable(dataset.category), columns: triageSchema(dataset), partitionField: triageColumns.month },
  monthly: { table: monthlyTable(dataset.category), columns: monthlySchema(dataset), partitionField: monthlyColumns.month },
});
