import { expect, test } from 'vitest';
import { allDatasets } from '../contract/categories.ts';
import { computableFeatures, estimateMiles, metresBetween, type Place, placeOf, toFeatures } from './features.ts';

const jfk = placeOf(132) as Place;
const midtown = placeOf(161) as Place;

test('every feature of every category can be computed', () => {
  expect(allDatasets.flatMap(({ model }) => model.features).filter((name) => !computableFeatures.has(name))).toEqual([]);
});

test('the calendar is that of the wall clock: Sunday is 1, Saturday 7, no hour is shifted', () => {
  const trip = { pickup: jfk, dropoff: midtown, passengers: 2, miles: 17 };
  const names = ['day_of_week', 'hour_of_day', 'day_of_month', 'month', 'year'];
  expect(toFeatures({ ...trip, pickupTime: '2024-03-31T02:30' }, names)).toEqual({
    day_of_week: 1,
    hour_of_day: 2,
    day_of_month: 31,
    month: 3,
    year: 2024,
  });
  expect(toFeatures({ ...trip, pickupTime: '2024-11-02T23:59' }, names)).toMatchObject({ day_of_week: 7, hour_of_day: 23 });
});

test('distances are metres on a sphere of 6,371 km', () => {
  expect(metresBetween({ longitude: 0, latitude: 0 }, { longitude: 0, latitude: 1 })).toBeCloseTo((Math.PI * 6_371_000) / 180, 6);
  expect(metresBetween(jfk, jfk)).toBe(0);
});

test('an estimate is longer than the great circle, and never nothing', () => {
  expect(estimateMiles(jfk, midtown)).toBeGreaterThan(metresBetween(jfk, midtown) / 1609.344);
  expect(estimateMiles(jfk, jfk)).toBe(0.7);
});

test.each([264, 265, 0, 266])('zone %i has no place', (id) => expect(placeOf(id)).toBeUndefined());
