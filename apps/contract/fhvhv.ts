// New York's high-volume for-hire vehicles: Uber, Lyft, Via and Juno.
import type { Column } from './dataset.ts';
import { defineDataset } from './define-dataset.ts';
import { code, day, dayOfWeek, hourOf, lookup, metres, value, yearOf } from './expression.ts';
import { fhvhvSample } from './fhvhv-sample.ts';
import { all, before, between, ifPresent, inMonth, lasts, notAfter, oneOf, present } from './predicate.ts';
import { busiestHour, count, countWhere, mean, shareWhere, sum, sumHours } from './summary.ts';
import { tripMiles } from './trip-features.ts';
import { tripCluster, tripColumns, tripLookups, tripTimeZone, usd } from './trips.ts';
import { airports } from './zones.ts';

const companies = { HV0002: 'Juno', HV0003: 'Uber', HV0004: 'Via', HV0005: 'Lyft' };
const flag = (name: string, description: string): Column => ({
  name,
  type: 'boolean',
  description,
  codes: { true: 'yes', false: 'no' },
});
const time = (name: string, description: string, more: Partial<Column> = {}): Column => ({
  name,
  type: 'timestamp',
  description: `${description}, New York wall-clock time.`,
  ...more,
});

export const fhvhv = defineDataset({
  category: 'fhvhv',
  title: 'High-volume for-hire',
  description: 'Trips of the companies that dispatch more than 10,000 for-hire trips a day.',
  row: ['trip', 'trips'],
  files: { name: 'fhvhv_tripdata_{YYYY-MM}.parquet', nulls: [' ', ''] },
  columns: [
    { name: 'hvfhs_license_num', type: 'string', description: 'The company.', codes: companies },
    { name: 'dispatching_base_num', type: 'string', description: 'The base that sent the vehicle.' },
    { name: 'originating_base_num', type: 'string', description: 'The base that took the request.', optional: true },
    time('request_datetime', 'When the ride was asked for'),
    time('on_scene_datetime', 'When the driver arrived; of accessible vehicles alone', { optional: true }),
    time('pickup_datetime', 'When the trip began'),
    time('dropoff_datetime', 'When the trip ended'),
    tripColumns.PULocationID,
    tripColumns.DOLocationID,
    { name: 'trip_miles', type: 'double', unit: 'miles', description: 'Distance of the trip.' },
    { name: 'trip_time', type: 'int', unit: 'seconds', description: 'Time from pickup to dropoff.' },
    usd('base_passenger_fare', 'The fare before tolls, tips, taxes and fees.'),
    usd('tolls', 'All tolls of the trip.'),
    usd('bcf', 'For the Black Car Fund.'),
    usd('sales_tax', 'The sales tax of the state.'),
    usd('congestion_surcharge', 'The congestion surcharge.', { optional: true }),
    usd('airport_fee', 'The fee for trips to and from LaGuardia, Newark and JFK.', { optional: true }),
    usd('tips', 'Tips.'),
    usd('driver_pay', 'What the driver gets, without tolls and tips.'),
    flag('shared_request_flag', 'Whether the passenger agreed to share the ride.'),
    flag('shared_match_flag', 'Whether the ride was shared.'),
    flag('access_a_ride_flag', 'Whether it was a trip on behalf of the MTA.'),
    flag('wav_request_flag', 'Whether a wheelchair-accessible vehicle was asked for.'),
    flag('wav_match_flag', 'Whether the vehicle was wheelchair-accessible.'),
    usd('cbd_congestion_fee', "The charge for the MTA's congestion relief zone.", { since: '2025-01' }),
  ],
  time: { at: 'pickup_datetime', until: 'dropoff_datetime', word: 'pickup', zone: tripTimeZone },
  must: ['hvfhs_license_num', 'pickup_datetime', 'dropoff_datetime', 'PULocationID', 'DOLocationID', 'base_passenger_fare'],
  cluster: tripCluster,
  lookups: tripLookups,
  rules: [
    { name: 'company', description: 'A licensed company.', holds: oneOf('hvfhs_license_num', Object.keys(companies)) },
    {
      name: 'waited',
      description: 'Asked for, and arrived, before it began.',
      holds: all(
        ifPresent('request_datetime', notAfter('request_datetime', 'pickup_datetime')),
        ifPresent('on_scene_datetime', notAfter('on_scene_datetime', 'pickup_datetime')),
      ),
    },
    {
      name: 'duration',
      description: 'It lasted from ten seconds to six hours.',
      holds: all(
        before('pickup_datetime', 'dropoff_datetime'),
        lasts('pickup_datetime', 'dropoff_datetime', { atLeast: '10s', below: '6h' }),
      ),
    },
    {
      name: 'fare',
      description: 'A fare of at least 0.01 and at most 500 USD.',
      holds: between('base_passenger_fare', { atLeast: 0.01, atMost: 500 }),
    },
    {
      name: 'distance',
      description: 'At most 300 miles.',
      holds: between('trip_miles', { atLeast: 0, atMost: 300 }),
    },
    { name: 'zones', description: 'Both taxi zones are present.', holds: all(present('PULocationID'), present('DOLocationID')) },
    { name: 'in_month', description: "The pickup lies in the month of the file's name.", holds: inMonth('pickup_datetime') },
  ],
  summary: {
    keys: {
      company: 'hvfhs_license_num',
      shared: 'shared_match_flag',
      pickup_zone: 'PULocationID',
      dropoff_zone: 'DOLocationID',
    },
    by: 'company, sharing and zones',
    figures: {
      trip_count: count(),
      monthly_base_fare: sum('base_passenger_fare'),
      monthly_driver_pay: sum('driver_pay'),
      monthly_tips: sum('tips'),
      monthly_tolls: sum('tolls'),
      average_trip_miles: mean('trip_miles'),
      shared_share: shareWhere(oneOf('shared_match_flag', [true]), 'Share of trips that were shared.'),
      accessible_trips: countWhere(oneOf('wav_match_flag', [true]), 'Number of trips in wheelchair-accessible vehicles.'),
      total_duration_hours: sumHours('pickup_datetime', 'dropoff_datetime'),
      busiest_hour_of_day: busiestHour('pickup_datetime'),
    },
  },
  features: {
    date: { expression: day('pickup_datetime'), description: 'Day of the pickup.' },
    base_fare: { expression: value('base_passenger_fare'), description: 'The base fare.', unit: 'USD' },
    company: { expression: code('hvfhs_license_num'), description: 'The company.' },
    trip_miles: { expression: value('trip_miles'), description: 'Distance of the trip.', unit: 'miles' },
    hour_of_day: { expression: hourOf('pickup_datetime'), description: 'Hour of the pickup, 0 to 23.' },
    day_of_week: { expression: dayOfWeek('pickup_datetime'), description: 'Day of the week of the pickup, 1 = Sunday.' },
    year: { expression: yearOf('pickup_datetime'), description: 'Year of the pickup.' },
    pickup_long: { expression: lookup('pickup', 'longitude'), description: 'Longitude of the pickup zone.', unit: 'degrees' },
    pickup_lat: { expression: lookup('pickup', 'latitude'), description: 'Latitude of the pickup zone.', unit: 'degrees' },
    dropoff_long: { expression: lookup('dropoff', 'longitude'), description: 'Longitude of the dropoff zone.', unit: 'degrees' },
    dropoff_lat: { expression: lookup('dropoff', 'latitude'), description: 'Latitude of the dropoff zone.', unit: 'degrees' },
    to_jfk: { expression: metres('dropoff', airports.jfk), description: 'From the dropoff zone to JFK airport.', unit: 'metres' },
  },
  model: {
    name: 'fare',
    target: 'base_fare',
    features: [
      'company',
      'trip_miles',
      'hour_of_day',
      'day_of_week',
      'year',
      'pickup_long',
      'pickup_lat',
      'dropoff_long',
      'dropoff_lat',
      'to_jfk',
    ],
    inputs: {
      company: { column: 'hvfhs_license_num', label: 'Company', default: 'HV0003' },
      pickup_zone: { column: 'PULocationID', label: 'From', default: 161 },
      dropoff_zone: { column: 'DOLocationID', label: 'To', default: 132 },
      pickup_datetime: { label: 'When' },
      trip_miles: { label: 'Distance', hint: 'Estimated from the map when empty', above: 0, estimate: tripMiles },
    },
  },
  sample: fhvhvSample,
});
