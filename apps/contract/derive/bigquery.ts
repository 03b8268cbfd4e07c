// The tables of etl as BigQuery knows them: columns with descriptions, partitions, clustering, labels. Read by apps/tables.
import { type DecimalName, digitsOf, isDecimal } from '../column-type.ts';
import { type Dataset, wordsOf } from '../dataset.ts';
import { partOf, type TableName } from '../names.ts';
import { toMeaning, toMonthlyColumns, toSummaryMeaning, triageOnlyColumns } from './dbt-sources.ts';
import { type FilledByEtl, type TableColumn, type TableType, toTables } from './table-schema.ts';

/** A field of BigQuery's REST API. */
export interface BigQueryField {
  readonly name: string;
  readonly type: 'INTEGER' | 'FLOAT' | 'NUMERIC' | 'BIGNUMERIC' | 'BOOLEAN' | 'STRING' | 'TIMESTAMP' | 'DATE';
  /** Of a decimal. */
  readonly precision?: string;
  readonly scale?: string;
  readonly mode: 'NULLABLE' | 'REPEATED';
  readonly description: string;
}

export interface BigQueryTable {
  readonly table: TableName;
  readonly description: string;
  readonly fields: readonly BigQueryField[];
  /** The column whose month is the partition. */
  readonly partitionField: string;
  readonly clusteredFields: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
  /** True where only the months of the retention are kept, so that an expiry may be set. */
  readonly retained: boolean;
}

const types: Readonly<Record<Exclude<TableType, DecimalName>, BigQueryField['type']>> = {
  int: 'INTEGER',
  int32: 'INTEGER',
  double: 'FLOAT',
  boolean: 'BOOLEAN',
  string: 'STRING',
  timestamp: 'TIMESTAMP',
  instant: 'TIMESTAMP',
  date: 'DATE',
  strings: 'STRING',
};

/** NUMERIC holds 29 digits before the point and 9 after it. */
function toFieldType(type: TableType): Pick<BigQueryField, 'type' | 'precision' | 'scale'> {
  if (!isDecimal(type)) return { type: types[type] };
  const { precision, scale } = digitsOf(type);
  const isNumeric = scale <= 9 && precision - scale <= 29;
  return { type: isNumeric ? 'NUMERIC' : 'BIGNUMERIC', precision: String(precision), scale: String(scale) };
}

/** BigQuery knows a type by two names. */
const firstNames: Readonly<Record<string, string>> = {
  INT64: 'INTEGER',
  FLOAT64: 'FLOAT',
  BOOL: 'BOOLEAN',
  STRUCT: 'RECORD',
  DECIMAL: 'NUMERIC',
  BIGDECIMAL: 'BIGNUMERIC',
};

/** The type of a field of ours, or of one that BigQuery gives back, as people read and compare it. */
export function toTypeText(field: { type: string; mode?: string; precision?: string; scale?: string }): string {
  const { mode, precision, scale = '0' } = field;
  const type = field.type.toUpperCase();
  const digits = precision === undefined ? '' : `(${precision},${scale})`;
  return `${mode === 'REPEATED' ? 'list of ' : ''}${firstNames[type] ?? type}${digits}`;
}

/** Labels of every dataset. */
export const bigQueryLabels = { 'part-of': partOf } as const;

/** The tables that etl fills: clean, triage, monthly. */
export function toBigQueryTables(dataset: Dataset): [clean: BigQueryTable, triage: BigQueryTable, monthly: BigQueryTable] {
  const { category, title, cluster = [], columns } = dataset;
  const { many } = wordsOf(dataset);
  const labels = { ...bigQueryLabels, category };
  const meanings = new Map(columns.map((column) => [column.name, toMeaning(column)]));
  const reasons = new Map([...meanings, ...triageOnlyColumns.map(({ name, description }) => [name, description] as const)]);
  const figures = new Map(toMonthlyColumns(dataset, toMeaning).map(({ name, description }) => [name, description]));
  const { clean, triage, monthly } = toTables(dataset);
  return [
    {
      ...toPlace(clean, meanings),
      description: `${title}: ${many} that keep every rule.`,
      clusteredFields: cluster,
      labels,
      retained: true,
    },
    {
      ...toPlace(triage, reasons),
      description: `${title}: ${many} that break a rule, with the rules' names.`,
      clusteredFields: [],
      labels,
      retained: true,
    },
    {
      ...toPlace(monthly, figures),
      description: toSummaryMeaning(dataset),
      clusteredFields: [],
      labels,
      retained: false,
    },
  ];
}

const toPlace = ({ table, columns, partitionField }: FilledByEtl, meanings: ReadonlyMap<string, string>) => ({
  table,
  fields: toFields(columns, meanings),
  partitionField,
});

const toFields = (columns: readonly TableColumn[], meanings: ReadonlyMap<string, string>): BigQueryField[] =>
  columns.map(({ name, type }) => ({
    name,
    ...toFieldType(type),
    mode: type === 'strings' ? 'REPEATED' : 'NULLABLE',
    description: meanings.get(name) ?? '',
  }));
