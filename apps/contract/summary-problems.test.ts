import { expect, test } from 'vitest';
import { type Dataset, summaryOf } from './dataset.ts';
import { defineDataset } from './define-dataset.ts';
import { all, beforeAsOf, not, oneOf } from './predicate.ts';
import { count, countWhere, mean, shareWhere, sum, sumHours } from './summary.ts';
import { yellow } from './yellow.ts';

const { at: pickup } = yellow.time;
const summary = (change: object): Partial<Dataset> => ({ summary: { ...summaryOf(yellow), ...change } });

test.each<[string, Partial<Dataset>, string]>([
  [
    'hours from a wall-clock time to an instant',
    {
      columns: [...yellow.columns, { name: 'paid_at', type: 'instant', description: 'Paid.' }],
      summary: { keys: {}, figures: { count: count(), hours: sumHours('tpep_pickup_datetime', 'paid_at') } },
    },
    'summary "hours": no time passes from "tpep_pickup_datetime" (timestamp) to "paid_at" (instant): one has a zone, the other has none',
  ],
  [
    'a sum that may not fit',
    {
      columns: [...yellow.columns, { name: 'wei', type: 'decimal(29,2)', description: 'Wei.' }],
      summary: { ...yellow.summary, keys: {}, figures: { all: sum('wei') } },
    },
    'summary "all": a sum of decimal(29,2) may not fit: column "wei" has more than 28 digits',
  ],
  [
    'a sum of text',
    { summary: { keys: {}, figures: { flags: sum('store_and_fwd_flag') } } },
    'summary "flags": "sum" needs int, int32, double, decimal or duration, but column "store_and_fwd_flag" is string',
  ],
  [
    'a figure with the name of a key, by case alone',
    { summary: { keys: { vendor: 'VendorID' }, figures: { Vendor: mean('extra') } } },
    'summary: "vendor" is defined twice',
  ],
  [
    'a figure with the name of the month',
    { summary: { keys: {}, figures: { first_day_of_month: count() } } },
    'summary: "first_day_of_month" is defined twice',
  ],
  [
    'a figure of no column',
    { summary: { keys: {}, figures: { hours: sumHours(pickup, 'dropof') } } },
    'summary "hours": no column "dropof"',
  ],
  ['a figure that is no name', { summary: { keys: {}, figures: { 'a b': count() } } }, 'summary: "a b" is not a plain SQL'],
  ['a summary of nothing', { summary: { keys: { v: 'VendorID' }, figures: {} } }, 'summary: no figures'],
  [
    'names of a key that is not there',
    summary({ names: { vendors: 'VendorId' } }),
    'summary.names "vendors": no key "VendorId" (did you mean "VendorID"?)',
  ],
  [
    'names of a key without codes',
    summary({ names: { zones: 'pickup_zone' } }),
    'summary.names "zones": column "PULocationID" has no codes',
  ],
  [
    'a repetition of no figure',
    summary({ repeats: { trips: { figure: 'trip_cuont', description: 'x' } } }),
    'summary.repeats "trips": no figure "trip_cuont" (did you mean "trip_count"?)',
  ],
  [
    'a view with a column twice',
    summary({ names: { dropoff_zone: 'VendorID' } }),
    'summary: the view would have "dropoff_zone" twice',
  ],
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
