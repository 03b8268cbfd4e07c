// The gates of every category of trips: what a month's file must be as a whole, and how far it may be from earlier months.
import type { Column } from './dataset.ts';
import type { Figure, Gate } from './gate.ts';
import { usualGates } from './usual-gates.ts';

/** Amounts that make up the total. */
const partsOfTotal = [
  'fare_amount',
  'extra',
  'mta_tax',
  'tip_amount',
  'tolls_amount',
  'ehail_fee',
  'improvement_surcharge',
  'congestion_surcharge',
  'airport_fee',
  'cbd_congestion_fee',
];

/**
 * What a month of trips must be as a whole. `triaged`: the largest share of rows that may break a rule, which differs by category, since some
 * vendors leave out what the rules ask for.
 */
export function tripGates(
  columns: readonly Column[],
  { pickup, dropoff, triaged }: { pickup: string; dropoff: string; triaged: number },
): Gate[] {
  const fare: Figure = { of: 'value', column: 'fare_amount' };
  const distance: Figure = { of: 'value', column: 'trip_distance' };
  const minutes: Figure = { of: 'minutes', from: pickup, to: dropoff };
  const figures = { fare, distance, minutes } as const;
  const usual = usualGates({ what: 'pickups', triaged, days: 0.8, hours: 0.17 });
  return [
    usual.cast,
    usual.castMost,
    usual.inMonth,
    usual.triaged,
    {
      name: 'repeated_rows',
      check: 'repeated',
      columns: [
        ...['PULocationID', 'DOLocationID', 'VendorID', 'payment_type', 'passenger_count', 'trip_distance', 'fare_amount'],
        ...[pickup, dropoff],
      ],
      atMost: 0.01,
      severity: 'critical',
      description: 'At most 1 % of the rows repeat the times, zones, vendor, payment, distance and fare of another row.',
    },
    usual.days,
    {
      name: 'pickup_zones',
      check: 'distinct',
      column: 'PULocationID',
      atLeast: 20,
      severity: 'critical',
      description: 'Pickups are in at least 20 zones.',
    },
    {
      name: 'dropoff_zones',
      check: 'distinct',
      column: 'DOLocationID',
      atLeast: 20,
      severity: 'critical',
      description: 'Dropoffs are in at least 20 zones.',
    },
    {
      name: 'vendors',
      check: 'distinct',
      column: 'VendorID',
      atLeast: 2,
      severity: 'critical',
      description: 'At least two vendors sent trips.',
    },
    {
      name: 'payment_types',
      check: 'distinct',
      column: 'payment_type',
      atLeast: 2,
      severity: 'critical',
      description: 'Passengers paid in at least two forms.',
    },
    {
      name: 'fare_median',
      check: 'quantile',
      figure: fare,
      quantile: 0.5,
      atLeast: 4,
      atMost: 60,
      severity: 'critical',
      description: 'The median fare is 4 to 60 USD.',
    },
    {
      name: 'fare_p95',
      check: 'quantile',
      figure: fare,
      quantile: 0.95,
      atLeast: 10,
      atMost: 200,
      severity: 'critical',
      description: '95 % of the fares are below a limit of 10 to 200 USD.',
    },
    {
      name: 'distance_median',
      check: 'quantile',
      figure: distance,
      quantile: 0.5,
      atLeast: 0.5,
      atMost: 10,
      severity: 'critical',
      description: 'The median distance is 0.5 to 10 miles.',
    },
    {
      name: 'distance_p95',
      check: 'quantile',
      figure: distance,
      quantile: 0.95,
      atLeast: 2,
      atMost: 60,
      severity: 'critical',
      description: '95 % of the distances are below a limit of 2 to 60 miles.',
    },
    {
      name: 'duration_median',
      check: 'quantile',
      figure: minutes,
      quantile: 0.5,
      atLeast: 2,
      atMost: 60,
      severity: 'critical',
      description: 'The median duration is 2 to 60 minutes.',
    },
    {
      name: 'duration_p95',
      check: 'quantile',
      figure: minutes,
      quantile: 0.95,
      atLeast: 8,
      atMost: 240,
      severity: 'critical',
      description: '95 % of the durations are below a limit of 8 to 240 minutes.',
    },
    ...Object.entries(figures).flatMap(([name, figure]): Gate[] => earlierGates(name, figure)),
    usual.rowsOfEarlier,
    usual.rowsChange,
    usual.hoursOfEarlier,
    {
      name: 'short_ride_for_much',
      check: 'impossible',
      when: [
        { figure: minutes, atLeast: 0, atMost: 1 },
        { figure: fare, atLeast: 100 },
      ],
      atMost: 0.005,
      severity: 'warning',
      description: 'At most 0.5 % of the rides take a minute or less and cost 100 USD or more.',
    },
    {
      name: 'too_fast',
      check: 'impossible',
      when: [{ figure: { of: 'per-hour', column: 'trip_distance', from: pickup, to: dropoff }, atLeast: 100 }],
      atMost: 0.01,
      severity: 'warning',
      description: 'At most 1 % of the rides are faster than 100 miles an hour.',
    },
    {
      name: 'total_differs_from_parts',
      check: 'impossible',
      when: [
        {
          figure: {
            of: 'difference',
            column: 'total_amount',
            parts: partsOfTotal.filter((part) => columns.some(({ name }) => name === part)),
          },
          atLeast: 0.05,
        },
      ],
      atMost: 0.2,
      severity: 'warning',
      description: 'At most 20 % of the totals differ from the sum of their parts by 5 cents or more.',
    },
  ];
}

const earlierGates = (name: string, figure: Figure): Gate[] =>
  ([0.5, 0.95] as const).flatMap((quantile): Gate[] => {
    const what = quantile === 0.5 ? `${name}_median` : `${name}_p95`;
    const rest = { check: 'quantile-of-earlier', figure, quantile } as const;
    const times = (factor: number) => `${what} is at most ${factor} times that of earlier months, or as little.`;
    return [
      { ...rest, name: `${what}_of_earlier_months`, factor: 3, severity: 'critical', description: times(3) },
      { ...rest, name: `${what}_change`, factor: 1.5, severity: 'warning', description: times(1.5) },
    ];
  });
