// BigQuery's tables that a plan fills, looked at before the first row is read: they must be there, with the contract's columns.

import type { Dataset } from '../contract/dataset.ts';
import { type BigQueryField, type BigQueryTable, toBigQueryTables } from '../contract/derive/bigquery.ts';
import type { Plan, Sink } from '../plan/plan-schema.ts';
import type { BigQuery } from '../platform/bigquery.ts';
import { UsageError } from '../platform/errors.ts';
import type { BigQueryWarehouse } from './warehouse-option.ts';

export interface Target {
  readonly sink: Sink;
  readonly layout: BigQueryTable;
  readonly dataset: string;
  readonly table: string;
}

/** Months that BigQuery has partitions of. https://cloud.google.com/bigquery/docs/partitioned-tables#date_timestamp_partitioned_tables */
const partitions = { first: '1960-01-01', last: '2159-12-01' } as const;

/** The tables in the order in which they are filled: the monthly figures last, since they say that a month is there. */
export function toTargets({ sinks }: Plan, dataset: Dataset, { datasetPrefix }: BigQueryWarehouse): Target[] {
  const [clean, triage, monthly] = toBigQueryTables(dataset);
  return (
    [
      [sinks.clean, clean],
      [sinks.triage, triage],
      [sinks.monthly, monthly],
    ] as const
  ).map(([sink, layout]) => ({ sink, layout, dataset: `${datasetPrefix}${layout.table.dataset}`, table: layout.table.table }));
}

/** Throws UsageError where a file's month can't be a partition. */
export function checkMonths({ sources }: Plan): void {
  for (const { file, month } of sources.flatMap(({ files }) => files))
    if (month < partitions.first || month > partitions.last)
      throw new UsageError(
        `${file}: BigQuery has partitions from ${partitions.first} to ${partitions.last}, got ${month}; leave the file out`,
      );
}

interface FoundTable {
  readonly schema?: { readonly fields?: readonly Pick<BigQueryField, 'name' | 'type' | 'mode'>[] };
}

/** Throws UsageError where a table is missing, or has other columns than the contract. */
export async function checkTargets(bigQuery: BigQuery, targets: readonly Target[]): Promise<void> {
  const problems: string[] = [];
  for (const { dataset, table, layout } of targets) {
    const name = `${dataset}.${table}`;
    const found = await bigQuery.askIfAny<FoundTable>({
      what: `reading ${name}`,
      method: 'GET',
      path: `datasets/${dataset}/tables/${table}`,
    });
    if (found === undefined) problems.push(`${name}: no such table`);
    else problems.push(...compareColumns(found, layout.fields).map((line) => `${name}: ${line}`));
  }
  if (problems.length > 0)
    throw new UsageError(`${bigQuery.project}: ${problems.join('; ')}; run tables first, which makes them as the contract says`);
}

/** BigQuery knows two of our types by two names. */
const otherNames: Readonly<Record<string, string>> = { INT64: 'INTEGER', FLOAT64: 'FLOAT' };
const typeOf = ({ type, mode }: Pick<BigQueryField, 'type' | 'mode'>): string =>
  `${mode === 'REPEATED' ? 'list of ' : ''}${otherNames[type] ?? type}`;

function compareColumns({ schema }: FoundTable, wanted: readonly BigQueryField[]): string[] {
  const found = new Map(schema?.fields?.map((field) => [field.name, typeOf(field)]));
  const differing = wanted.filter((field) => found.get(field.name) !== typeOf(field));
  const foreign = [...found.keys()].filter((name) => !wanted.some((field) => field.name === name));
  return [
    ...differing.map((field) => `column ${field.name} is ${found.get(field.name) ?? 'missing'}, expected ${typeOf(field)}`),
    ...foreign.map((name) => `column ${name} is not the contract's`),
  ];
}
