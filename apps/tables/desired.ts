// What BigQuery is to hold for a category: its datasets and tables as resources of the REST API. Pure.
import type { Dataset } from '../contract/dataset.ts';
import { type BigQueryField, bigQueryLabels, toBigQueryTables } from '../contract/derive/bigquery.ts';
import { datasets } from '../contract/names.ts';
import { toDays } from '../contract/promises.ts';
import type { Warehouse } from '../platform/bigquery-warehouse.ts';

export interface DatasetResource {
  readonly datasetReference: { readonly projectId: string; readonly datasetId: string };
  readonly location: string;
  readonly labels: Readonly<Record<string, string>>;
}

export interface TableResource {
  readonly tableReference: { readonly projectId: string; readonly datasetId: string; readonly tableId: string };
  readonly description: string;
  readonly schema: { readonly fields: readonly BigQueryField[] };
  readonly timePartitioning: { readonly type: 'MONTH'; readonly field: string; readonly expirationMs?: string };
  readonly clustering?: { readonly fields: readonly string[] };
  readonly labels: Readonly<Record<string, string>>;
}

export interface Desired {
  readonly datasets: readonly DatasetResource[];
  readonly tables: readonly TableResource[];
}

const dayMilliseconds = 86_400_000;

/**
 * `expiryDays`: BigQuery deletes a month's clean and triaged rows so long after its end; the data set's promised retention where it is left out,
 * never where there is none either.
 */
export function toDesired(
  dataset: Dataset,
  {
    project,
    datasetPrefix,
    location,
    expiryDays,
  }: Warehouse & { readonly location: string; readonly expiryDays?: number | undefined },
): Desired {
  const idOf = (name: string) => `${datasetPrefix}${name}`;
  const days = expiryDays ?? toDays(dataset.promises?.retention ?? '');
  return {
    datasets: Object.values(datasets).map((name) => ({
      datasetReference: { projectId: project, datasetId: idOf(name) },
      location,
      labels: bigQueryLabels,
    })),
    tables: toBigQueryTables(dataset).map(
      ({ table, description, fields, partitionField, clusteredFields, labels, retained }) => ({
        tableReference: { projectId: project, datasetId: idOf(table.dataset), tableId: table.table },
        description,
        schema: { fields },
        timePartitioning: {
          type: 'MONTH',
          field: partitionField,
          ...(retained && days !== undefined && { expirationMs: String(days * dayMilliseconds) }),
        },
        ...(clusteredFields.length > 0 && { clustering: { fields: clusteredFields } }),
        labels,
      }),
    ),
  };
}
