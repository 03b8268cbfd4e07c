import fc from 'fast-check';
import { expect, test } from 'vitest';
import { logicalOf, logicalTypes } from '../contract/column-type.ts';
import { type Effect, effectOfCast, effects } from '../contract/derive/cast-effect.ts';
import { type Cast, toCasts } from '../contract/derive/casts.ts';
import { type FileColumn, type ParquetType, parquetTypes, plainTypes, readableAs } from '../contract/file-schema.ts';
import { yellow } from '../contract/yellow.ts';
import { withDuckDb } from '../platform/duckdb.ts';
import { toContractChanges, toDrift, toMonthChanges } from './drift.ts';
import { duckdb } from './duckdb-dialect.ts';

const worse = (one: Effect, other: Effect): Effect => (effects.indexOf(one) > effects.indexOf(other) ? one : other);

const zone = 'America/New_York';
const plain: FileColumn[] = yellow.columns.map(({ name, type }) => ({ name, type: plainTypes[logicalOf(type)] }));
const readingOf = (columns: readonly FileColumn[]) => toCasts(yellow, columns);
const withColumn = (name: string, change: Partial<FileColumn>) =>
  plain.map((column) => (column.name === name ? { ...column, ...change } : column));

/** A file that the contract reads: any type that it allows, aliases, absent and unknown columns, in any order. */
const acceptedFile: fc.Arbitrary<FileColumn[]> = fc
  .tuple(
    ...yellow.columns.map((column) =>
      fc
        .record({
          type: fc.constantFrom(...readableAs[logicalOf(column.type)]),
          name: fc.constantFrom(column.name, ...(column.aliases ?? [])),
          isAbsent: column.optional ? fc.boolean() : fc.constant(false),
          decimal: fc
            .integer({ min: 1, max: 38 })
            .chain((precision) => fc.nat(precision).map((scale) => `${precision},${scale}`)),
        })
        .map(({ type, name, isAbsent, decimal }): FileColumn[] =>
          isAbsent ? [] : [{ name, type, ...(type === 'DECIMAL' ? { decimal } : {}) }],
        ),
    ),
    fc.subarray(['surge_factor', 'request_source']).map((names) => names.map((name): FileColumn => ({ name, type: 'STRING' }))),
  )
  .chain((columns) => {
    const all = columns.flat();
    return fc.shuffledSubarray(all, { minLength: all.length });
  });

test('two months of one schema differ in nothing, whatever the order of their columns', () => {
  fc.assert(
    fc.property(acceptedFile, (columns) => {
      expect(toMonthChanges(readingOf(columns), readingOf([...columns].reverse()))).toEqual([]);
    }),
  );
  expect(toContractChanges(readingOf(plain))).toEqual([]);
});

test('a schema that differs from another in what is read has a change, and no column has two', () => {
  fc.assert(
    fc.property(acceptedFile, acceptedFile, (one, other) => {
      const [before, after] = [readingOf(one), readingOf(other)];
      const same =
        JSON.stringify([before.casts, before.ignored.toSorted()]) === JSON.stringify([after.casts, after.ignored.toSorted()]);
      const changes = toMonthChanges(before, after);
      expect(changes.length === 0).toBe(same);
      const named = changes.map(({ text }) => text.split(' ')[0]);
      expect(new Set(named).size).toBe(named.length);
    }),
  );
});

test('a month that begins to lose values against the contract has a lossy change against the month before', () => {
  fc.assert(
    fc.property(acceptedFile, acceptedFile, (one, other) => {
      const [before, after] = [readingOf(one), readingOf(other)];
      const changed = after.casts.filter((cast, index) => JSON.stringify(cast) !== JSON.stringify(before.casts[index]));
      const lossy = changed.filter(
        (cast) =>
          cast.source !== null &&
          effectOfCast(cast) === 'lossy' &&
          cast.from !== before.casts.find(({ column }) => column === cast.column)?.from,
      );
      const texts = toMonthChanges(before, after)
        .filter(({ effect }) => effect === 'lossy')
        .map(({ text }) => text.split(' ')[0]);
      expect(texts).toEqual(expect.arrayContaining(lossy.map(({ column }) => column)));
    }),
  );
});

test.each<[string, FileColumn[], FileColumn[], ReturnType<typeof toMonthChanges>]>([
  ['a widening', withColumn('VendorID', { type: 'INT32' }), plain, [{ effect: 'safe', text: 'VendorID INT32 → INT64' }]],
  [
    'integers as doubles',
    plain,
    withColumn('VendorID', { type: 'DOUBLE' }),
    [{ effect: 'lossy', text: 'VendorID INT64 → DOUBLE' }],
  ],
  ['amounts without cents', plain, withColumn('extra', { type: 'INT32' }), [{ effect: 'lossy', text: 'extra DOUBLE → INT32' }]],
  ['amounts of 24 bits', plain, withColumn('extra', { type: 'FLOAT' }), [{ effect: 'lossy', text: 'extra DOUBLE → FLOAT' }]],
  ['finer amounts', withColumn('extra', { type: 'FLOAT' }), plain, [{ effect: 'safe', text: 'extra FLOAT → DOUBLE' }]],
  ['a type without values', plain, withColumn('extra', { type: 'NULL' }), [{ effect: 'lossy', text: 'extra DOUBLE → NULL' }]],
  [
    'coarser times',
    plain,
    withColumn('tpep_pickup_datetime', { type: 'TIMESTAMP_MILLIS' }),
    [{ effect: 'lossy', text: 'tpep_pickup_datetime TIMESTAMP_MICROS → TIMESTAMP_MILLIS' }],
  ],
  [
    'times as fine as the contract has them',
    withColumn('tpep_pickup_datetime', { type: 'TIMESTAMP_NANOS' }),
    plain,
    [{ effect: 'safe', text: 'tpep_pickup_datetime TIMESTAMP_NANOS → TIMESTAMP_MICROS' }],
  ],
  [
    'an alias',
    plain,
    withColumn('airport_fee', { name: 'Airport_fee' }),
    [{ effect: 'safe', text: 'airport_fee renamed from airport_fee to Airport_fee' }],
  ],
  [
    'a column that is gone',
    plain,
    plain.filter(({ name }) => name !== 'airport_fee'),
    [{ effect: 'lossy', text: 'airport_fee absent, it was DOUBLE' }],
  ],
  [
    'a column that has come',
    plain.filter(({ name }) => name !== 'airport_fee'),
    plain,
    [{ effect: 'safe', text: 'airport_fee added as DOUBLE' }],
  ],
  [
    'an unknown column',
    [...plain, { name: 'old', type: 'STRING' }],
    [...plain, { name: 'surge_factor', type: 'STRING' }],
    [
      { effect: 'safe', text: 'surge_factor unknown, added' },
      { effect: 'safe', text: 'old unknown, gone' },
    ],
  ],
])('against the month before: %s', (_, before, after, changes) => {
  expect(toMonthChanges(readingOf(before), readingOf(after))).toEqual(changes);
});

test('against the contract, each difference has its effect, in the words of every page', () => {
  const reading = readingOf([
    ...withColumn('VendorID', { type: 'DOUBLE' })
      .filter(({ name }) => name !== 'cbd_congestion_fee')
      .map((column) => (column.name === 'airport_fee' ? { ...column, name: 'Airport_fee' } : column)),
    { name: 'surge_factor', type: 'DOUBLE' },
  ]);
  const changes = toContractChanges(reading);
  expect(changes).toEqual([
    { effect: 'lossy', text: 'VendorID DOUBLE as int' },
    { effect: 'safe', text: 'airport_fee from Airport_fee DOUBLE' },
    { effect: 'safe', text: 'cbd_congestion_fee absent' },
    { effect: 'safe', text: 'surge_factor unknown, left out' },
  ]);
  expect(toDrift(reading)).toEqual(changes.map(({ text }) => text));
});

test('the worse effect wins', () => {
  expect(effects.map((one) => effects.map((other) => worse(one, other)))).toEqual([
    ['safe', 'lossy', 'breaking'],
    ['lossy', 'lossy', 'breaking'],
    ['breaking', 'breaking', 'breaking'],
  ]);
});

const integer = (bits: bigint, isSigned: boolean) => {
  const [min, max] = isSigned ? [-(2n ** (bits - 1n)), 2n ** (bits - 1n) - 1n] : [0n, 2n ** bits - 1n];
  return fc.oneof(fc.bigInt({ min, max }), fc.constantFrom(min, max)).map(String);
};
/** Times of the years 1 to 9999, and some of the hour that comes twice. */
const time = (fraction: number) =>
  fc
    .oneof(
      fc.date({ min: new Date('0001-01-02T00:00:00Z'), max: new Date('9999-12-30T00:00:00Z'), noInvalidDate: true }),
      fc.date({ min: new Date('2024-11-03T05:00:00Z'), max: new Date('2024-11-03T07:00:00Z'), noInvalidDate: true }),
    )
    .chain((date) =>
      fc
        .nat(10 ** fraction - 1)
        .map((part) => `${date.toISOString().slice(0, 19).replace('T', ' ')}.${String(part).padStart(fraction, '0')}`),
    );
const finite = fc.double({ noNaN: true, noDefaultInfinity: true }).map(String);
/** DuckDB's type and values of each Parquet type. INT96 is no type of DuckDB's: its nanoseconds are cut when it is read. */
const typed: Readonly<Partial<Record<ParquetType, readonly [sql: string, values: fc.Arbitrary<string>]>>> = {
  BOOLEAN: ['BOOLEAN', fc.constantFrom('true', 'false')],
  INT8: ['TINYINT', integer(8n, true)],
  INT16: ['SMALLINT', integer(16n, true)],
  INT32: ['INTEGER', integer(32n, true)],
  INT64: ['BIGINT', integer(64n, true)],
  UINT8: ['UTINYINT', integer(8n, false)],
  UINT16: ['USMALLINT', integer(16n, false)],
  UINT32: ['UINTEGER', integer(32n, false)],
  UINT64: ['UBIGINT', integer(64n, false)],
  FLOAT: ['FLOAT', fc.float({ noNaN: true, noDefaultInfinity: true }).map(String)],
  DOUBLE: ['DOUBLE', finite],
  STRING: ['VARCHAR', fc.oneof(fc.string({ unit: 'grapheme-ascii', maxLength: 5 }), integer(64n, true), finite, time(0))],
  DATE: ['DATE', time(0).map((text) => text.slice(0, 10))],
  TIMESTAMP_MILLIS: ['TIMESTAMP_MS', time(3)],
  TIMESTAMP_MICROS: ['TIMESTAMP', time(6)],
  TIMESTAMP_NANOS: ['TIMESTAMP_NS', time(9).map((text) => `19${text.slice(2)}`)],
  TIMESTAMP_MILLIS_UTC: ['TIMESTAMPTZ', time(3).map((text) => `${text}+00`)],
  TIMESTAMP_MICROS_UTC: ['TIMESTAMPTZ', time(6).map((text) => `${text}+00`)],
  TIMESTAMP_NANOS_UTC: ['TIMESTAMPTZ', time(6).map((text) => `${text}+00`)],
  TIMESTAMP_MILLIS_UNMARKED: ['TIMESTAMP_MS', time(3)],
  TIMESTAMP_MICROS_UNMARKED: ['TIMESTAMP', time(6)],
};
const decimals = ['1,0', '18,0', '19,0', '38,0', '4,2', '15,2', '15,15', '16,2', '38,10'];
const types: readonly Cast['to'][] = [
  ...logicalTypes.filter((type) => type !== 'decimal'),
  ...(['decimal(10,2)', 'decimal(20,0)', 'decimal(38,10)'] as const),
];
const pairs = types.flatMap((to) =>
  readableAs[logicalOf(to)].flatMap((from): Pick<Cast, 'to' | 'from' | 'decimal'>[] =>
    from === 'DECIMAL' ? decimals.map((decimal) => ({ to, from, decimal })) : [{ to, from }],
  ),
);
/** Lossy by their kind, though each value that DuckDB can hold comes back. */
const notShownByDuckDb = new Set(['DATE', 'INT96', 'TIMESTAMP_MILLIS_UTC']);

test('what is called safe loses no value in DuckDB, what is called lossy loses one', { timeout: 120_000 }, async () => {
  expect(new Set(pairs.map(({ from }) => from))).toEqual(new Set(parquetTypes.filter((type) => type !== 'OTHER')));
  await withDuckDb(':memory:', async (connection) => {
    await connection.run(`SET TimeZone = '${zone}'`);
    for (const pair of pairs) {
      const { to, from, decimal } = pair;
      const [precision = 0, scale = 0] = (decimal ?? '').split(',').map(Number);
      const [sql, values] =
        from === 'DECIMAL'
          ? [
              `DECIMAL(${decimal})`,
              fc
                .bigInt({ min: -(10n ** BigInt(precision)) + 1n, max: 10n ** BigInt(precision) - 1n })
                .map((unscaled) => toDecimal(unscaled, scale)),
            ]
          : (typed[from] ?? []);
      if (sql === undefined || values === undefined) continue;
      const effect = effectOfCast(pair);
      const { value, failed } = duckdb.cast('v', { ...pair, zone });
      const sample = fc.sample(values, { numRuns: 400, seed: 1 });
      const rows = sample.map((text) => `(CAST('${text.replaceAll("'", "''")}' AS ${sql}))`).join(', ');
      // A value that is kept comes back from what it became.
      const answer = await connection.runAndReadAll(
        `SELECT CAST(v AS VARCHAR) FROM (VALUES ${rows}) t(v) WHERE (${failed ?? 'false'}) OR (${value}) IS NULL OR TRY_CAST((${value}) AS ${sql}) IS DISTINCT FROM v`,
      );
      const lost = answer.getRows().map(([text]) => text);
      const what = `${from}${decimal ? `(${decimal})` : ''} as ${to}`;
      if (effect === 'safe') expect(lost, what).toEqual([]);
      else if (!notShownByDuckDb.has(from) && what !== 'TIMESTAMP_NANOS_UTC as instant')
        expect(lost.length, `${what} is called lossy`).toBeGreaterThan(0);
    }
  });
});

function toDecimal(unscaled: bigint, scale: number): string {
  const digits = String(unscaled < 0n ? -unscaled : unscaled).padStart(scale + 1, '0');
  const text = scale === 0 ? digits : `${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
  return unscaled < 0n ? `-${text}` : text;
}
