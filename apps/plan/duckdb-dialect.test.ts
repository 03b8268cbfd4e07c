import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { evaluate, type Row } from '../../tests/fixtures/evaluate-rules.ts';
import { predicate, predicateClock, predicateColumns, predicateRow } from '../../tests/fixtures/random-predicates.ts';
import { toGroupedQuery } from '../contract/derive/grouped-query.ts';
import { toCondition } from '../contract/derive/rule-sql.ts';
import { triageColumns } from '../contract/names.ts';
import { literalGlob, withDuckDb } from '../platform/duckdb.ts';
import { duckdb } from './duckdb-dialect.ts';

test('the busiest hour is the earliest of equals, whatever the order of the rows', async () => {
  const query = (rows: readonly string[]) =>
    toGroupedQuery({
      from: `(VALUES ${rows.join(', ')}) v(t)`,
      keys: { g: '1' },
      columns: (of) => ({ hour: of(duckdb.busiestHour('t')) }),
    });
  await fc.assert(
    fc.asyncProperty(fc.array(fc.integer({ min: 0, max: 23 }), { minLength: 1, maxLength: 60 }), async (hours) => {
      const counts = Array.from({ length: 24 }, (_, hour) => hours.filter((other) => other === hour).length);
      const rows = hours.map((hour) => `(TIMESTAMP '2024-01-01 ${String(hour).padStart(2, '0')}:30:00')`);
      const found = await withDuckDb(
        ':memory:',
        async (connection) => (await connection.runAndReadAll(query(rows))).getRowsJS()[0]?.[1],
      );
      expect(Number(found)).toBe(counts.indexOf(Math.max(...counts)));
    }),
    { numRuns: 40 },
  );
});

test('predicates say in SQL what they say row by row, null included', async () => {
  const types = { int: 'BIGINT', double: 'DOUBLE', string: 'VARCHAR', boolean: 'BOOLEAN', timestamp: 'TIMESTAMP' } as const;
  const literal = (value: Row[string]) => (typeof value === 'string' ? duckdb.text(value) : String(value));
  const { asOf, month } = predicateClock;
  await withDuckDb(':memory:', (connection) =>
    fc.assert(
      fc.asyncProperty(
        fc.array(predicate, { minLength: 20, maxLength: 20 }),
        fc.array(predicateRow, { minLength: 1 }),
        async (some, rows) => {
          const names = Object.entries(predicateColumns);
          const values = rows.map(
            (row) => `(${names.map(([name, type]) => `CAST(${literal(row[name] ?? null)} AS ${types[type]})`).join(', ')})`,
          );
          const found = await connection.runAndReadAll(
            `SELECT ${some.map((one) => toCondition(one, duckdb, asOf)).join(', ')}
           FROM (SELECT *, DATE '${month}' AS ${triageColumns.month} FROM (VALUES ${values.join(', ')}) v(${names.map(([name]) => name).join(', ')}))`,
          );
          expect(found.getRowsJS()).toEqual(rows.map((row) => some.map((one) => evaluate(one, row, predicateClock))));
        },
      ),
      { numRuns: 30 },
    ),
  );
});

test('no character of a path is a pattern', () => {
  expect(literalGlob('/a*b/[c]?.parquet')).toBe('/a[*]b/[[]c[]][?].parquet');
});

test('a hash is what anybody computes of the UTF-8 text', async () => {
  const texts = [
    '',
    'jane@example.org',
    ' Jane',
    'Zoë 李',
    ...fc.sample(fc.string({ unit: 'grapheme' }), { seed: 7, numRuns: 200 }),
  ].filter((text) => !text.includes('\0'));
  const byHand = texts.map((text) => createHash('sha256').update(text, 'utf8').digest('hex'));
  const rows = texts.map((text, index) => `(${index}, ${duckdb.text(text)})`);
  const sql = `SELECT ${duckdb.sha256('value')} FROM (VALUES ${rows.join(', ')}, (9999, NULL)) t(position, value) ORDER BY position`;
  const found = await withDuckDb(':memory:', async (connection) => (await connection.runAndReadAll(sql)).getRowsJS().flat());
  expect(found).toEqual([...byHand, null]);
});
