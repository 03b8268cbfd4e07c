// The BigQuery tables that a run loads. Before the first load it checks that they exist and have the contract's columns.
import type { Dataset } from '../contract/dataset.ts';
import { type BigQueryField, type BigQueryTable, toBigQueryTables, toTypeText } from '../contract/derive/bigquery.ts';
import { monthOf } from '../contract/file-name.ts';
import { runDateOption } from '../contract/run-date.ts';
import { nameOfTable } from '../plan/lake.ts';
import type { BigQueryConnection } from '../platform/bigquery.ts';
import type { Warehouse } from '../platform/bigquery-warehouse.ts';
import { UsageError } from '../platform/errors.ts';

/** BigQuery's first and last monthly partition. https://cloud.google.com/bigquery/docs/partitioned-tables#date_timestamp_partitioned_tables */
const partitions = { first: '1960-01-01', last: '2159-12-01' } as const;

/** The first day of a month that can be a partition. */
export const partitionOption = runDateOption.refine((month) => month >= partitions.first && month <= partitions.last, {
  error: `BigQuery has partitions from ${partitions.first} to ${partitions.last}`,
});

export interface Target {
  readonly kind: 'clean' | 'triage' | 'monthly';
  readonly layout: BigQueryTable;
  readonly dataset: string;
  readonly table: string;
  /** The month, yyyyMM; null where the whole table is replaced. */
  readonly partition: string | null;
}

/** Load order. The monthly table comes last: its row marks the month as loaded. */
export function toTargets(dataset: Dataset, { datasetPrefix }: Warehouse, runDate: string | undefined): Target[] {
  const [clean, triage, monthly] = toBigQueryTables(dataset);
  const partition = runDate === undefined ? null : monthOf(runDate).replace('-', '');
  return Object.entries({ clean, triage, monthly }).map(([kind, layout]) => ({
    kind: kind as Target['kind'],
    layout,
    dataset: `${datasetPrefix}${layout.table.dataset}`,
    table: layout.table.table,
    partition,
  }));
}

interface FoundTable {
  readonly schema?: { readonly fields?: readonly Pick<BigQueryField, 'name' | 'type' | 'precision' | 'scale' | 'mode'>[] };
}

/** Throws UsageError where a table is missing, or has other columns than the contract. */
export async function checkTargets(bigQuery: BigQueryConnection, targets: readonly Target[]): Promise<void> {
  const problems: string[] = [];
  for (const { dataset, table, layout } of targets) {
    const name = nameOfTable({ dataset, table });
    const found = await bigQuery.askIfAny(`reading ${name}`, (client) => client.dataset(dataset).table(table).getMetadata());
    if (found === undefined) problems.push(`${name}: no such table`);
    else problems.push(...compareColumns(found[0] as FoundTable, layout.fields).map((line) => `${name}: ${line}`));
  }
  if (problems.length > 0)
    throw new UsageError(`${bigQuery.project}: ${problems.join('; ')}; run tables first, which makes them as the contract says`);
}

function compareColumns({ schema }: FoundTable, wanted: readonly BigQueryField[]): string[] {
  const found = new Map(schema?.fields?.map((field) => [field.name, toTypeText(field)]));
  const differing = wanted.filter((field) => found.get(field.name) !== toTypeText(field));
  const foreign = [...found.keys()].filter((name) => !wanted.some((field) => field.name === name));
  return [
    ...differing.map((field) => `column ${field.name} is ${found.get(field.name) ?? 'missing'}, expected ${toTypeText(field)}`),
    ...foreign.map((name) => `column ${name} is not the contract's`),
  ];
}
