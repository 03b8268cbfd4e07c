// One truth table of casts and functions: every Parquet type and value through the real Spark and DuckDB must come out the same.
import { join } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type ColumnType, logicalOf, logicalTypes } from '../../apps/contract/column-type.ts';
import type { Dialect } from '../../apps/contract/derive/dialect.ts';
import { plain, toGroupedQuery } from '../../apps/contract/derive/grouped-query.ts';
import { toCondition } from '../../apps/contract/derive/rule-sql.ts';
import { type ParquetType, readableAs } from '../../apps/contract/file-schema.ts';
import { triageColumns } from '../../apps/contract/names.ts';
import { duckdb } from '../../apps/plan/duckdb-dialect.ts';
import { readFooter } from '../../apps/plan/parquet-footer.ts';
import { spark, sparkSettings, toReadSchema } from '../../apps/plan/spark-dialect.ts';
import { withDuckDb } from '../../apps/platform/duckdb.ts';
import type { Row } from '../fixtures/evaluate-rules.ts';
import { oddValues, times } from '../fixtures/odd-values.ts';
import { predicate, predicateClock, predicateColumns, predicateRow } from '../fixtures/random-predicates.ts';
import { findSparkPython, useSpark } from '../fixtures/spark-session.ts';

const python = await findSparkPython();
const decimals = ['decimal(10,2)', 'decimal(18,0)', 'decimal(9,9)', 'decimal(38,10)', 'decimal(38,30)'] as const;
const types: readonly ColumnType[] = [...logicalTypes.filter((type) => type !== 'decimal'), ...decimals];
const nullWords = ['', ' ', '1', "O'Neil", '\\1'];

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

  test.each(Object.keys(oddValues) as ParquetType[])('cast %s alike', async (from) => {
    const [sqlType, values] = oddValues[from] as readonly [string, readonly string[]];
    const decimal = /^DECIMAL\((.*)\)$/.exec(sqlType)?.[1]?.replace(' ', '');
    const targets = types.filter((to) => readableAs[logicalOf(to)].includes(from));
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
      (dialect) => {
        const zone = 'America/New_York';
        const cast = (to: ColumnType, nulls?: readonly string[]) =>
          dialect.cast(dialect.name('value'), { from, to, decimal, zone, nulls }).value;
        const nameOf = (to: ColumnType) => to.replaceAll(/\W/g, '_');
        const columns = targets.map((to) => `${cast(to)} AS to_${nameOf(to)}`);
        const words = from === 'STRING' ? targets.map((to) => `${cast(to, nullWords)} AS words_to_${nameOf(to)}`) : [];
        return `SELECT position, ${[...columns, ...words].join(', ')} FROM files`;
      },
    );
    expect(found).toEqual({ rows: values.length + 1, duckdb: [], spark: [] });
  });

  test('hash texts alike', async () => {
    const [, values] = oddValues.STRING as readonly [string, readonly string[]];
    const rows = ['NULL', ...values.map(duckdb.text)].map((value) => `(${value})`);
    const found = await compare(
      'hashes',
      (connection, path) => connection.run(`COPY (FROM (VALUES ${rows.join(', ')}) t(value)) TO '${path}' (FORMAT parquet)`),
      (dialect) => `SELECT value, ${dialect.sha256(dialect.name('value'))} AS hash FROM files`,
    );
    expect(found).toEqual({ rows: values.length + 1, duckdb: [], spark: [] });
  });

  test('judge rows by predicates alike', async () => {
    const predicates = fc.sample(predicate, { seed: 7, numRuns: 150 });
    const rows = fc.sample(predicateRow, { seed: 7, numRuns: 300 });
    const types = { int: 'BIGINT', double: 'DOUBLE', string: 'VARCHAR', boolean: 'BOOLEAN', timestamp: 'TIMESTAMP' } as const;
    const columns = Object.entries(predicateColumns);
    const toValues = (row: Row) =>
      columns.map(([name]) => (typeof row[name] === 'string' ? duckdb.text(row[name]) : String(row[name])));
    const found = await compare(
      'predicates',
      async (connection, path) => {
        await connection.run(
          `CREATE TABLE p (${columns.map(([name, type]) => `${name} ${types[type]}`).join(', ')}, ${triageColumns.month} DATE)`,
        );
        await connection.run(
          `INSERT INTO p VALUES ${rows.map((row) => `(${toValues(row).join(', ')}, DATE '${predicateClock.month}')`).join(', ')}`,
        );
        await connection.run(`COPY p TO '${path}' (FORMAT parquet)`);
      },
      (dialect) => {
        const answers = predicates.map((one, at) => `${toCondition(one, dialect, predicateClock.asOf)} AS a${at}`);
        return `SELECT *, ${answers.join(', ')} FROM files`;
      },
    );
    expect(found).toEqual({ rows: rows.length, duckdb: [], spark: [] });
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
        fc.option(fc.constantFrom('0.01', '12.30', '-0.10', '99999999999999999999999999.99', '-12345678901234567890123456.78')),
        fc.option(fc.constantFrom('0.1', '-0.00000000000000000001', '99999999.99999999999999999999', '9007199.254740993')),
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
        await connection.run(
          'CREATE TABLE t (g INTEGER, x DOUBLE, n BIGINT, a TIMESTAMP, b TIMESTAMP, c DECIMAL(28, 2), e DECIMAL(28, 20))',
        );
        await connection.run(
          `INSERT INTO t VALUES ${random.map(([g, x, n, a, b, c, e]) => `(${g}, ${x}, ${n}, ${text(a)}, ${text(b)}, ${text(c)}, ${text(e)})`).join(', ')}`,
        );
        await connection.run(
          `INSERT INTO t VALUES ${special.map((row) => `${row}, NULL, '2024-01-01', NULL, NULL, 1)`).join(', ')}`,
        );
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
            c: of(dialect.sumOf('c', 'decimal(28,2)')),
            e: of(dialect.sumOf('e', 'decimal(28,20)')),
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
