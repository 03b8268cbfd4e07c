// The green taxis of New York City.
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

const time = { pickup: 'lpep_pickup_datetime', dropoff: 'lpep_dropoff_datetime' };

const columns = [
  tripColumns.VendorID,
  pickupColumn(time.pickup),
  dropoffColumn(time.dropoff),
  tripColumns.store_and_fwd_flag,
  tripColumns.RatecodeID,
  tripColumns.PULocationID,
  tripColumns.DOLocationID,
  tripColumns.passenger_count,
  tripColumns.trip_distance,
  tripColumns.fare_amount,
  tripColumns.extra,
  tripColumns.mta_tax,
  tripColumns.tip_amount,
  tripColumns.tolls_amount,
  { name: 'ehail_fee', type: 'double', unit: 'USD', description: 'The fee of an electronic hail.', optional: true },
  tripColumns.improvement_surcharge,
  tripColumns.total_amount,
  tripColumns.payment_type,
  {
    name: 'trip_type',
    type: 'int',
    description: 'How the trip began.',
    optional: true,
    codes: { 1: 'street hail', 2: 'dispatch' },
  },
  tripColumns.congestion_surcharge,
  tripColumns.cbd_congestion_fee,
] as const;

export const green = defineDataset({
  category: 'green',
  version: '1.0.0',
  title: 'Green taxi',
  description: 'Trips of the green boro taxis, which may be hailed outside the core of Manhattan.',
  files: { name: 'green_tripdata_{YYYY-MM}.parquet' },
  promises: tripPromises,
  row: ['trip', 'trips'],
  columns,
  time: { at: time.pickup, until: time.dropoff, word: 'pickup', zone: tripTimeZone },
  must: [time.pickup, time.dropoff, ...tripMust],
  cluster: tripCluster,
  lookups: tripLookups,
  rules: tripRules(time),
  expectations: tripExpectations,
  // In 2020 two fifths of the rows were of vendors that send neither VendorID nor payment form.
  gates: tripGates(columns, { ...time, triaged: 0.43 }),
  summary: tripSummary(columns, time),
  features: tripFeatures(time),
  model: fareModel(time),
  sample: tripSample(columns, time),
});
