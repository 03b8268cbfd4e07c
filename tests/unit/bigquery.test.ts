// Facts of BigQuery that several folders share are the same everywhere.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { allDatasets } from '../../apps/contract/categories.ts';
import { toBigQueryTables } from '../../apps/contract/derive/bigquery.ts';
import { prices } from '../../apps/contract/prices.ts';
import { toPlan } from '../../apps/etl/plan.ts';
import { newTable } from '../fixtures/bigquery-shapes.ts';

test.each(allDatasets.map((dataset) => [dataset.category, dataset] as const))(
  '%s: tables are what etl plans to fill',
  (_, dataset) => {
    const file = { uri: 'file:///x', file: 'x', month: '2024-01-01', rows: 1, bytes: 1 };
    const casts = dataset.columns.map(({ name, type }) => ({ column: name, to: type, source: null, from: 'NULL' as const }));
    const groups = { version: 1, category: dataset.category, groups: [{ columns: [], casts, files: [file] }] };
    const plan = toPlan(dataset, {
      groups: groups as never,
      engine: 'duckdb',
      mode: 'batch',
      asOf: '2024-02-02T00:00:00Z',
      destination: { format: 'duckdb' },
    });
    const { clean, triage, monthly } = plan.sinks;
    const layout = ({ table, partitionField, retained }: Pick<typeof clean, 'table' | 'partitionField' | 'retained'>) => ({
      table,
      partitionField,
      retained,
    });
    const tables = toBigQueryTables(dataset);
    expect(tables.map((table) => layout(table as never))).toEqual([clean, triage, monthly].map(layout));
    expect(tables.map(({ fields }) => fields.map(({ name }) => name))).toEqual(
      [clean, triage, monthly].map(({ schema }) => schema.map(({ name }) => name)),
    );
  },
);

test.each(allDatasets.flatMap(toBigQueryTables).map((table) => [table.table.table, table] as const))(
  '%s: BigQuery takes its names, labels and descriptions, and each column has one',
  (_, { table, description, fields, partitionField, clusteredFields, labels }) => {
    const body = {
      tableReference: { projectId: 'taxiway-test', datasetId: table.dataset, tableId: table.table },
      description,
      schema: { fields },
      timePartitioning: { type: 'MONTH', field: partitionField },
      ...(clusteredFields.length > 0 && { clustering: { fields: clusteredFields } }),
      labels,
    };
    expect(newTable.safeParse(body).error).toBeUndefined();
    expect(fields.filter((field) => field.description === '' || field.description.includes('{{'))).toEqual([]);
  },
);

test("the budget's rule and the price table say the same price", async () => {
  const rules = await readFile(join(import.meta.dirname, '..', '..', 'charts', 'prometheus', 'rules-budget.yaml'), 'utf8');
  expect(rules).toContain(`/ 2 ^ 40 * ${prices.usdPerTiBScanned}\n`);
});
