import { expect, test } from 'vitest';
import type { Dataset } from './dataset.ts';
import { defineDataset } from './define-dataset.ts';
import { all, beforeAsOf, not, oneOf } from './predicate.ts';
import { count, countWhere, shareWhere } from './summary.ts';
import { yellow } from './yellow.ts';

test.each<[string, Partial<Dataset>, string]>([
  [
    'a share of what nobody knows',
    { summary: { keys: {}, figures: { free: shareWhere(oneOf('fare_amont', [0]), 'Free.') } } },
    'summary "free": no column "fare_amont" (did you mean "fare_amount"?)',
  ],
  [
    'a number of rows before the present',
    { summary: { keys: {}, figures: { past: countWhere(not(beforeAsOf('tpep_pickup_datetime')), ' ') } } },
    'summary "past": it has no description',
  ],
  [
    "the run's clock in a summary",
    { summary: { keys: {}, figures: { past: countWhere(all(beforeAsOf('tpep_pickup_datetime')), 'x') } } },
    "summary \"past\": a month's figures are the same whenever it is loaded: they can't read the run's clock",
  ],
  [
    'a figure of the board that is none',
    { board: ['trip_counts'] },
    'board: no figure "trip_counts" (did you mean "trip_count"?)',
  ],
  ['a figure of the board twice', { board: ['trip_count', 'trip_count'] }, 'board: figure "trip_count" is listed twice'],
  [
    'a key that is the day',
    { summary: { keys: { day: 'VendorID' }, per: 'day', figures: { n: count() } } },
    'summary: "day" is defined twice',
  ],
])('refuses %s', (_, change, problem) => {
  expect(() => defineDataset({ ...yellow, ...change })).toThrow(problem);
});
