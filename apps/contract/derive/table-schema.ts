// The columns of the tables that etl fills, in terms that each engine turns into its own types.
import { type ColumnType, type DecimalName, isDecimal } from '../column-type.ts';
import { columnOf, type Dataset, datesOfSummary, summaryOf } from '../dataset.ts';
import { cleanTable, monthlyColumns, monthlyTable, type TableName, triageColumns, triageTable } from '../names.ts';
import type { SummaryFigure } from '../summary.ts';

/** `strings` is a list of strings. */
export type TableType = Exclude<ColumnType, 'duration'> | 'strings';

/** A duration is stored as its seconds. */
export const toTableType = (type: ColumnType): Exclude<TableType, 'strings'> => (type === 'duration' ? 'double' : type);

/** DuckDB's name of a type. */
export const toDuckdbType = (type: TableType): string => (isDecimal(type) ? type.toUpperCase() : duckdbTypes[type]);

/** Of each type without digits. */
export const duckdbTypes: Readonly<Record<Exclude<TableType, DecimalName>, string>> = {
  int: 'BIGINT',
  int32: 'INTEGER',
  double: 'DOUBLE',
  boolean: 'BOOLEAN',
  string: 'VARCHAR',
  timestamp: 'TIMESTAMP',
  instant: 'TIMESTAMP WITH TIME ZONE',
  date: 'DATE',
  strings: 'VARCHAR[]',
};

export interface TableColumn {
  readonly name: string;
  readonly type: TableType;
}

/** The table of clean rows: the contract's columns. */
export const cleanSchema = (dataset: Dataset): TableColumn[] =>
  dataset.columns.map(({ name, type }) => ({ name, type: toTableType(type) }));

/** The table of triaged rows: the contract's columns, whence the row is and why it is here. */
export const triageSchema = (dataset: Dataset): TableColumn[] => [
  ...cleanSchema(dataset),
  { name: triageColumns.file, type: 'string' },
  { name: triageColumns.month, type: 'date' },
  { name: triageColumns.rules, type: 'strings' },
];

/** The monthly table. */
export function monthlySchema(dataset: Dataset): TableColumn[] {
  const { keys, figures } = summaryOf(dataset);
  return [
    ...Object.entries(keys).map(([name, column]) => ({ name, type: toTableType(columnOf(dataset, column).type) })),
    ...datesOfSummary(dataset).map((name): TableColumn => ({ name, type: 'date' })),
    ...Object.entries(figures).map(([name, figure]): TableColumn => ({ name, type: typeOfFigure(dataset, figure) })),
  ];
}

/** Sums of whole numbers and decimals are doubles too: they may be larger than their type. */
export function typeOfFigure(dataset: Dataset, figure: SummaryFigure): Exclude<TableType, 'strings'> {
  switch (figure.of) {
    case 'count':
    case 'count-where':
    case 'busiest-hour':
      return 'int';
    case 'min':
    case 'max':
      return toTableType(columnOf(dataset, figure.column).type);
    default:
      return 'double';
  }
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
