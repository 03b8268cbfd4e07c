import { expect, test } from 'vitest';
import { judgeRows } from '../../tests/fixtures/judge-rows.ts';

test('times of every precision, marked as UTC or not, can be compared', async () => {
  const times = `SELECT * FROM (VALUES
    (TIMESTAMP_NS '2024-01-01 00:00:00', TIMESTAMPTZ '2024-01-01 00:10:00+00'),
    (TIMESTAMP_NS '2024-01-01 00:20:00', TIMESTAMPTZ '2024-01-01 00:10:00+00')) AS t(pickup, dropoff)`;
  const later = { type: 'expect_column_pair_values_a_to_be_greater_than_b', kwargs: { column_A: 'dropoff', column_B: 'pickup' } };
  const early = { type: 'expect_column_values_to_be_between', kwargs: { column: 'dropoff', max_value: '2024-01-01T00:10' } };
  const { results } = await judgeRows(times, [later, early]);
  expect(results.map(({ success, result }) => [success, result.unexpected_count])).toEqual([
    [false, 1],
    [true, 0],
  ]);
});
