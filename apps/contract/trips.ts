// What every TLC trip file has in common: columns, rules and the monthly summary. Each category picks from these.
import type { Column, Expectation, Rule } from './dataset.ts';
import { all, before, beforeAsOf, between, inMonth, oneOf, present } from './predicate.ts';
import type { Promises } from './promises.ts';
import { busiestHour, count, mean, meanMinutes, type Summary, sum, sumHours } from './summary.ts';
import { taxiZones } from './taxi-zones.ts';

export const tripTimeZone = 'America/New_York';

/** Made-up months have 50,000 trips, the busiest real ones 16 million. */
export const tripPromises: Promises = {
  owner: { name: 'Taxi data team', contact: 'taxi-data@example.com' },
  freshness: '40d',
  rowsPerMonth: { atLeast: 20_000, atMost: 20_000_000 },
};

/** An amount of money. */
export const usd = (name: string, description: string, more: Partial<Column> = {}): Column => ({
  name,
  type: 'double',
  unit: 'USD',
  description,
  ...more,
});

export const pickupColumn = (name: string): Column => ({
  name,
  type: 'timestamp',
  description: 'When the meter was engaged, New York wall-clock time.',
});
export const dropoffColumn = (name: string): Column => ({
  name,
  type: 'timestamp',
  description: 'When the meter was disengaged, New York wall-clock time.',
});

/** The columns that more than one category has, by name. */
export const tripColumns = {
  VendorID: {
    name: 'VendorID',
    type: 'int',
    description: 'The provider of the record.',
    codes: { 1: 'Creative Mobile Technologies', 2: 'Curb (formerly VeriFone)', 6: 'Myle', 7: 'Helix' },
  },
  passenger_count: { name: 'passenger_count', type: 'int', description: 'Passengers in the vehicle, as the driver entered it.' },
  trip_distance: { name: 'trip_distance', type: 'double', unit: 'miles', description: 'Distance that the taximeter reported.' },
  RatecodeID: {
    name: 'RatecodeID',
    type: 'int',
    description: 'The rate in effect at the end of the trip.',
    codes: { 1: 'standard', 2: 'JFK', 3: 'Newark', 4: 'Nassau or Westchester', 5: 'negotiated', 6: 'group', 99: 'unknown' },
  },
  store_and_fwd_flag: {
    name: 'store_and_fwd_flag',
    type: 'string',
    description: 'Whether the record was held in the vehicle before it was sent.',
    codes: { Y: 'held, then forwarded', N: 'sent at once' },
  },
  PULocationID: { name: 'PULocationID', type: 'int', description: 'Taxi zone of the pickup.' },
  DOLocationID: { name: 'DOLocationID', type: 'int', description: 'Taxi zone of the dropoff.' },
  payment_type: {
    name: 'payment_type',
    type: 'int',
    description: 'How the passenger paid.',
    codes: { 0: 'flex fare', 1: 'credit card', 2: 'cash', 3: 'no charge', 4: 'dispute', 5: 'unknown', 6: 'voided' },
  },
  fare_amount: usd('fare_amount', 'The fare by time and distance that the meter calculated.'),
  extra: usd('extra', 'Rush hour, overnight and other extras.'),
  mta_tax: usd('mta_tax', 'The MTA tax.'),
  tip_amount: usd('tip_amount', 'The tip by credit card; cash tips are not included.'),
  tolls_amount: usd('tolls_amount', 'All tolls of the trip.'),
  improvement_surcharge: usd('improvement_surcharge', 'The improvement surcharge, since 2015.', { optional: true }),
  total_amount: usd('total_amount', 'The total that the passenger was charged, without cash tips.'),
  congestion_surcharge: usd('congestion_surcharge', 'The congestion surcharge, since 2019.', { optional: true }),
  airport_fee: usd('airport_fee', 'The fee for pickups at LaGuardia and JFK.', { aliases: ['Airport_fee'], optional: true }),
  cbd_congestion_fee: usd('cbd_congestion_fee', "The charge for the MTA's congestion relief zone, since 2025.", {
    optional: true,
    since: '2025-01',
  }),
} as const satisfies Record<string, Column>;

/** What a trip is made of; its times come first. */
export const tripMust = ['PULocationID', 'DOLocationID', 'fare_amount', 'trip_distance'];

/** Queries ask for zones. */
export const tripCluster = ['PULocationID', 'DOLocationID'];

/** Where a trip began and ended. */
export const tripLookups = {
  pickup: { dimension: taxiZones, column: 'PULocationID' },
  dropoff: { dimension: taxiZones, column: 'DOLocationID' },
};

/** The validity rules of a trip. */
export function tripRules({ pickup, dropoff }: { pickup: string; dropoff: string }): Rule[] {
  return [
    { name: 'pickup_before_dropoff', description: 'The pickup lies before the dropoff.', holds: before(pickup, dropoff) },
    { name: 'passenger_count', description: '1 to 8 passengers.', holds: between('passenger_count', { atLeast: 1, atMost: 8 }) },
    {
      name: 'vendor',
      description: 'A known provider.',
      holds: oneOf('VendorID', Object.keys(tripColumns.VendorID.codes).map(Number)),
    },
    { name: 'ratecode', description: 'A rate code from 1 to 7.', holds: between('RatecodeID', { atLeast: 1, atMost: 7 }) },
    {
      name: 'payment_type',
      description: 'A payment type from 1 to 7.',
      holds: between('payment_type', { atLeast: 1, atMost: 7 }),
    },
    {
      name: 'fare_amount',
      description: 'A fare of at least 2.50 and below 250 USD.',
      holds: between('fare_amount', { atLeast: 2.5, below: 250 }),
    },
    { name: 'zones', description: 'Both taxi zones are present.', holds: all(present('PULocationID'), present('DOLocationID')) },
    { name: 'trip_distance', description: 'The distance is present.', holds: present('trip_distance') },
    {
      name: 'not_in_future',
      description: "Pickup and dropoff lie before the run's clock.",
      holds: all(beforeAsOf(pickup), beforeAsOf(dropoff)),
    },
    { name: 'in_month', description: "The pickup lies in the month of the file's name.", holds: inMonth(pickup) },
  ];
}

/** What a month's file should look like before it is let in, beyond what derives from columns and rules. */
export const tripExpectations: Expectation[] = [
  { type: 'expect_table_row_count_to_be_between', kwargs: { min_value: 1 }, severity: 'critical' },
  {
    type: 'expect_column_mean_to_be_between',
    kwargs: { column: 'fare_amount', min_value: 3, max_value: 100 },
    severity: 'warning',
  },
  {
    type: 'expect_column_median_to_be_between',
    kwargs: { column: 'trip_distance', min_value: 0.3, max_value: 15 },
    severity: 'warning',
  },
  {
    type: 'expect_column_values_to_be_between',
    kwargs: { column: 'PULocationID', min_value: 1, max_value: 265 },
    severity: 'critical',
  },
  {
    type: 'expect_column_values_to_be_between',
    kwargs: { column: 'DOLocationID', min_value: 1, max_value: 265 },
    severity: 'critical',
  },
];

const summedColumns = {
  monthly_fare_amount: 'fare_amount',
  monthly_total_amount: 'total_amount',
  monthly_extra_amount: 'extra',
  monthly_mta_tax: 'mta_tax',
  monthly_tip_amount: 'tip_amount',
  monthly_tolls_amount: 'tolls_amount',
  monthly_improvement_surcharge: 'improvement_surcharge',
  monthly_congestion_surcharge: 'congestion_surcharge',
  monthly_airport_fee: 'airport_fee',
};

/** The summary of a category with these columns. */
export function tripSummary(columns: readonly Column[], { pickup, dropoff }: { pickup: string; dropoff: string }): Summary {
  const has = (name: string) => columns.some((column) => column.name === name);
  const sums = Object.entries(summedColumns).filter(([, column]) => has(column));
  return {
    keys: {
      VendorID: 'VendorID',
      payment_type: 'payment_type',
      store_and_fwd_flag: 'store_and_fwd_flag',
      pickup_zone: 'PULocationID',
      dropoff_zone: 'DOLocationID',
    },
    by: 'vendor, payment, flag and zones',
    names: { vendors: 'VendorID', payment_type: 'payment_type' },
    repeats: {
      airport_fee_total: {
        ...(has('airport_fee') && { figure: 'monthly_airport_fee' }),
        description: 'Sum of the airport fees. In USD. Null where the category has none.',
      },
    },
    figures: {
      ...Object.fromEntries(sums.map(([name, column]) => [name, sum(column)])),
      average_passenger_count: mean('passenger_count'),
      average_trip_distance: mean('trip_distance'),
      trip_count: count(),
      avg_duration_minutes: meanMinutes(pickup, dropoff),
      total_duration_hours: sumHours(pickup, dropoff),
      busiest_hour_of_day: busiestHour(
        pickup,
        'Hour of the day with the most pickups of this group, 0 to 23; ties: the earlier hour.',
      ),
    },
  };
}
