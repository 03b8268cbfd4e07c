// dbt's description of a category's two models: columns, data tests, and native unit tests with hand-made rows.
import { countOf, type Dataset, summaryOf } from '../dataset.ts';
import { biView, datasets, dimensionTable, monthlyColumns, monthlyTable, type TableName } from '../names.ts';
import { taxiZones } from '../taxi-zones.ts';
import { toFeatureProperties, toFeatureTests } from './dbt-features.ts';
import { describe, toMonthlyColumns } from './dbt-sources.ts';
import { toExampleRows } from './dimension-examples.ts';

/** The content of a category's models.yml. */
export function toDbtModels(dataset: Dataset): object {
  return {
    version: 2,
    models: [toFeatureProperties(dataset), monthToMonthModel(dataset)],
    unit_tests: [...toFeatureTests(dataset), readableNames(dataset)],
  };
}

const source = ({ dataset, table }: TableName) => `source('${dataset}', '${table}')`;
const zonesInput = `ref('${dimensionTable(taxiZones).table}')`;

function monthToMonthModel(dataset: Dataset): object {
  const { category, title, roles } = dataset;
  const summary = summaryOf(dataset);
  const keys = Object.keys(summary.keys);
  const named = [roles.vendor, roles.paymentForm, roles.pickupZone, roles.dropoffZone];
  const kept = toMonthlyColumns(dataset).filter(
    ({ name }) => !keys.includes(name) || !named.includes(summary.keys[name] as string),
  );
  return {
    name: biView(category).table,
    description: describe({ description: `${title}: the monthly figures with readable names, for dashboards.` }),
    config: { schema: datasets.bi, materialized: 'view', tags: [category] },
    data_tests: [{ same_number_of_rows: { arguments: { other: source(monthlyTable(category)) } } }],
    columns: [
      { name: 'vendors', description: "The provider's name." },
      { name: 'year', description: 'Year of pickup.' },
      { name: 'month', description: 'Month of pickup, 1 to 12.' },
      ...kept.map(({ name, description }) => ({ name, description })),
      { name: 'airport_fee_total', description: 'Sum of the airport fees. In USD. Null where the category has none.' },
      { name: 'payment_type', description: 'How the passengers paid, as text.', data_tests: ['not_null'] },
      ...['pickup', 'dropoff'].flatMap((end) => [
        { name: `${end}_borough`, description: `Borough of the ${end}.`, data_tests: ['not_null'] },
        { name: `${end}_zone`, description: `Name of the ${end}'s taxi zone.`, data_tests: ['not_null'] },
      ]),
    ],
  };
}

function readableNames(dataset: Dataset): object {
  const { category, columns, roles } = dataset;
  const { keys } = summaryOf(dataset);
  const key = (column: string) => Object.keys(keys).find((name) => keys[name] === column) as string;
  const [code, vendor] = Object.entries(columns.find(({ name }) => name === roles.vendor)?.codes ?? { 1: 'code 1' })[0] as [
    string,
    string,
  ];
  const row = (values: { vendor: number; payment: number | null; from: number; to: number | null; trips: number }) => ({
    [key(roles.vendor)]: values.vendor,
    [key(roles.paymentForm)]: values.payment,
    [key(roles.pickupZone)]: values.from,
    [key(roles.dropoffZone)]: values.to,
    [monthlyColumns.month]: '2024-02-01',
    [countOf(dataset)]: values.trips,
  });
  return {
    name: `${category}_readable_names`,
    description: 'Codes and zones become names; a code or zone that nobody knows loses no row.',
    model: biView(category).table,
    given: [
      {
        input: source(monthlyTable(category)),
        rows: [
          row({ vendor: Number(code), payment: null, from: 1, to: 3, trips: 5 }),
          row({ vendor: 9999, payment: 9999, from: 9999, to: null, trips: 7 }),
        ],
      },
      { input: zonesInput, rows: toExampleRows(taxiZones) },
    ],
    expect: {
      rows: [
        {
          vendors: vendor,
          year: 2024,
          month: 2,
          trip_count: 5,
          payment_type: 'not recorded',
          pickup_borough: 'Somewhere',
          pickup_zone: 'First',
          dropoff_borough: 'Unknown',
          dropoff_zone: 'Nowhere',
        },
        {
          vendors: 'code 9999',
          year: 2024,
          month: 2,
          trip_count: 7,
          payment_type: 'code 9999',
          pickup_borough: 'Unknown',
          pickup_zone: 'Unknown',
          dropoff_borough: 'Unknown',
          dropoff_zone: 'Unknown',
        },
      ],
    },
  };
}
