import { expect, test } from 'vitest';
import { withDuckDb } from '../platform/duckdb.ts';
import { findNameProblem } from './plain-name.ts';

test('no name is a word that DuckDB reserves', async () => {
  const words = await withDuckDb(':memory:', async (connection) => {
    const reader = await connection.runAndReadAll(
      "SELECT keyword_name FROM duckdb_keywords() WHERE keyword_category = 'reserved'",
    );
    return reader.getRowsJS().map(([word]) => String(word));
  });
  expect(words.length).toBeGreaterThan(50);
  expect(words.filter((word) => findNameProblem(word) === undefined)).toEqual([]);
});

test.each(['end', 'ORDER', 'rows', 'interval'])('%s is refused', (name) => {
  expect(findNameProblem(name)).toBe('is a word of SQL; choose another name');
});

test.each(['date', 'month', 'year', 'zone', 'hour', 'VendorID', '_x1'])('%s is taken', (name) => {
  expect(findNameProblem(name)).toBeUndefined();
});
