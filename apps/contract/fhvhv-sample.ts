// Made-up for-hire trips: those of the taxis, asked for some minutes before they begin, with what the driver gets.
import { dice, oneIn, random, type Sample } from './sample.ts';
import { tripSteps } from './trip-sample.ts';

/** Y or N, as real files write it. */
const flag = (every: number, salt: string): string => `CASE WHEN ${oneIn(every, salt)} THEN true ELSE false END`;

export const fhvhvSample: Sample = {
  steps: tripSteps,
  values: {
    hvfhs_license_num: `CASE WHEN vendor_dice < 0.72 THEN 'HV0003' WHEN vendor_dice < 0.9998 THEN 'HV0005' ELSE 'HV0009' END`,
    dispatching_base_num: `['B03404', 'B02870', 'B02764', 'B03406'][1 + (${dice('base')} % 4)::INT]`,
    originating_base_num: `CASE WHEN vendor_dice < 0.72 THEN 'B03404' END`,
    request_datetime: `pickup - to_seconds(floor(60 + 540 * ${random('wait')})::BIGINT)`,
    on_scene_datetime: `CASE WHEN ${oneIn(2000, 'scene')} THEN pickup + INTERVAL 1 MINUTE WHEN vendor_dice < 0.72 THEN pickup - to_seconds(floor(50 * ${random('scene')})::BIGINT) END`,
    pickup_datetime: `CASE WHEN ${oneIn(1500, 'late')} THEN date_trunc('month', pickup) + INTERVAL 1 MONTH ELSE pickup END`,
    dropoff_datetime: `CASE WHEN ${oneIn(900, 'same')} THEN pickup WHEN ${oneIn(1300, 'long')} THEN pickup + INTERVAL 7 HOUR ELSE pickup + to_seconds(seconds) END`,
    PULocationID: 'pu',
    DOLocationID: 'dz',
    trip_miles: `CASE WHEN ${oneIn(20000, 'odometer')} THEN distance * 1000 ELSE distance END`,
    trip_time: 'seconds',
    base_passenger_fare: `CASE WHEN ${oneIn(700, 'refund')} THEN -fare ELSE fare END`,
    tolls: 'CASE WHEN distance > 9 AND payment_dice < 0.6 THEN 6.94 ELSE 0.0 END',
    bcf: 'round(fare * 0.03, 2)',
    sales_tax: 'round(fare * 0.08875, 2)',
    congestion_surcharge: '2.75',
    airport_fee: 'CASE WHEN jfk THEN 2.5 ELSE 0.0 END',
    tips: `CASE WHEN ${oneIn(5, 'tips')} THEN round(fare * 0.18, 2) ELSE 0.0 END`,
    driver_pay: 'round(fare * 0.78, 2)',
    shared_request_flag: flag(40, 'asked to share'),
    shared_match_flag: flag(90, 'shared'),
    access_a_ride_flag: `CASE WHEN vendor_dice < 0.72 THEN NULL ELSE false END`,
    wav_request_flag: flag(500, 'asked for wheelchair'),
    wav_match_flag: flag(14, 'wheelchair'),
    cbd_congestion_fee: `CASE WHEN pickup >= TIMESTAMP '2025-01-01' THEN 1.5 ELSE 0.0 END`,
  },
  drift: {
    nullable: [],
    empty: ['airport_fee', 'congestion_surcharge'],
    flags: { yes: 'Y', no: 'N', none: ' ' },
  },
};
