// Facts of BigQuery that several folders share are the same everywhere.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { allDatasets } from '../../apps/contract/categories.ts';
import { toBigQueryTables } from '../../apps/contract/derive/bigquery.ts';
import { green } from '../../apps/contract/green.ts';
import { prices } from '../../apps/contract/prices.ts';
import { toPlan } from '../../apps/etl/plan.ts';
import { compareTable } from '../../apps/tables/compare.ts';
import { toDesired } from '../../apps/tables/desired.ts';
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

test('a promised retention is the expiry of new tables, unless a flag says another one; tables that exist are not shortened', () => {
  const place = { project: 'taxiway-test', datasetPrefix: '', location: 'EU' };
  const kept = { ...green, promises: { retention: '7y' } as const };
  const daysOf = (expiryDays?: number, dataset: typeof green = kept) =>
    toDesired(dataset, { ...place, expiryDays }).tables.map(
      ({ timePartitioning: { expirationMs } }) => expirationMs && Number(expirationMs) / 86_400_000,
    );
  expect(daysOf()).toEqual([2557, 2557, undefined]);
  expect(daysOf(100)).toEqual([100, 100, undefined]);
  expect(daysOf(undefined, green)).toEqual([undefined, undefined, undefined]);
  const [before, after] = [green, kept].map((dataset) => toDesired(dataset, place).tables[0]);
  expect(compareTable(before as never, after as never)).toEqual({
    breaking: [
      'expiry of partitions: none → 2557 days, which deletes older months; where they may go: bq update --time_partitioning_expiration 220924800 taxiway-test:staging.green_clean',
    ],
    changes: [],
    patch: {},
  });
  expect(compareTable(after as never, before as never).changes).toEqual(['expiry of partitions: 2557 days → none']);
});
