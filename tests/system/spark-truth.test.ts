// One truth table of casts and functions: every Parquet type and value through the real Spark and DuckDB must come out the same.
import { join } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { LogicalType } from '../../apps/contract/dataset.ts';
import type { Dialect } from '../../apps/contract/derive/dialect.ts';
import { plain, toGroupedQuery } from '../../apps/contract/derive/grouped-query.ts';
import { type ParquetType, readableAs } from '../../apps/contract/file-schema.ts';
import { duckdb } from '../../apps/plan/duckdb-dialect.ts';
import { readFooter } from '../../apps/plan/parquet-footer.ts';
import { spark, sparkSettings, toReadSchema } from '../../apps/plan/spark-dialect.ts';
import { withDuckDb } from '../../apps/platform/duckdb.ts';
import { findSparkPython, useSpark } from '../fixtures/spark-session.ts';

const integers = ['0', '1', '-1', '127', '-128'];
const wide = [
  '9007199254740992',
  '9007199254740993',
  '9223372036854774784',
  '-9007199254740993',
  '4611686018427387904',
  '9223372036854775807',
  '-9223372036854775808',
];
const numbers = ['0', '-0.0', '1', '-1', '1.5', '0.1', '2.5', '249.99999999999997', '250', 'NaN', 'Infinity', '-Infinity'];
const huge = ['9007199254740993', '9223372036854775807', '-9223372036854775808', '1e19', '1e300', '5e-324', '0.9999999999999999'];
const times = [
  '1970-01-01 00:00:00',
  '1969-12-31 23:59:59.999999',
  '1900-01-01 00:00:00',
  '2098-12-31 23:59:59.999999',
  '2024-02-29 23:59:59.999999',
  '2024-03-10 01:59:59',
  '2024-03-10 02:30:00',
  '2024-11-03 01:30:00',
  '2024-12-31 23:59:59',
  '2025-01-01 00:00:00',
];
const changesOfTheClock = [
  '2024-03-10 06:59:59.999999',
  '2024-03-10 07:00:00',
  '2024-11-03 05:59:59',
  '2024-11-03 06:00:00',
  '2024-11-03 06:59:59',
  '2024-11-03 07:00:00',
  '1883-11-18 16:59:59',
  '1883-11-18 17:00:01',
  '1970-06-01 12:00:00',
  '2060-07-01 12:00:00',
];
const farTimes = [
  '0001-01-01 00:00:00',
  '0001-01-02 00:00:00',
  '9999-12-30 23:59:59.999999',
  '9999-12-31 23:59:59.999999',
  '10000-01-01 00:00:00',
  '0001-12-31 (BC) 23:59:59',
  'infinity',
  '-infinity',
];
const texts = [
  ...[
    '',
    ' ',
    '1',
    ' 12 ',
    '1e3',
    '1e3 ',
    ' 1e3',
    '1.5',
    '1.',
    '.5',
    '.',
    '+7',
    '-7',
    '+-7',
    '1.0',
    '1.00 ',
    '1.0x',
    '0x10',
    '1_000',
    '1,5',
  ],
  ...[
    'NaN',
    'nan',
    'Infinity',
    'inf',
    '-inf',
    'null',
    'true',
    '1d',
    '1f',
    '1L',
    '$5',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: what Spark would take for a variable
    '${x}',
    "O'Neil",
    '\\1',
    '1\n',
    '\t1\r\n',
    '1\v',
    '\u00a01',
    '١',
  ],
  ...['9007199254740993', '9223372036854775807', '9223372036854775808', '-9223372036854775808', '-9223372036854775809'],
  ...[
    '00000000000000000000000001',
    '1e999',
    '-1e999',
    '1e-999',
    '1e400',
    '4.9e-324',
    '1.7976931348623157e308',
    '0.1',
    '123456789012345678',
  ],
  ...times,
  ...times.map((time) => time.replace(' ', 'T')),
  ...[
    '2020-07-01',
    '2020-07-01 10:00',
    '2020-07-01 10',
    '2020-7-1',
    '2020-02-30',
    '2021-02-29 00:00:00',
    '2020-13-01',
    '2020-00-10',
  ],
  ...[
    '2020-07-01 24:00:00',
    '2020-07-01 23:60:00',
    '2020-07-01 23:59:60',
    '2020-07-01 10:00:00.1',
    '2020-07-01 10:00:00.1234567',
  ],
  ...[
    '2020-07-01 10:00:00Z',
    '2020-07-01 10:00:00+02',
    '2020-07-01 10:00:00 UTC',
    ' 2020-07-01',
    ...changesOfTheClock.flatMap((time) => [`${time}Z`, ` ${time.replace(' ', 'T')}-05:00 `, `${time}+14`]),
    '2020-07-01 10:00Z',
    '2020-07-01 10:00:00+15',
    '2020-07-01 10:00:00-05:30',
    '2020-07-01 10:00:00+0530',
    '2020-07-01 10:00:00 +02',
    '2020-07-01 10:00:00z',
    '2020-07-01 10:00:00.123456000Z',
    '0000-01-01 00:00:00Z',
    '0001-01-01 00:00:00Z',
    '0001-01-02 00:00:00Z',
    '9999-12-31 00:00:00Z',
    '2020-02-30 00:00:00Z',
    '2020-07-01 10:00:00.123456000',
    '2020-07-01 10:00:00.1234560',
    '2020-07-01 10:00:00.1230000000',
    '07/01/2020 10:00:00 PM',
    '\t2020-07-01\n',
    '2020-07-01 ',
    '2020-07-01\n',
    '01/07/2020',
  ],
  ...[
    '0000-01-01',
    '0001-01-01',
    '9999-12-31 23:59:59',
    'epoch',
    'now',
    'today',
    'tomorrow',
    'infinity',
    '20200701',
    '1593561600',
  ],
];
const seed = { seed: 6, numRuns: 150 };
const randomTexts = fc.sample(
  fc.oneof(
    fc.stringMatching(/^[ \t]?[+-]?[0-9]{0,20}(\.[0-9]{0,5})?([eE][+-]?[0-9]{1,3})?[ \n]?$/),
    fc.stringMatching(/^[12][0-9]{3}-[0-2][0-9]-[0-3][0-9]([ T][0-3][0-9]:[0-6][0-9](:[0-6][0-9](\.[0-9]{1,7})?)?)?$/),
    fc.double().map(String),
  ),
  seed,
);
const randomDoubles = fc.sample(fc.oneof(fc.double(), fc.integer().map(Number), fc.float()), seed).map(String);
const randomDecimals = fc
  .sample(fc.bigInt({ min: -(10n ** 17n), max: 10n ** 17n }), seed)
  .map((value) => `${value / 100n}.${String((value < 0n ? -value : value) % 100n).padStart(2, '0')}`);

/** Parquet type → DuckDB's type that is written as it, and the values. */
const table: Partial<Record<ParquetType, readonly [string, readonly string[]]>> = {
  BOOLEAN: ['BOOLEAN', ['true', 'false']],
  INT8: ['TINYINT', integers],
  INT16: ['SMALLINT', [...integers, '32767', '-32768']],
  INT32: ['INTEGER', [...integers, '2147483647', '-2147483648']],
  INT64: ['BIGINT', [...integers, ...wide]],
  UINT8: ['UTINYINT', ['0', '1', '255']],
  UINT16: ['USMALLINT', ['0', '1', '65535']],
  UINT32: ['UINTEGER', ['0', '1', '4294967295']],
  UINT64: [
    'UBIGINT',
    [
      '0',
      '1',
      '9007199254740993',
      '9007199254740992',
      '9223372036854775807',
      '9223372036854775808',
      '9223372036854775809',
      '18446744073709549568',
      '18446744073709551615',
    ],
  ],
  FLOAT: ['FLOAT', [...numbers, '16777217', '9.223372e18', '-9.223372e18']],
  DOUBLE: ['DOUBLE', [...numbers, ...huge, ...randomDoubles]],
  DECIMAL: [
    'DECIMAL(38, 10)',
    [
      '0',
      '1',
      '1.50',
      '2.00',
      '-3.00',
      '9999999999999999.99',
      '0.01',
      '-0.0000000001',
      '1234567890123456789012345678.0123456789',
      ...randomDecimals,
    ],
  ],
  STRING: ['VARCHAR', [...texts, ...randomTexts]],
  DATE: [
    'DATE',
    [
      '1970-01-01',
      '1900-01-01',
      '2098-12-31',
      '2024-02-29',
      '0001-01-01',
      '9999-12-31',
      '10000-01-01',
      '0001-12-31 (BC)',
      '5000000-01-01',
    ],
  ],
  TIMESTAMP_MILLIS: ['TIMESTAMP_MS', times.map((time) => time.slice(0, 19))],
  TIMESTAMP_MICROS: ['TIMESTAMP', [...times, ...farTimes]],
  TIMESTAMP_NANOS: ['TIMESTAMP_NS', [...times, '2024-01-01 00:00:00.000000001', '1960-01-01 00:00:00.999999999']],
  TIMESTAMP_MICROS_UTC: [
    'TIMESTAMPTZ',
    [...times, ...changesOfTheClock, ...farTimes].map((time) =>
      /^[0-9]/.test(time) && !time.endsWith(')') ? `${time}+00` : time,
    ),
  ],
};

const python = await findSparkPython();

describe.skipIf(python === undefined)('Spark and DuckDB', () => {
  const lab = useSpark(python);

  /** What each engine makes of the file `source`; rows that only one of them has, in readable form. */
  async function compare(
    name: string,
    write: (connection: DuckDBConnection, path: string) => Promise<unknown>,
    toQuery: (dialect: Dialect) => string,
  ) {
    const source = join(lab.folder, `${name}.parquet`);
    const destination = join(lab.folder, `${name}.out`);
    await withDuckDb(':memory:', (connection) => write(connection, source));
    const { columns } = await readFooter(source);
    const schema = toReadSchema(columns, new Set(columns.map((column) => column.name)));
    const query = `SELECT * FROM (${toQuery(spark)})`;
    const answer = await lab.query({ settings: JSON.stringify(sparkSettings), schema, files: source, query, destination });
    expect(answer.code).toBe(0);
    return withDuckDb(':memory:', async (connection) => {
      await connection.run("SET TimeZone = 'UTC'");
      await connection.run(`CREATE VIEW files AS SELECT * FROM '${source}'`);
      await connection.run(`CREATE TABLE ours AS ${toQuery(duckdb)}`);
      await connection.run(`CREATE TABLE theirs AS SELECT * FROM '${destination}/*.parquet'`);
      const read = async (sql: string) => (await connection.runAndReadAll(sql)).getRowsJS().map(String);
      const only = (one: string, other: string) =>
        read(`SELECT CAST(t AS VARCHAR) FROM (FROM ${one} EXCEPT ALL FROM ${other}) t ORDER BY 1`);
      const [rows] = await read('SELECT count(*) FROM theirs');
      return { rows: Number(rows), duckdb: await only('ours', 'theirs'), spark: await only('theirs', 'ours') };
    });
  }

  test.each(Object.keys(table) as ParquetType[])('cast %s alike', async (from) => {
    const [sqlType, values] = table[from] as readonly [string, readonly string[]];
    const decimal = /^DECIMAL\((.*)\)$/.exec(sqlType)?.[1]?.replace(' ', '');
    const targets = (Object.keys(readableAs) as LogicalType[]).filter((to) => readableAs[to].includes(from));
    expect(targets.length).toBeGreaterThan(0);
    const literal = (value: string) => `'${value.replaceAll("'", "''")}'`;
    const found = await compare(
      from,
      async (connection, path) => {
        await connection.run("SET TimeZone = 'UTC'");
        await connection.run(`CREATE TABLE t (position INTEGER, value ${sqlType})`);
        await connection.run(
          `INSERT INTO t VALUES (-1, NULL), ${values.map((value, at) => `(${at}, ${literal(value)})`).join(', ')}`,
        );
        await connection.run(`COPY t TO '${path}' (FORMAT parquet)`);
      },
      (dialect) =>
        `SELECT position, ${targets.map((to) => `${dialect.cast(dialect.name('value'), { from, to, decimal, zone: 'America/New_York' }).value} AS to_${to}`).join(', ')} FROM files`,
    );
    expect(found).toEqual({ rows: values.length + 1, duckdb: [], spark: [] });
  });

  test('sum, divide, count hours, compare and label alike', async () => {
    const random = fc.sample(
      fc.tuple(
        fc.integer({ min: 0, max: 40 }),
        fc.option(
          fc.oneof(
            fc.integer({ min: -50_000, max: 50_000 }).map((cents) => cents / 100),
            fc.double({ min: -1e7, max: 1e7, noNaN: true }).map((x) => Math.round(x * 1e4) / 1e4),
          ),
        ),
        fc.option(fc.oneof(fc.integer(), fc.bigInt({ min: -(2n ** 57n), max: 2n ** 57n }))),
        fc.option(fc.constantFrom(...times)),
        fc.option(fc.constantFrom(...times)),
      ),
      { seed: 7, numRuns: 900 },
    );
    const special = [
      "(100, 'NaN'",
      "(101, 'Infinity'",
      "(102, '-Infinity'",
      '(103, 1e300',
      '(104, 1e17',
      '(105, -0.0',
      '(106, 1e-7',
      '(107, -0.0000004',
      '(108, 0.1234565',
      '(109, NULL',
    ];
    const text = (value: string | null) => (value === null ? 'NULL' : `'${value}'`);
    const found = await compare(
      'functions',
      async (connection, path) => {
        await connection.run('CREATE TABLE t (g INTEGER, x DOUBLE, n BIGINT, a TIMESTAMP, b TIMESTAMP)');
        await connection.run(
          `INSERT INTO t VALUES ${random.map(([g, x, n, a, b]) => `(${g}, ${x}, ${n}, ${text(a)}, ${text(b)})`).join(', ')}`,
        );
        await connection.run(`INSERT INTO t VALUES ${special.map((row) => `${row}, NULL, '2024-01-01', NULL)`).join(', ')}`);
        await connection.run(`COPY t TO '${path}' (FORMAT parquet)`);
      },
      (dialect) => {
        const labels = dialect.labelsWhere([
          { label: 'not below 250', when: '(count(*) < 3) IS NOT TRUE' },
          // biome-ignore lint/suspicious/noTemplateCurlyInString: what Spark would take for a variable
          { label: "O'Neil \\ ${x}", when: 'max(x) >= 2.5' },
          { label: 'null', when: 'NULL > 1' },
        ]);
        const count = (condition: string) => plain(`sum(CASE WHEN ${condition} THEN 1 ELSE 0 END) + 0.0e0`);
        return toGroupedQuery({
          from: 'files',
          where: 'a IS NOT NULL',
          keys: { g: 'g' },
          columns: (of) => ({
            x: of(dialect.sumOf('x', 'double')),
            n: of(dialect.sumOf('n', 'int')),
            micros: of(dialect.sumOf(dialect.microsBetween('a', 'b'), 'int')),
            average: dialect.divide(of(dialect.sumOf('x', 'double')), of(plain('count(x)'))),
            hour: of(dialect.busiestHour('a')),
            labels: of(plain(labels)),
            within: of(count('x >= 2.5 AND x < 250')),
            earlier: of(count('a < b')),
            next: of(plain(`max(${dialect.nextMonth(dialect.dateOfText("'2024-12-01'"))})`)),
            since: of(count(`a >= ${dialect.timestamp('2024-11-03 01:30:00')}`)),
          }),
        });
      },
    );
    expect({ duckdb: found.duckdb, spark: found.spark }).toEqual({ duckdb: [], spark: [] });
  });

  test('the sum of a value and its opposite many times over is exact, in any order', async () => {
    const found = await compare(
      'cancel',
      (connection, path) =>
        connection.run(
          `COPY (SELECT i % 3 AS g, CASE WHEN i % 2 = 0 THEN 1 ELSE -1 END * (0.01 + (i // 2 % 1000) * 1e5) + CASE WHEN i = 5 THEN 0.07 ELSE 0 END AS x FROM range(300000) t(i)) TO '${path}' (FORMAT parquet)`,
        ),
      (dialect) =>
        toGroupedQuery({ from: 'files', keys: { g: 'g' }, columns: (of) => ({ x: of(dialect.sumOf('x', 'double')) }) }),
    );
    expect(found).toEqual({ rows: 3, duckdb: [], spark: [] });
  });
});
