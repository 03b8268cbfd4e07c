import fc from 'fast-check';
import { expect, test } from 'vitest';
import { judgeRows } from '../../tests/fixtures/judge-rows.ts';

test('counts equal those of an evaluation row by row', async () => {
  const value = fc.oneof(
    fc.constant(null),
    fc.constant(Number.NaN),
    fc.integer({ min: -5, max: 5 }),
    fc.double({ min: -5, max: 5, noNaN: true }),
  );
  const row = fc.record({ a: value, b: value });
  const limits = fc.record({
    min: fc.integer({ min: -5, max: 5 }),
    max: fc.integer({ min: -5, max: 5 }),
    set: fc.array(fc.integer({ min: -5, max: 5 })),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 30 }), limits, async (table, { min, max, set }) => {
      const literal = (cell: number | null) =>
        cell === null ? 'NULL::DOUBLE' : `'${Number.isNaN(cell) ? 'NaN' : cell}'::DOUBLE`;
      const query = `SELECT * FROM (VALUES ${table.map(({ a, b }) => `(${literal(a)}, ${literal(b)})`).join(', ')}) AS t(a, b)`;
      const { results } = await judgeRows(query, [
        { type: 'expect_column_values_to_be_between', kwargs: { column: 'a', min_value: min, max_value: max } },
        { type: 'expect_column_values_to_be_in_set', kwargs: { column: 'a', value_set: set } },
        { type: 'expect_column_values_to_not_be_in_set', kwargs: { column: 'a', value_set: set } },
        { type: 'expect_column_pair_values_a_to_be_greater_than_b', kwargs: { column_A: 'a', column_B: 'b' } },
        { type: 'expect_column_values_to_not_be_null', kwargs: { column: 'b' } },
      ]);
      const there = (cell: number | null): cell is number => cell !== null && !Number.isNaN(cell);
      const a = table.map((found) => found.a).filter(there);
      const pairs = table.filter((found) => there(found.a) || there(found.b));
      expect(results.map(({ result }) => result.unexpected_count)).toEqual([
        a.filter((cell) => cell < min || cell > max).length,
        a.filter((cell) => !set.includes(cell)).length,
        a.filter((cell) => set.includes(cell)).length,
        pairs.filter((found) => !(there(found.a) && there(found.b) && found.a > found.b)).length,
        table.filter(({ b }) => !there(b)).length,
      ]);
      expect(results[0]?.result.missing_count).toBe(table.length - a.length);
    }),
    { numRuns: 25 },
  );
});
