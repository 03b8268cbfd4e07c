// dbt's description of a category's two models: columns, data tests, and native unit tests with hand-made rows.
import { countOf, type Dataset, summaryOf } from '../dataset.ts';
import {
  biView,
  cleanTable,
  datasets,
  dimensionTable,
  featureTable,
  monthlyColumns,
  monthlyTable,
  type TableName,
} from '../names.ts';
import { taxiZones } from '../taxi-zones.ts';
import { airports } from '../zones.ts';
import { describe, toMonthlyColumns } from './dbt-sources.ts';
import { featureColumns } from './feature-columns.ts';

/** The content of a category's models.yml. */
export function toDbtModels(dataset: Dataset): object {
  return {
    version: 2,
    models: [fareModel(dataset), monthToMonthModel(dataset)],
    unit_tests: [allMonths(dataset), oneMonth(dataset), readableNames(dataset)],
  };
}

const source = ({ dataset, table }: TableName) => `source('${dataset}', '${table}')`;
const zonesInput = `ref('${dimensionTable(taxiZones).table}')`;

function fareModel({ category, title, model, roles, time }: Dataset): object {
  const leftOut = {
    trips: source(cleanTable(category)),
    pickup: time.at,
    pickup_zone: roles.pickupZone,
    dropoff_zone: roles.dropoffZone,
  };
  return {
    name: featureTable(category).table,
    description: describe({
      description: `${title}: what the fare model learns from, a row a clean trip between zones with coordinates. Partitioned by month of date.`,
    }),
    config: { schema: datasets.ml, materialized: 'incremental', tags: [category] },
    data_tests: [{ trips_without_coordinates: { arguments: leftOut, config: { severity: 'warn' } } }],
    columns: Object.entries(featureColumns).map(([name, description]) => ({
      name,
      description,
      ...(name === 'date' || name === model.target || /_(long|lat|distance)$/.test(name) ? { data_tests: ['not_null'] } : {}),
    })),
  };
}

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

/** Zones of the unit tests: two at airports, so that two distances are exactly 0, and one without coordinates. */
const zoneRows = [
  { location_id: 1, borough: 'Queens', zone: 'At JFK', ...airports.jfk },
  { location_id: 2, borough: 'Queens', zone: 'At LGA', ...airports.lga },
  { location_id: 3, borough: 'Unknown', zone: 'Nowhere', longitude: null, latitude: null },
];

interface Trip {
  readonly at: string;
  readonly until: string;
  readonly from: number;
  readonly to: number;
}

function tripRow({ roles, time }: Dataset, { at, until, from, to }: Trip): object {
  return {
    [time.at]: at,
    ...(time.until !== undefined && { [time.until]: until }),
    [roles.pickupZone]: from,
    [roles.dropoffZone]: to,
    [roles.passengers]: 2,
    [roles.distance]: 10.5,
    [roles.fare]: 40.25,
  };
}

function fareTest(
  dataset: Dataset,
  details: { name: string; description: string; overrides: object; expected: readonly object[] },
): object {
  const { category } = dataset;
  const trips = [
    { at: '2024-01-07 08:30:00', until: '2024-01-07 08:42:30', from: 1, to: 2 },
    { at: '2024-01-31 23:59:59', until: '2024-02-01 00:59:59', from: 2, to: 1 },
    { at: '2024-02-01 00:00:00', until: '2024-02-01 00:01:00', from: 1, to: 1 },
    { at: '2024-02-03 12:00:00', until: '2024-02-03 12:10:00', from: 1, to: 3 },
  ];
  return {
    name: `${category}_${details.name}`,
    description: details.description,
    model: featureTable(category).table,
    overrides: details.overrides,
    given: [
      { input: source(cleanTable(category)), rows: trips.map((trip) => tripRow(dataset, trip)) },
      { input: zonesInput, rows: zoneRows },
    ],
    expect: { rows: details.expected },
  };
}

const fare = { passenger_count: 2, trip_distance: 10.5, fare_amount: 40.25 };
const january = [
  { ...fare, date: '2024-01-07', trip_duration: 12.5, day_of_month: 7, month: 1, year: 2024, day_of_week: 1, hour_of_day: 8 },
  { ...fare, date: '2024-01-31', trip_duration: 60, day_of_month: 31, month: 1, year: 2024, day_of_week: 4, hour_of_day: 23 },
];
const february = [
  { ...fare, date: '2024-02-01', trip_duration: 1, day_of_month: 1, month: 2, year: 2024, day_of_week: 5, hour_of_day: 0 },
];

function allMonths(dataset: Dataset): object {
  return fareTest(dataset, {
    name: 'fare_of_all_months',
    description: 'A full build takes every trip between zones with coordinates.',
    overrides: { macros: { is_incremental: false } },
    expected: [...january, ...february],
  });
}

function oneMonth(dataset: Dataset): object {
  return fareTest(dataset, {
    name: 'fare_of_one_month',
    description: 'A run for a month takes the trips of that month only.',
    overrides: { macros: { is_incremental: true }, env_vars: { TAXIWAY_RUN_DATE: '2024-02-01' } },
    expected: february.map((row) => ({ ...row, pickup_jfk_distance: 0, dropoff_jfk_distance: 0 })),
  });
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
      { input: zonesInput, rows: zoneRows },
    ],
    expect: {
      rows: [
        {
          vendors: vendor,
          year: 2024,
          month: 2,
          trip_count: 5,
          payment_type: 'not recorded',
          pickup_borough: 'Queens',
          pickup_zone: 'At JFK',
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
