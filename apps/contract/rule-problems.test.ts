import { expect, test } from 'vitest';
import type { Dataset } from './dataset.ts';
import { defineDataset } from './define-dataset.ts';
import { all, any, before, between, ifPresent, inMonth, lasts, matches, not, notAfter, oneOf, present } from './predicate.ts';
import { yellow } from './yellow.ts';

const { at: pickup, until: dropoff = '' } = yellow.time;

test.each<[string, Partial<Dataset>, string]>([
  ['a rule twice', { rules: [...yellow.rules, ...yellow.rules.slice(0, 1)] }, 'rule "pickup_before_dropoff" is defined 2 times'],
  [
    'a rule with the prefix of cast failures',
    { rules: [{ name: 'cast_x', description: '', holds: present('extra') }] },
    'names that start with cast_',
  ],
  [
    'a rule of the wrong type',
    { rules: [{ name: 'x', description: '', holds: inMonth('extra') }] },
    '"in-month" needs timestamp, but column "extra" is double',
  ],
  [
    'a list of values of a flag',
    {
      columns: [...yellow.columns, { name: 'is_shared', type: 'boolean', description: 'Shared?' }],
      rules: [{ name: 'shared', description: 'Shared.', holds: oneOf('is_shared', ['true']) }],
    },
    'value "true" does not fit column "is_shared" of type boolean',
  ],
  [
    'a comparison of an instant with a wall-clock time',
    {
      columns: [...yellow.columns, { name: 'paid_at', type: 'instant', description: 'Paid.' }],
      rules: [{ name: 'paid', description: 'Paid.', holds: lasts('tpep_pickup_datetime', 'paid_at', { atLeast: '0s' }) }],
    },
    `can't compare "tpep_pickup_datetime" (timestamp) with "paid_at" (instant)`,
  ],
  [
    'an instant in a month, which is one of wall clocks',
    {
      columns: [...yellow.columns, { name: 'paid_at', type: 'instant', description: 'Paid.' }],
      rules: [{ name: 'paid', description: 'Paid.', holds: inMonth('paid_at') }],
    },
    '"in-month" needs timestamp, but column "paid_at" is instant',
  ],
  [
    'a comparison of a whole number with a fraction',
    {
      columns: [...yellow.columns, { name: 'seats', type: 'int32', description: 'Seats.' }],
      rules: [{ name: 'seats', description: 'Enough.', holds: notAfter('seats', 'extra') }],
    },
    `can't compare "seats" (int32) with "extra" (double)`,
  ],
  [
    'a bound with which a decimal has too many digits',
    {
      columns: [...yellow.columns, { name: 'share', type: 'decimal(38,36)', description: 'Share.' }],
      rules: [{ name: 'share', description: 'A share.', holds: between('share', { atLeast: 0, below: 100 }) }],
    },
    'rule "share": 100 can\'t be compared with column "share" (decimal(38,36)): together they need more than 38 digits',
  ],
  [
    'a value with an exponent among decimals',
    {
      columns: [...yellow.columns, { name: 'share', type: 'decimal(9,8)', description: 'Share.' }],
      rules: [{ name: 'share', description: 'A share.', holds: oneOf('share', [1e-7]) }],
    },
    'rule "share": 1e-7 can\'t be compared',
  ],
  [
    'a comparison of decimals of unlike digits',
    {
      columns: [
        ...yellow.columns,
        { name: 'price', type: 'decimal(9,2)', description: 'Price.' },
        { name: 'paid', type: 'decimal(9,3)', description: 'Paid.' },
      ],
      rules: [{ name: 'paid', description: 'Paid.', holds: notAfter('paid', 'price') }],
    },
    'can\'t compare "paid" (decimal(9,3)) with "price" (decimal(9,2))',
  ],
  [
    'a comparison of unlike columns',
    { rules: [{ name: 'x', description: '', holds: before('extra', 'VendorID') }] },
    `can't compare "extra" (double) with "VendorID" (int)`,
  ],
  [
    'a text among numbers',
    { rules: [{ name: 'x', description: '', holds: oneOf('VendorID', ['1']) }] },
    'value "1" does not fit column "VendorID"',
  ],
  [
    'an empty choice',
    { rules: [{ name: 'x', description: '', holds: oneOf('VendorID', []) }] },
    'an empty list of values never holds',
  ],
  [
    'an empty range',
    { rules: [{ name: 'x', description: '', holds: all(between('extra', { atLeast: 2, below: 2 })) }] },
    'no number lies between 2 and 2',
  ],
  [
    'a length of time of numbers',
    { rules: [{ name: 'x', description: '', holds: lasts('extra', 'mta_tax', { below: '1h' }) }] },
    '"lasts" needs timestamp or instant, but column "extra" is double',
  ],
  [
    'a length of time without a unit',
    { rules: [{ name: 'x', description: '', holds: lasts(pickup, dropoff, { below: '60' as '60s' }) }] },
    '"60" is no duration; expected a whole number and s, m, h or d, as 90s',
  ],
  [
    'a length of time that nothing has',
    { rules: [{ name: 'x', description: '', holds: lasts(pickup, dropoff, { atLeast: '1h', below: '60m' }) }] },
    'nothing lasts at least 1h and less than 60m',
  ],
  [
    'a length of time without a bound',
    { rules: [{ name: 'x', description: '', holds: lasts(pickup, dropoff, {}) }] },
    '"lasts" needs atLeast, below or both',
  ],
  [
    'a pattern that engines read in different ways, deep inside',
    { rules: [{ name: 'x', description: '', holds: not(any(ifPresent('extra', matches('store_and_fwd_flag', 'Y.')))) }] },
    'pattern "Y.": "." at character 2 is not among characters',
  ],
  ['a choice of nothing', { rules: [{ name: 'x', description: '', holds: any() }] }, '"any" of nothing says nothing'],
  [
    'a condition on a column that is not there',
    { rules: [{ name: 'x', description: '', holds: ifPresent('tolls', present('extra')) }] },
    'rule "x": no column "tolls"',
  ],
  [
    'a name that is nearly right',
    { rules: [{ name: 'x', description: '', holds: present('fare_amuont') }] },
    'rule "x": no column "fare_amuont" (did you mean "fare_amount"?)',
  ],
])('refuses %s', (_, change, problem) => {
  expect(() => defineDataset({ ...yellow, ...change })).toThrow(problem);
});
