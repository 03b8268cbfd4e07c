// What the sample's values are: a believable trip, then the dirt that real files hold. SQL over `trip`, a row a trip.
import type { Column, Dataset } from '../contract/dataset.ts';
import { cbdSince } from './drift.ts';

/** A pseudo-random 64-bit number that depends on the row, the month, the seed and the salt alone. Hashed twice: DuckDB's hash of several values mixes them too little. */
export const dice = (salt: string): string => `hash(hash(i, m, seed, '${salt}'))`;

/** A pseudo-random number in [0, 1). */
export const random = (salt: string): string => `((${dice(salt)} >> 11)::DOUBLE / 9007199254740992)`;

/** True for one row in `every`, by salt. */
export const oneIn = (every: number, salt: string): string => `(${dice(salt)} % ${every} = 0)`;

/** Rows of providers that don't send the driver's entries: about 4 in 100. */
const bare = '(vendor_dice < 0.04)';

/** The value of a column, by the part it plays in a trip, then by name, then by type. */
export function sampleValue(dataset: Dataset, column: Column): string {
  const { roles, time } = dataset;
  switch (column.name) {
    case time.at:
      return `CASE WHEN ${oneIn(2500, 'lost clock')} THEN pickup - INTERVAL 15 YEAR WHEN ${oneIn(3000, 'future')} THEN pickup + INTERVAL 80 YEAR
        WHEN ${oneIn(1500, 'late')} THEN date_trunc('month', pickup) + INTERVAL 1 MONTH ELSE pickup END`;
    case time.until:
      return `CASE WHEN ${oneIn(900, 'same')} THEN pickup WHEN ${oneIn(1300, 'back')} THEN pickup - to_seconds(seconds)
        WHEN ${oneIn(700, 'all day')} THEN pickup + INTERVAL 23 HOUR ELSE pickup + to_seconds(seconds) END`;
    case roles.pickupZone:
      return `CASE WHEN ${oneIn(150, 'pu')} THEN 264 + (i % 2) ELSE pu END`;
    case roles.dropoffZone:
      return `CASE WHEN ${oneIn(120, 'do')} THEN 264 + (i % 2) ELSE dz END`;
    case roles.vendor:
      return `CASE WHEN ${oneIn(4000, 'vendor')} THEN 5 WHEN vendor_dice < 0.3 THEN 1 WHEN vendor_dice > 0.99 THEN 6 ELSE 2 END`;
    case roles.paymentForm:
      return `CASE WHEN ${bare} THEN 0 WHEN payment_dice < 0.78 THEN 1 WHEN payment_dice < 0.97 THEN 2 WHEN payment_dice < 0.985 THEN 3 ELSE 4 END`;
    case roles.passengers:
      return `CASE WHEN ${bare} THEN NULL WHEN ${oneIn(70, 'nobody')} THEN 0 WHEN ${oneIn(9000, 'bus')} THEN 9
        ELSE 1 + floor(6 * pow(${random('passengers')}, 4))::INT END`;
    case roles.distance:
      return `CASE WHEN ${oneIn(20000, 'odometer')} THEN distance * 10000 WHEN ${oneIn(100, 'still')} THEN 0 ELSE distance END`;
    case roles.fare:
      return `CASE WHEN ${oneIn(260, 'refund')} THEN -fare WHEN ${oneIn(6000, 'typo')} THEN fare * 100 ELSE fare END`;
    case 'RatecodeID':
      return `CASE WHEN ${bare} THEN NULL WHEN ${oneIn(140, 'rate')} THEN 99 WHEN jfk THEN 2 WHEN ${oneIn(200, 'negotiated')} THEN 5 ELSE 1 END`;
    case 'store_and_fwd_flag':
      return `CASE WHEN ${bare} THEN NULL WHEN ${oneIn(250, 'flag')} THEN 'Y' ELSE 'N' END`;
    case 'extra':
      return `CASE WHEN trip_hour BETWEEN 16 AND 19 THEN 2.5 WHEN trip_hour >= 20 OR trip_hour < 6 THEN 1.0 ELSE 0.0 END`;
    case 'mta_tax':
      return '0.5';
    case 'improvement_surcharge':
      return '1.0';
    case 'tip_amount':
      return 'tip';
    case 'tolls_amount':
      return 'CASE WHEN distance > 9 AND payment_dice < 0.6 THEN 6.94 ELSE 0.0 END';
    case 'total_amount':
      return `round(fare + ${partsOf(dataset).join(' + ')}, 2)`;
    case 'congestion_surcharge':
      return `CASE WHEN ${bare} THEN NULL ELSE 2.5 END`;
    case 'airport_fee':
      return `CASE WHEN ${bare} THEN NULL WHEN pu IN (132, 138) THEN 1.75 ELSE 0.0 END`;
    case 'cbd_congestion_fee':
      return `CASE WHEN pickup >= TIMESTAMP '${cbdSince}-01' THEN 0.75 ELSE 0.0 END`;
    default:
      return plainValue(column);
  }
}

/** What the total holds beside the fare. */
function partsOf(dataset: Dataset): string[] {
  const { fare } = dataset.roles;
  const parts = dataset.columns.filter(({ name, unit }) => unit === 'USD' && ![fare, 'total_amount'].includes(name));
  return parts.map((column) => `coalesce(${sampleValue(dataset, column)}, 0)`);
}

function plainValue(column: Column): string {
  const codes = Object.keys(column.codes ?? {});
  const pick = (values: string[]) => `[${values.join(', ')}][1 + (${dice(column.name)} % ${values.length})::INT]`;
  switch (column.type) {
    case 'int':
      return codes.length > 0 ? pick(codes) : `(${dice(column.name)} % 100)::INT`;
    case 'double':
      return `round(${random(column.name)} * 10, 2)`;
    case 'string':
      return pick((codes.length > 0 ? codes : ['a', 'b', 'c']).map((code) => `'${code.replaceAll("'", "''")}'`));
    case 'timestamp':
      return 'pickup';
  }
}
