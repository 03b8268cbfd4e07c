// The gates of every category of trips: what a month's file must be as a whole, and how far it may be from earlier months.
import type { Column } from './dataset.ts';
import type { Figure, Gate } from './gate.ts';

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

const percent = (share: number): string => `${Number((share * 100).toFixed(2))} %`;

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
  return [
    // Writers such as pandas turn missing numbers into NaN, so that many values of a good month may fail; their rows are triaged.
    {
      name: 'cast',
      check: 'cast',
      atLeast: 0.5,
      severity: 'critical',
      description: 'At least half of the values of a column can be cast.',
    },
    {
      name: 'cast_most',
      check: 'cast',
      atLeast: 0.99,
      severity: 'warning',
      description: 'At least 99 % of the values of a column can be cast.',
    },
    {
      name: 'in_month',
      check: 'in-month',
      atLeast: 0.9,
      severity: 'critical',
      description: "At least 90 % of the pickups lie in the month of the file's name.",
    },
    {
      name: 'triaged_rows',
      check: 'triaged',
      atMost: triaged,
      severity: 'critical',
      description: `At most ${percent(triaged)} of the rows break a rule.`,
    },
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
    {
      name: 'days',
      check: 'days',
      atLeast: 0.8,
      severity: 'critical',
      description: "At least 80 % of the month's days have pickups.",
    },
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
    {
      name: 'rows_of_earlier_months',
      check: 'rows-of-earlier',
      factor: 10,
      severity: 'critical',
      description: 'The month has at most 10 times as many rows as earlier months, or as few.',
    },
    {
      name: 'rows_change',
      check: 'rows-of-earlier',
      factor: 2.5,
      severity: 'warning',
      description: 'The month has at most 2.5 times as many rows as earlier months, or as few.',
    },
    {
      name: 'hours_of_earlier_months',
      check: 'hours-of-earlier',
      atMost: 0.17,
      severity: 'critical',
      description: 'Pickups are at the hours of day of earlier months; times that are shifted by hours are not.',
    },
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
