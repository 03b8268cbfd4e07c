import { expect, test } from 'vitest';
import { allDatasets } from '../contract/categories.ts';
import { metresBetween } from '../contract/derive/expression-value.ts';
import { type Place, placeOfRow, rowOf } from '../contract/dimension.ts';
import { green } from '../contract/green.ts';
import { taxiZones } from '../contract/taxi-zones.ts';
import { computableFeatures, toFeatures } from './features.ts';
import { readRequest } from './request.ts';
import { toServed } from './served.ts';

const placeOf = (zone: number) => placeOfRow(taxiZones, rowOf(taxiZones, zone)) as Place;
const [jfk, midtown] = [placeOf(132), placeOf(161)];
const served = toServed([green]);
const trip = { category: 'green', pickup_zone: 132, dropoff_zone: 161, passenger_count: 2, trip_distance: 17 };

/** What is known of the row of a trip. */
function toRow(more: object) {
  const read = readRequest(served, { ...trip, ...more });
  if ('problems' in read) throw new Error(JSON.stringify(read.problems));
  return read.request.row;
}

test('every feature of every model can be computed, and what only the past knows can not', () => {
  const all = toServed(allDatasets);
  expect(all.map(({ dataset }) => dataset.category)).toEqual(['bikes', 'fhvhv', 'green', 'yellow']);
  for (const { dataset } of all) {
    const computable = computableFeatures(dataset);
    expect(dataset.model.features.filter((name) => !computable.has(name))).toEqual([]);
    expect(['trip_duration', 'fare_amount'].filter((name) => computable.has(name))).toEqual([]);
  }
});

test('the calendar is that of the wall clock: Sunday is 1, Saturday 7, no hour is shifted', () => {
  const names = ['day_of_week', 'hour_of_day', 'day_of_month', 'month', 'year'];
  const at = (pickup_datetime: string) => toFeatures(green, toRow({ pickup_datetime }), names);
  expect(at('2024-03-31T02:30')).toEqual({ day_of_week: 1, hour_of_day: 2, day_of_month: 31, month: 3, year: 2024 });
  expect(at('2024-11-02T23:59')).toMatchObject({ day_of_week: 7, hour_of_day: 23 });
});

test('places and numbers are those of the request; what the data set does not have is missing', () => {
  const row = toRow({ pickup_datetime: '2024-03-31T02:30' });
  expect(toFeatures(green, row, ['pickup_long', 'dropoff_lat', 'passenger_count', 'trip_distance', 'x'])).toEqual({
    pickup_long: jfk.longitude,
    dropoff_lat: midtown.latitude,
    passenger_count: 2,
    trip_distance: 17,
    x: Number.NaN,
  });
});

test('distances are metres on a sphere of 6,371 km', () => {
  expect(metresBetween({ longitude: 0, latitude: 0 }, { longitude: 0, latitude: 1 })).toBeCloseTo((Math.PI * 6_371_000) / 180, 6);
  expect(metresBetween(jfk, jfk)).toBe(0);
});

test('an estimate is in the unit of its column, longer than the great circle, and never nothing', () => {
  const estimate = (dropoff_zone: number) =>
    toRow({ pickup_datetime: '2024-03-31T02:30', dropoff_zone, trip_distance: '' }).trip_distance;
  expect(estimate(161)).toBe(Number(((metresBetween(jfk, midtown) / 1609.344) * 1.3).toFixed(2)));
  expect(estimate(132)).toBe(0.7);
});
