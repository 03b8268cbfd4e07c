// Made-up bicycle rides: between docks on a grid, at a bicycle's speed, and now and then one that was not returned.
import { dice, oneIn, random, type Sample } from './sample.ts';

const docks = 60;
/** Degrees of a dock, from its number. */
const latitude = (dock: string) => `(40.71 + (${dock} * 7 % ${docks}) * 0.0008)`;
const longitude = (dock: string) => `(-74.08 + (${dock} * 13 % ${docks}) * 0.0009)`;
const nameOf = (dock: string) => `'Dock ' || ${dock}`;
const idOf = (dock: string) => `printf('JC%03d', ${dock})`;
/** Rides that ended elsewhere than at a dock. */
const lost = oneIn(80, 'lost');

export const bikeSample: Sample = {
  steps: [
    [
      'begun',
      `SELECT rolled.*, ${dice('start')} % ${docks} AS start_dock, ${dice('end')} % ${docks} AS end_dock, ${dice('rider')} % 10 < 7 AS is_member,
      [1, 7, 8, 8, 9, 12, 13, 15, 16, 17, 17, 18, 18, 19, 20, 22][1 + (${dice('hour')} % 16)::INT] AS ride_hour FROM rolled`,
    ],
    [
      'placed',
      `SELECT *, month_start + to_days(floor(${random('day')} * month_days)::INT) + to_hours(ride_hour::INT) + to_seconds(floor(${random('second')} * 3600)::INT) AS began,
      111000 * sqrt(pow(${latitude('start_dock')} - ${latitude('end_dock')}, 2) + pow(0.76 * (${longitude('start_dock')} - ${longitude('end_dock')}), 2)) AS distance
      FROM begun`,
    ],
    [
      'ride',
      `SELECT *, floor(70 + distance * 1.3 / (CASE WHEN is_member THEN 3.6 ELSE 2.6 END) * (0.7 + 0.6 * ${random('speed')}))::BIGINT AS seconds FROM placed`,
    ],
  ],
  values: {
    ride_id: `printf('%08X%08X', m * 1000000 + seed, i)`,
    rideable_type: `['classic_bike', 'classic_bike', 'electric_bike'][1 + (${dice('bicycle')} % 3)::INT]`,
    started_at: `CASE WHEN ${oneIn(1500, 'late')} THEN month_start + INTERVAL 1 MONTH ELSE began END`,
    ended_at: `CASE WHEN ${oneIn(900, 'short')} THEN began + INTERVAL 20 SECOND WHEN ${oneIn(1300, 'kept')} THEN began + INTERVAL 3 DAY ELSE began + to_seconds(seconds) END`,
    start_station_name: nameOf('start_dock'),
    start_station_id: idOf('start_dock'),
    end_station_name: `CASE WHEN ${lost} THEN NULL ELSE ${nameOf('end_dock')} END`,
    end_station_id: `CASE WHEN ${lost} THEN NULL ELSE ${idOf('end_dock')} END`,
    start_lat: latitude('start_dock'),
    start_lng: longitude('start_dock'),
    end_lat: `CASE WHEN ${lost} THEN NULL ELSE ${latitude('end_dock')} END`,
    end_lng: `CASE WHEN ${lost} THEN NULL ELSE ${longitude('end_dock')} END`,
    member_casual: `CASE WHEN is_member THEN 'member' ELSE 'casual' END`,
  },
  drift: { nullable: [], empty: [] },
};
