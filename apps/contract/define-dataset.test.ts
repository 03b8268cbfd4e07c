import { expect, test } from 'vitest';
import { ContractError } from './contract-error.ts';
import { type Dataset, summaryOf } from './dataset.ts';
import { defineDataset, isDataset } from './define-dataset.ts';
import { green } from './green.ts';
import { all, any, before, between, ifPresent, inMonth, lasts, matches, not, notAfter, oneOf, present } from './predicate.ts';
import { count, mean, sum, sumHours } from './summary.ts';
import { taxiZones } from './taxi-zones.ts';
import { yellow } from './yellow.ts';

const { at: pickup, until: dropoff = '' } = yellow.time;

const summary = (change: object): Partial<Dataset> => ({ summary: { ...summaryOf(yellow), ...change } });

function problemsOf(change: Partial<Dataset>): readonly string[] {
  try {
    defineDataset({ ...yellow, ...change });
    return [];
  } catch (error) {
    if (error instanceof ContractError) return error.problems;
    throw error;
  }
}

test('the data sets of this repository pass', () => {
  expect([yellow, green].every(isDataset)).toBe(true);
  expect(isDataset({ ...yellow })).toBe(false);
});

test('every contradiction is in one list, with the file to mend', () => {
  const broken: Dataset = {
    ...yellow,
    category: 'yellow',
    columns: [...yellow.columns, { name: 'toll', type: 'double', description: 'x', aliases: ['extra'] }],
    rules: [...yellow.rules, { name: 'ghost', description: 'x', holds: present('no_such_column') }],
    time: { ...yellow.time, at: 'pickup_time' },
  };
  expect(() => defineDataset(broken)).toThrow(/apps\/contract\/yellow\.ts/);
  expect(problemsOf(broken)).toEqual([
    'yellow: name "extra" belongs to columns "extra" and "toll"',
    'yellow: time.at: no column "pickup_time"',
    'yellow: rule "ghost": no column "no_such_column"',
  ]);
});

test.each<[string, Partial<Dataset>, string]>([
  ['a category that is no name', { category: 'Yellow Cab' }, 'category "Yellow Cab" must be'],
  [
    'a file name without a month',
    { files: { name: 'yellow.parquet' } },
    'files.name "yellow.parquet" must have one month, {YYYY-MM} or {YYYYMM}, got 0',
  ],
  ['two months', { files: { name: '{YYYYMM}-{YYYYMM}.parquet' } }, 'must have one month, {YYYY-MM} or {YYYYMM}, got 2'],
  ['another form of a month', { files: { name: 'y_{MM-YYYY}.parquet' } }, 'has {MM-YYYY}; a month is {YYYY-MM} or {YYYYMM}'],
  [
    'a folder in a file name',
    { files: { name: 'in/y_{YYYYMM}.parquet' } },
    'must be letters, digits, "_", "-" and "." around the month',
  ],
  ['a name of what is not finished', { files: { name: '_y_{YYYYMM}.parquet' } }, 'begins with "_" or "."'],
  ['another format', { files: { name: 'y_{YYYYMM}.xlsx' } }, 'must end in ".parquet", ".csv.gz", ".csv.zip", ".csv", ".zip"'],
  [
    'a month that is none',
    { columns: [...yellow.columns, { name: 'surge', type: 'int', description: 'x', since: '2025' }] },
    'column "surge": since "2025" is no month; expected one such as 2025-01',
  ],
  [
    'an end before the beginning',
    { columns: [...yellow.columns, { name: 'surge', type: 'int', description: 'x', since: '2025-02', until: '2025-01' }] },
    'column "surge": since 2025-02 is after until 2025-01',
  ],
  [
    'a column that every row must have, but not every file',
    { columns: [...yellow.columns, { name: 'surge', type: 'int', description: 'x', since: '2025-02' }], must: ['surge'] },
    'must: column "surge" may be absent, by its optional, since or until, but every file must carry it',
  ],
  ['a column twice', { columns: [...yellow.columns, ...yellow.columns.slice(0, 1)] }, 'column "VendorID" is defined 2 times'],
  [
    'an alias that differs by case from another column',
    { columns: [...yellow.columns, { name: 'fee', type: 'double', description: 'x', aliases: ['EXTRA'] }] },
    'name "EXTRA" belongs to',
  ],
  [
    'an alias twice',
    { columns: [...yellow.columns, { name: 'fee', type: 'double', description: 'x', aliases: ['f', 'f'] }] },
    'lists alias "f" twice',
  ],
  [
    'a reserved column',
    { columns: [...yellow.columns, { name: 'source_file', type: 'string', description: 'x' }] },
    'a name that the pipeline needs',
  ],
  [
    'a column that is no identifier',
    { columns: [...yellow.columns, { name: 'a"b', type: 'string', description: 'x' }] },
    'not a plain SQL identifier',
  ],
  [
    'a column that is a word of SQL',
    { columns: [...yellow.columns, { name: 'end', type: 'string', description: 'x' }] },
    'column "end" is a word of SQL; choose another name, and "end" as its alias',
  ],
  [
    'a column without description',
    { columns: [...yellow.columns, { name: 'x', type: 'string', description: ' ' }] },
    'has no description',
  ],
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
    'hours from a wall-clock time to an instant',
    {
      columns: [...yellow.columns, { name: 'paid_at', type: 'instant', description: 'Paid.' }],
      summary: { keys: {}, figures: { count: count(), hours: sumHours('tpep_pickup_datetime', 'paid_at') } },
    },
    'summary "hours": no time passes from "tpep_pickup_datetime" (timestamp) to "paid_at" (instant): one has a zone, the other has none',
  ],
  [
    'a duration in minutes',
    { columns: [...yellow.columns, { name: 'wait', type: 'duration', unit: 'minutes', description: 'Wait.' }] },
    `column "wait": a duration is stored in seconds; expected unit: 'seconds', got minutes`,
  ],
  [
    'a table that is sorted by a duration',
    {
      columns: [...yellow.columns, { name: 'wait', type: 'duration', unit: 'seconds', description: 'Wait.' }],
      cluster: ['wait'],
    },
    'cluster: column "wait" is duration',
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
    'a decimal of more digits than there are',
    { columns: [...yellow.columns, { name: 'price', type: 'decimal(39,2)', description: 'Price.' }] },
    'column "price": type "decimal(39,2)": a decimal is written decimal(10,2): 1 to 38 digits',
  ],
  [
    'a decimal with more digits after the point than it has',
    { columns: [...yellow.columns, { name: 'price', type: 'decimal(2,3)', description: 'Price.' }] },
    'column "price": type "decimal(2,3)"',
  ],
  [
    'a type that nobody knows',
    { columns: [...yellow.columns, { name: 'price', type: 'strings' as 'string', description: 'Price.' }] },
    'column "price": type "strings" is not known (did you mean "string"?)',
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
    'a sum that may not fit',
    {
      columns: [...yellow.columns, { name: 'wei', type: 'decimal(29,2)', description: 'Wei.' }],
      summary: { ...yellow.summary, keys: {}, figures: { all: sum('wei') } },
    },
    'summary "all": a sum of decimal(29,2) may not fit: column "wei" has more than 28 digits',
  ],
  [
    'other codes of a flag',
    {
      columns: [
        ...yellow.columns,
        { name: 'is_shared', type: 'boolean', description: 'Shared?', codes: { Y: 'yes', false: 'no' } },
      ],
    },
    'column "is_shared": codes Y: those of a boolean are true and false',
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
    'a unit that nobody knows',
    { columns: [...yellow.columns, { name: 'x', type: 'double', description: 'x', unit: 'mile' as 'miles' }] },
    'column "x": unit "mile" is not known (did you mean "miles"?)',
  ],
  [
    'a name that is nearly right',
    { rules: [{ name: 'x', description: '', holds: present('fare_amuont') }] },
    'rule "x": no column "fare_amuont" (did you mean "fare_amount"?)',
  ],
  [
    'a time that is no timestamp',
    { time: { ...yellow.time, at: 'extra' } },
    'time.at: column "extra" must be timestamp, got double',
  ],
  ['an end that is its beginning', { time: { ...yellow.time, until: pickup } }, 'is the beginning, too'],
  ['a zone of no place', { time: { ...yellow.time, zone: 'New York' } }, 'time.zone: "New York" is no zone of the IANA database'],
  ['a column that must be there, and may be missing', { must: ['airport_fee'] }, 'must: column "airport_fee" may be absent'],
  ['a column that must be there twice', { must: ['extra', 'extra'] }, 'must: column "extra" is listed twice'],
  [
    'a table sorted by numbers with fractions',
    { cluster: ['extra'] },
    `cluster: column "extra" is double, by which BigQuery can't cluster`,
  ],
  ['a key of an unknown column', { key: ['VendorId'] }, 'key: no column "VendorId" (did you mean "VendorID"?)'],
  ['a key with a column twice', { key: ['VendorID', 'VendorID'] }, 'key: column "VendorID" is listed twice'],
  ['a key of nothing', { key: [] }, 'key: no columns; expected one at least, or no key'],
  [
    'a key that some files lack',
    { key: ['airport_fee'] },
    'key: column "airport_fee" may be absent, by its optional, since or until, but every file must carry it',
  ],
  [
    'a key that may be missing',
    { key: ['extra'] },
    'key: column "extra" may be missing; add it to must, or a rule that needs it',
  ],
  [
    'a lookup of an unknown column',
    { lookups: { pickup: { dimension: taxiZones, column: 'PULocationId' } } },
    'lookup "pickup": no column "PULocationId" (did you mean "PULocationID"?)',
  ],
  [
    'a lookup of another type',
    { lookups: { pickup: { dimension: taxiZones, column: 'store_and_fwd_flag' } } },
    'lookup "pickup": column "store_and_fwd_flag" is string, but taxi_zones.location_id is int',
  ],
  [
    'a lookup whose name is no name',
    { lookups: { 'pick up': { dimension: taxiZones, column: 'PULocationID' } } },
    'lookup "pick up": the name must be snake_case',
  ],
  [
    'an expectation of an unknown column',
    { expectations: [{ type: 'expect_column_to_exist', kwargs: { column: 'x' }, severity: 'info' }] },
    'expectation expect_column_to_exist: no column "x"',
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
])('refuses %s', (_, change, problem) => {
  expect(problemsOf(change).join('\n')).toContain(problem);
});

test('whole numbers of 32 and of 64 bits are compared, and found in a dimension', () => {
  const seats = { name: 'seats', type: 'int32', description: 'Seats.' } as const;
  const rule = { name: 'seats', description: 'Enough.', holds: notAfter('passenger_count', 'seats') };
  const columns = yellow.columns.map((column) =>
    column.name === 'PULocationID' ? { ...column, type: 'int32' as const } : column,
  );
  expect(isDataset(defineDataset({ ...yellow, columns: [...columns, seats], rules: [...yellow.rules, rule] }))).toBe(true);
});
