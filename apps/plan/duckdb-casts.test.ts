import fc from 'fast-check';
import { expect, test } from 'vitest';
import { castAll } from '../../tests/fixtures/cast-all.ts';
import type { ColumnType } from '../contract/column-type.ts';
import type { ParquetType } from '../contract/file-schema.ts';
import { withDuckDb } from '../platform/duckdb.ts';
import { duckdb } from './duckdb-dialect.ts';

test.each<[ParquetType, ColumnType, Record<string, string | null>]>([
  [
    'DOUBLE',
    'int',
    {
      '1.0': '1',
      '-3': '-3',
      '1.5': null,
      '0.9999999': null,
      NaN: null,
      Infinity: null,
      '-Infinity': null,
      '9007199254740992': '9007199254740992',
      '9223372036854775807': null,
      '1e300': null,
      '-0.0': '0',
    },
  ],
  ['FLOAT', 'int', { '2.0': '2', '2.5': null, NaN: null }],
  ['DECIMAL', 'int', { '2.00': '2', '2.50': null }],
  ['INT32', 'int', { '-2147483648': '-2147483648' }],
  [
    'INT64',
    'int32',
    {
      '2147483647': '2147483647',
      '2147483648': null,
      '-2147483648': '-2147483648',
      '-2147483649': null,
      '4294967297': null,
    },
  ],
  [
    'STRING',
    'duration',
    {
      '1:02:03': '3723.0',
      '01:02:03.5000000': '3723.5',
      '1 day, 2:03:04': '93784.0',
      '2 days 02:03:04.000001': '180184.000001',
      'PT1H2M3.5S': '3723.5',
      ' P1DT2H\n': '93600.0',
      PT90M: '5400.0',
      PT0S: '0.0',
      '12.5': '12.5',
      'PT999999999.999999S': '999999999.999999',
      PT1000000000S: null,
      PT: null,
      P: null,
      P1DT: null,
      P1Y: null,
      'PT1.5H': null,
      '-1:00:00': null,
      '0:60:00': null,
      '12:30': null,
      '1:02:03.1234567': null,
      '-0.5': null,
      '': null,
    },
  ],
  ['DOUBLE', 'duration', { '0.1': '0.1', '90.000001': '90.000001', '0.0000001': null, '-1.0': null, '1e9': null, NaN: null }],
  ['INT64', 'duration', { '90': '90.0', '-1': null, '1000000000': null }],
  [
    'STRING',
    'instant',
    {
      '2024-01-31T23:59:59Z': '2024-01-31 23:59:59+00',
      ' 2024-01-31 23:59:59.5-05:30 ': '2024-02-01 05:29:59.5+00',
      '9999-12-31 23:59:59.999999Z': '9999-12-31 23:59:59.999999+00',
      '9999-12-31 23:59:59-01': null,
      '0001-01-01 00:00:00+01': null,
      '2024-01-31T23:59:59': null,
      '2024-01-31': null,
      '2024-01-31T23:59Z': null,
      '2024-02-30T00:00:00Z': null,
      '': null,
    },
  ],
  [
    'TIMESTAMP_MICROS_UTC',
    'instant',
    { '2024-01-31 23:59:59+00': '2024-01-31 23:59:59+00', '290000-01-01 00:00:00+00': null, infinity: null },
  ],
  ['STRING', 'int32', { ' 7.0 ': '7', '2147483648': null, '7.5': null, '99999999999999999999': null }],
  ['DOUBLE', 'int32', { '7.0': '7', '7.5': null, '2147483648': null, NaN: null }],
  ['INT32', 'int32', { '-2147483648': '-2147483648' }],
  ['BOOLEAN', 'int32', { true: null }],
  ['UINT64', 'int', { '9223372036854775807': '9223372036854775807', '9223372036854775808': null }],
  [
    'STRING',
    'int',
    {
      '1': '1',
      ' 1 ': '1',
      '+7': '7',
      '1.0': '1',
      '1.': '1',
      '1.5': null,
      abc: null,
      '': null,
      '1e3': null,
      '0x10': null,
      '1_000': null,
      '9223372036854775807': '9223372036854775807',
      '9223372036854775808': null,
      '1\n': '1',
      '١': null,
    },
  ],
  [
    'STRING',
    'double',
    {
      '1.5': '1.5',
      '.5': '0.5',
      '5.': '5.0',
      '1e3': '1000.0',
      '1e999': null,
      NaN: null,
      Infinity: null,
      '1,5': null,
      '': null,
      $5: null,
      '1_0': null,
    },
  ],
  [
    'INT64',
    'double',
    { '3': '3.0', '9007199254740992': '9007199254740992.0', '9007199254740993': null, '9223372036854775807': null },
  ],
  ['UINT64', 'double', { '3': '3.0', '9007199254740993': null, '18446744073709549568': '1.844674407370955e+19' }],
  ['DOUBLE', 'double', { '2.5': '2.5', '-0.0': '0.0', NaN: null, Infinity: null, '-Infinity': null }],
  ['FLOAT', 'double', { '2.5': '2.5', NaN: null }],
  ['DECIMAL', 'double', { '2.50': '2.5', '-0.10': '-0.1' }],
  [
    'STRING',
    'decimal(10,2)',
    {
      '12.30': '12.30',
      '12.3': '12.30',
      ' +12.30 ': '12.30',
      '12.3000': '12.30',
      '-.5': '-0.50',
      '7': '7.00',
      '7.': '7.00',
      '-0.00': '0.00',
      '12.345': null,
      '99999999.99': '99999999.99',
      '100000000': null,
      '1e3': null,
      '.': null,
      '1,234.50': null,
      NaN: null,
      '': null,
    },
  ],
  ['STRING', 'decimal(4,0)', { '7.0': '7', '.0': '0', '.': null, '7.5': null, '12345': null }],
  [
    'DOUBLE',
    'decimal(10,2)',
    {
      '0.1': '0.10',
      '12.3': '12.30',
      '12.345': null,
      '0.30000000000000004': null,
      '99999999.99': '99999999.99',
      '99999999.995': null,
      '1e300': null,
      '-0.0': '0.00',
      NaN: null,
      '-Infinity': null,
    },
  ],
  [
    // The more digits stand before the point, the fewer after it are known.
    'DOUBLE',
    'decimal(38,9)',
    {
      '0.1': '0.100000000',
      '1234567.1': '1234567.100000000',
      '12345678901.2345': '12345678901.234500000',
      '999999999999999': '999999999999999.000000000',
      '1e15': null,
      '1e-9': '0.000000001',
      '1e-10': null,
    },
  ],
  ['FLOAT', 'decimal(10,2)', { '12.3': '12.30', '1234.56': '1234.56', '12345.67': null, '1e6': null, NaN: null }],
  ['DECIMAL', 'decimal(4,1)', { '12.30': '12.3', '12.34': null, '999.95': null, '1234.50': null }],
  ['DECIMAL', 'decimal(5,3)', { '12.34': '12.340', '100.00': null }],
  ['INT64', 'decimal(10,2)', { '99999999': '99999999.00', '100000000': null }],
  ['UINT64', 'decimal(20,0)', { '18446744073709551615': '18446744073709551615' }],
  ['BOOLEAN', 'decimal(10,2)', { true: null }],
  ['BOOLEAN', 'int', { true: null, false: null }],
  ['BOOLEAN', 'double', { true: null }],
  ['BOOLEAN', 'string', { true: 'true', false: 'false' }],
  ['INT32', 'string', { '3': '3' }],
  ['DOUBLE', 'string', { '3.0': '3', '3.5': null, NaN: null }],
  [
    'STRING',
    'timestamp',
    {
      '2020-07-01 00:00:01': '2020-07-01 00:00:01',
      '2020-07-01T10:00:00': '2020-07-01 10:00:00',
      '2020-07-01 10:00': '2020-07-01 10:00:00',
      '2020-07-01': '2020-07-01 00:00:00',
      '2020-07-01 10:00:00.123456': '2020-07-01 10:00:00.123456',
      '2020-02-30 10:00:00': null,
      '2020-07-01 24:00:01': null,
      '2020-07-01 10:00:00Z': '2020-07-01 06:00:00',
      '2020-07-01T10:00:00+02': '2020-07-01 04:00:00',
      '2020-12-01T00:00:00.5-05:30': '2020-12-01 00:30:00.5',
      ' 2020-07-01 ': '2020-07-01 00:00:00',
      '2020-07-01 10:00:00.123456000': '2020-07-01 10:00:00.123456',
      '2020-07-01 10:00:00.1234567': null,
      '2020-07-01 10:00Z': null,
      '01/07/2020 10:00:00 PM': null,
      '0000-12-31': null,
      '01/07/2020 10:00': null,
      infinity: null,
      '': null,
      '2020-03-08 02:30:00': '2020-03-08 02:30:00',
    },
  ],
  [
    'TIMESTAMP_NANOS',
    'timestamp',
    { '2020-07-01 00:00:00.000001': '2020-07-01 00:00:00.000001', '2020-07-01 00:00:00.000000001': null },
  ],
  ['TIMESTAMP_MILLIS', 'timestamp', { '2020-07-01 00:00:00.001': '2020-07-01 00:00:00.001' }],
  ['TIMESTAMP_MICROS', 'timestamp', { '9999-12-31 23:59:59': '9999-12-31 23:59:59', '10000-01-01': null, infinity: null }],
  ['DATE', 'timestamp', { '2020-07-01': '2020-07-01 00:00:00', infinity: null, '5000000-01-01': null }],
])('%s as %s keeps what it can and nothing else', async (from, to, table) => {
  expect(
    Object.fromEntries((await castAll(from, to, Object.keys(table))).map((value, index) => [Object.keys(table)[index], value])),
  ).toEqual(table);
  expect(await castAll(from, to, [null])).toEqual([null]);
  if (Object.values(table).includes(null)) expect(duckdb.cast('x', { from, to, decimal: '9,2' }).failed).toBeDefined();
});

test('any double becomes the integer that it is, or nothing', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.oneof(fc.double(), fc.integer().map(Number)), { minLength: 1, maxLength: 50 }),
      async (values) => {
        const cast = await castAll('DOUBLE', 'int', values.map(String));
        expect(cast).toEqual(
          values.map((value) => (Number.isInteger(value) && Math.abs(value) < 2 ** 63 ? BigInt(value).toString() : null)),
        );
      },
    ),
    { numRuns: 30 },
  );
});

test("an instant becomes the wall-clock time of the data set's zone, at both changes of the clock too", async () => {
  const instants = {
    '2024-03-10 06:59:59+00': '2024-03-10 01:59:59',
    '2024-03-10 07:00:00+00': '2024-03-10 03:00:00',
    '2024-11-03 05:30:00+00': '2024-11-03 01:30:00',
    '2024-11-03 06:30:00+00': '2024-11-03 01:30:00',
    '2024-11-03 07:30:00+00': '2024-11-03 02:30:00',
    '2024-07-01 00:00:00.000001+00': '2024-06-30 20:00:00.000001',
    '290000-01-01 00:00:00+00': null,
    infinity: null,
  };
  const instantTypes = ['TIMESTAMP_MILLIS_UTC', 'TIMESTAMP_MICROS_UTC', 'TIMESTAMP_NANOS_UTC'] as const;
  for (const from of instantTypes)
    expect(await castAll(from, 'timestamp', Object.keys(instants))).toEqual(Object.values(instants));
});

test('a word for no value is null, and no failed cast; another text that is no number still is', async () => {
  const { value, failed } = duckdb.cast('t', { from: 'STRING', to: 'double', nulls: ['', 'NA', "it's"] });
  const rows = await withDuckDb(':memory:', async (connection) =>
    (
      await connection.runAndReadAll(
        `SELECT t, ${value} AS value, ${failed} AS failed FROM (VALUES ('7'), ('NA'), ('it''s'), (''), ('na'), (NULL)) v(t)`,
      )
    ).getRowsJson(),
  );
  expect(rows).toEqual([
    ['7', 7, false],
    ['NA', null, false],
    ["it's", null, false],
    ['', null, false],
    ['na', null, true],
    [null, null, false],
  ]);
});
