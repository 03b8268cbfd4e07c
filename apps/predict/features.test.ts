import { expect, test } from 'vitest';
import { metresBetween } from '../contract/derive/expression-value.ts';
import type { Place } from '../contract/dimension.ts';
import { computableFeatures, datasetOf, estimateMiles, servedDatasets, toFeatures, toRow } from './features.ts';
import { findZone } from './zones.ts';

const green = datasetOf('green');
const jfk = findZone(132)?.place as Place;
const midtown = findZone(161)?.place as Place;

test('every feature of every category can be computed, and what only the past knows can not', () => {
  for (const dataset of servedDatasets) {
    const computable = computableFeatures(dataset);
    expect(dataset.model.features.filter((name) => !computable.has(name))).toEqual([]);
    expect(['trip_duration', 'fare_amount'].filter((name) => computable.has(name))).toEqual([]);
  }
});

const request = { pickup_zone: 132, dropoff_zone: 161, passenger_count: 2, trip_distance: 17 };

test('the calendar is that of the wall clock: Sunday is 1, Saturday 7, no hour is shifted', () => {
  const at = (pickup_datetime: string) =>
    toFeatures(green, toRow(green, { ...request, pickup_datetime }), [
      'day_of_week',
      'hour_of_day',
      'day_of_month',
      'month',
      'year',
    ]);
  expect(at('2024-03-31T02:30')).toEqual({ day_of_week: 1, hour_of_day: 2, day_of_month: 31, month: 3, year: 2024 });
  expect(at('2024-11-02T23:59')).toMatchObject({ day_of_week: 7, hour_of_day: 23 });
});

test('places and numbers are those of the request; what the data set does not have is missing', () => {
  const row = toRow(green, { ...request, pickup_datetime: '2024-03-31T02:30' });
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

test('an estimate is longer than the great circle, and never nothing', () => {
  expect(estimateMiles(jfk, midtown)).toBeGreaterThan(metresBetween(jfk, midtown) / 1609.344);
  expect(estimateMiles(jfk, jfk)).toBe(0.7);
});

test.each([264, 265, 0, 266])('zone %i has no place', (id) => expect(findZone(id)?.place).toBeUndefined());
