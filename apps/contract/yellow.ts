// The yellow taxis of New York City.
import { defineDataset } from './define-dataset.ts';
import { fareModel, tripFeatures } from './trip-features.ts';
import { tripGates } from './trip-gates.ts';
import { tripSample } from './trip-sample.ts';
import {
  dropoffColumn,
  pickupColumn,
  tripCluster,
  tripColumns,
  tripExpectations,
  tripLookups,
  tripMust,
  tripPromises,
  tripRules,
  tripSummary,
  tripTimeZone,
} from './trips.ts';

const time = { pickup: 'tpep_pickup_datetime', dropoff: 'tpep_dropoff_datetime' };

const columns = [
  tripColumns.VendorID,
  pickupColumn(time.pickup),
  dropoffColumn(time.dropoff),
  tripColumns.passenger_count,
  tripColumns.trip_distance,
  tripColumns.RatecodeID,
  tripColumns.store_and_fwd_flag,
  tripColumns.PULocationID,
  tripColumns.DOLocationID,
  tripColumns.payment_type,
  tripColumns.fare_amount,
  tripColumns.extra,
  tripColumns.mta_tax,
  tripColumns.tip_amount,
  tripColumns.tolls_amount,
  tripColumns.improvement_surcharge,
  tripColumns.total_amount,
  tripColumns.congestion_surcharge,
  tripColumns.airport_fee,
  tripColumns.cbd_congestion_fee,
];

export const yellow = defineDataset({
  category: 'yellow',
  version: '1.0.0',
  title: 'Yellow taxi',
  description: 'Trips of the yellow taxis of New York City, which may be hailed on the street anywhere in the city.',
  files: { name: 'yellow_tripdata_{YYYY-MM}.parquet' },
  promises: tripPromises,
  row: ['trip', 'trips'],
  columns,
  time: { at: time.pickup, until: time.dropoff, word: 'pickup', zone: tripTimeZone },
  must: [time.pickup, time.dropoff, ...tripMust],
  cluster: tripCluster,
  lookups: tripLookups,
  rules: tripRules(time),
  expectations: tripExpectations,
  // Since 2024 a fifth and more of the rows are flex fares without passengers and rate code.
  gates: tripGates(columns, { ...time, triaged: 0.43 }),
  summary: tripSummary(columns, time),
  features: tripFeatures(time),
  model: fareModel(time),
  sample: tripSample(columns, time),
});
