// Made-up taxi trips: short ones between near zones, fares that follow distance and time, and the dirt that real files hold.
import type { Column } from './dataset.ts';
import { dice, oneIn, random, type Sample } from './sample.ts';
import { tripColumns } from './trips.ts';

/** Trips begin at these hours, ten times out of a hundred at 18. */
const hours = [
  0, 1, 5, 6, 7, 7, 8, 8, 9, 9, 10, 11, 12, 12, 13, 14, 14, 15, 15, 16, 17, 17, 18, 18, 18, 19, 19, 20, 21, 21, 22, 23,
];

/** The sample of a category with these columns. */
export const tripSample = (columns: readonly Column[], { pickup, dropoff }: { pickup: string; dropoff: string }): Sample => ({
  steps: tripSteps,
  values: { ...toTimes(pickup, dropoff), ...toValues(columns) },
  drift: {
    nullable: ['passenger_count', 'RatecodeID'],
    empty: ['airport_fee', 'congestion_surcharge', 'ehail_fee'].filter((name) => columns.some((column) => column.name === name)),
    words: { column: 'payment_type', word: 'cash' },
  },
});

/** As in the city, nine trips in ten keep to the 66 busiest zones; multiplying by a prime scatters these over the map. */
const zone = (salt: string) =>
  `(1 + (CASE WHEN ${random(`${salt} busy`)} < 0.9 THEN floor(66 * pow(${random(salt)}, 1.5)) ELSE floor(263 * ${random(salt)}) END::INT * 97 + 160) % 263)`;

const greatCircleMiles =
  '2 * 3958.8 * asin(least(1, sqrt(pow(sin(radians(d.latitude - p.latitude) / 2), 2) + cos(radians(p.latitude)) * cos(radians(d.latitude)) * pow(sin(radians(d.longitude - p.longitude) / 2), 2))))';

export const tripSteps: Sample['steps'] = [
  [
    // The zones of a zone, the nearest first: most trips are short.
    'near',
    `SELECT p.location_id AS id, list(d.location_id ORDER BY pow(d.latitude - p.latitude, 2) + pow((d.longitude - p.longitude) * 0.76, 2), d.location_id) AS ids
    FROM taxi_zones p, taxi_zones d WHERE d.latitude IS NOT NULL GROUP BY p.location_id`,
  ],
  [
    'begun',
    `SELECT rolled.*, ${zone('pickup zone')} AS pu, ${random('vendor')} AS vendor_dice, ${random('payment')} AS payment_dice,
      [${hours.join(', ')}][1 + (${dice('hour')} % ${hours.length})::INT] AS trip_hour,
      month_start + to_days(floor(${random('day')} * month_days)::INT) + to_hours(trip_hour::INT) + to_seconds(floor(${random('second')} * 3600)::INT) AS pickup
    FROM rolled`,
  ],
  [
    'planned',
    `SELECT begun.*, CASE WHEN ${oneIn(40, 'to the airport')} THEN 132 ELSE ids[1 + floor(len(ids) * pow(${random('dropoff zone')}, 3))::INT] END AS dz
    FROM begun JOIN near ON near.id = pu`,
  ],
  [
    'path',
    `SELECT planned.*, pu = 132 OR dz = 132 AS jfk, round(0.4 + coalesce(${greatCircleMiles}, 3) * (1.2 + 0.4 * ${random('detour')}), 2) AS distance
    FROM planned JOIN taxi_zones p ON p.location_id = pu JOIN taxi_zones d ON d.location_id = dz`,
  ],
  [
    'ride',
    `SELECT *, floor(120 + 3600 * distance / (CASE WHEN trip_hour BETWEEN 7 AND 19 THEN 10 ELSE 16 END) * (0.7 + 0.6 * ${random('traffic')}))::INT AS seconds
    FROM path`,
  ],
  [
    'trip',
    `SELECT *, CASE WHEN jfk AND distance > 8 THEN 70.0 ELSE round(3 + 0.7 * round(distance * 3.4 + seconds / 100.0), 1) END AS fare,
      CASE WHEN payment_dice < 0.78 AND vendor_dice >= 0.04 THEN round((3 + 2.5 * distance) * 0.22 * ${random('tip')} * 2, 2) ELSE 0.0 END AS tip
    FROM ride`,
  ],
];

/** Rows of providers that don't send the driver's entries: about 4 in 100. */
const bare = '(vendor_dice < 0.04)';

const toTimes = (pickup: string, dropoff: string) => ({
  [pickup]: `CASE WHEN ${oneIn(2500, 'lost clock')} THEN pickup - INTERVAL 15 YEAR WHEN ${oneIn(3000, 'future')} THEN pickup + INTERVAL 80 YEAR
        WHEN ${oneIn(1500, 'late')} THEN date_trunc('month', pickup) + INTERVAL 1 MONTH ELSE pickup END`,
  [dropoff]: `CASE WHEN ${oneIn(900, 'same')} THEN pickup WHEN ${oneIn(1300, 'back')} THEN pickup - to_seconds(seconds)
        WHEN ${oneIn(700, 'all day')} THEN pickup + INTERVAL 23 HOUR ELSE pickup + to_seconds(seconds) END`,
});

const known: Readonly<Record<string, string>> = {
  PULocationID: `CASE WHEN ${oneIn(150, 'pu')} THEN 264 + (i % 2) ELSE pu END`,
  DOLocationID: `CASE WHEN ${oneIn(120, 'do')} THEN 264 + (i % 2) ELSE dz END`,
  VendorID: `CASE WHEN ${oneIn(4000, 'vendor')} THEN 5 WHEN vendor_dice < 0.3 THEN 1 WHEN vendor_dice > 0.99 THEN 6 ELSE 2 END`,
  payment_type: `CASE WHEN ${bare} THEN 0 WHEN payment_dice < 0.78 THEN 1 WHEN payment_dice < 0.97 THEN 2 WHEN payment_dice < 0.985 THEN 3 ELSE 4 END`,
  passenger_count: `CASE WHEN ${bare} THEN NULL WHEN ${oneIn(70, 'nobody')} THEN 0 WHEN ${oneIn(9000, 'bus')} THEN 9
        ELSE 1 + floor(6 * pow(${random('passengers')}, 4))::INT END`,
  trip_distance: `CASE WHEN ${oneIn(20000, 'odometer')} THEN distance * 10000 WHEN ${oneIn(100, 'still')} THEN 0 ELSE distance END`,
  fare_amount: `CASE WHEN ${oneIn(260, 'refund')} THEN -fare WHEN ${oneIn(6000, 'typo')} THEN fare * 100 ELSE fare END`,
  RatecodeID: `CASE WHEN ${bare} THEN NULL WHEN ${oneIn(140, 'rate')} THEN 99 WHEN jfk THEN 2 WHEN ${oneIn(200, 'negotiated')} THEN 5 ELSE 1 END`,
  store_and_fwd_flag: `CASE WHEN ${bare} THEN NULL WHEN ${oneIn(250, 'flag')} THEN 'Y' ELSE 'N' END`,
  extra: 'CASE WHEN trip_hour BETWEEN 16 AND 19 THEN 2.5 WHEN trip_hour >= 20 OR trip_hour < 6 THEN 1.0 ELSE 0.0 END',
  mta_tax: '0.5',
  improvement_surcharge: '1.0',
  tip_amount: 'tip',
  tolls_amount: 'CASE WHEN distance > 9 AND payment_dice < 0.6 THEN 6.94 ELSE 0.0 END',
  congestion_surcharge: `CASE WHEN ${bare} THEN NULL ELSE 2.5 END`,
  airport_fee: `CASE WHEN ${bare} THEN NULL WHEN pu IN (132, 138) THEN 1.75 ELSE 0.0 END`,
  cbd_congestion_fee: `CASE WHEN pickup >= TIMESTAMP '${tripColumns.cbd_congestion_fee.since}-01' THEN 0.75 ELSE 0.0 END`,
};

/** The total is the sum of what is paid in money. */
function toValues(columns: readonly Column[]): Record<string, string> {
  const paid = columns.filter(({ name, unit }) => unit === 'USD' && !['fare_amount', 'total_amount'].includes(name));
  const amounts = Object.fromEntries(paid.map(({ name }) => [name, known[name] ?? `round(${random(name)} * 10, 2)`]));
  const parts = Object.values(amounts).map((sql) => `coalesce(${sql}, 0)`);
  const named = columns.flatMap(({ name }) => (known[name] === undefined ? [] : [[name, known[name]] as const]));
  return { ...Object.fromEntries(named), ...amounts, total_amount: `round(fare + ${parts.join(' + ')}, 2)` };
}
