// What the fare model of every TLC trip file learns from.
import type { Feature, Model } from './dataset.ts';
import { day, dayOfMonth, dayOfWeek, hourOf, lookup, metres, minutesBetween, monthOf, value, yearOf } from './expression.ts';
import type { Estimate } from './input.ts';
import { airports } from './zones.ts';

const ends = ['pickup', 'dropoff'] as const;

const places = Object.fromEntries(
  ends.flatMap((end): [string, Feature][] => {
    const of = `${end} zone's centroid.`;
    return [
      [`${end}_long`, { expression: lookup(end, 'longitude'), description: `Longitude of the ${of}`, unit: 'degrees' }],
      [`${end}_lat`, { expression: lookup(end, 'latitude'), description: `Latitude of the ${of}`, unit: 'degrees' }],
    ];
  }),
);

const distances = Object.fromEntries(
  Object.entries(airports).flatMap(([name, place]) =>
    ends.map((end): [string, Feature] => [
      `${end}_${name}_distance`,
      { expression: metres(end, place), description: `Metres from the ${end} zone's centroid to ${name.toUpperCase()} airport.` },
    ]),
  ),
);

/** The columns of the feature table. */
export const tripFeatures = ({ pickup, dropoff }: { pickup: string; dropoff: string }): Readonly<Record<string, Feature>> => ({
  passenger_count: { expression: value('passenger_count'), description: 'Passengers in the vehicle.' },
  trip_distance: { expression: value('trip_distance'), description: 'Distance of the trip.', unit: 'miles' },
  fare_amount: { expression: value('fare_amount'), description: 'The fare.', unit: 'USD' },
  ...places,
  date: { expression: day(pickup), description: 'Day of the pickup.' },
  trip_duration: { expression: minutesBetween(pickup, dropoff), description: 'Minutes from pickup to dropoff.' },
  day_of_month: { expression: dayOfMonth(pickup), description: 'Day of the month of the pickup.' },
  month: { expression: monthOf(pickup), description: 'Month of the pickup, 1 to 12.' },
  year: { expression: yearOf(pickup), description: 'Year of the pickup.' },
  day_of_week: { expression: dayOfWeek(pickup), description: 'Day of the week of the pickup, 1 = Sunday.' },
  hour_of_day: { expression: hourOf(pickup), description: 'Hour of the pickup, 0 to 23.' },
  ...distances,
});

/** Miles driven for each mile of great circle between the zones' centroids. Over the real trips of green 2020-07 and 2024-01 and
    of yellow 2025-02 the median trip has 1.24 to 1.32, all trips together 1.31 to 1.42. */
const circuity = 1.3;
/** Miles of a trip within one zone: the medians of the same trips are 0.5 to 0.8. */
const milesWithinZone = 0.7;
/** The distance of a trip between two zones, for those who do not know it. */
export const tripMiles: Estimate = { expression: metres('pickup', 'dropoff'), times: circuity, atLeast: milesWithinZone };

/** The fare model: what is known when a trip starts. `trip_duration` is in the feature table, but only the past knows it. */
export const fareModel = ({ pickup }: { pickup: string }): Model => ({
  name: 'fare',
  target: 'fare_amount',
  features: [
    'passenger_count',
    'trip_distance',
    'pickup_long',
    'pickup_lat',
    'dropoff_long',
    'dropoff_lat',
    'day_of_month',
    'month',
    'year',
    'day_of_week',
    'hour_of_day',
    'pickup_jfk_distance',
    'dropoff_jfk_distance',
    'pickup_ewr_distance',
    'dropoff_ewr_distance',
    'pickup_lga_distance',
    'dropoff_lga_distance',
  ],
  inputs: {
    pickup_zone: { column: 'PULocationID', label: 'From', default: 161 },
    dropoff_zone: { column: 'DOLocationID', label: 'To', default: 132 },
    pickup_datetime: { column: pickup, label: 'When', atLeast: '2009-01-01', atMost: '2099-12-31' },
    passenger_count: { label: 'Passengers', default: 1 },
    trip_distance: {
      label: 'Distance',
      hint: 'Estimated from the map when empty',
      above: 0,
      atMost: 500,
      estimate: { ...tripMiles, flag: 'distance_estimated' },
    },
  },
});
