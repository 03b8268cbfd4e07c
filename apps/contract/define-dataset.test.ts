import { expect, test } from 'vitest';
import { ContractError } from './contract-error.ts';
import type { Dataset } from './dataset.ts';
import { defineDataset, isDataset } from './define-dataset.ts';
import { green } from './green.ts';
import { notAfter, present } from './predicate.ts';
import { taxiZones } from './taxi-zones.ts';
import { yellow } from './yellow.ts';

const { at: pickup } = yellow.time;

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
    'a unit that nobody knows',
    { columns: [...yellow.columns, { name: 'x', type: 'double', description: 'x', unit: 'mile' as 'miles' }] },
    'column "x": unit "mile" is not known (did you mean "miles"?)',
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
