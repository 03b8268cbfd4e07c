import { expect, test } from 'vitest';
import { judgeRows } from '../../tests/fixtures/judge-rows.ts';

const counts = (missing: number, unexpected: number, samples: unknown[]) => ({
  missing_count: missing,
  unexpected_count: unexpected,
  partial_unexpected_list: samples,
});

/** As Great Expectations' pandas and Spark engines judge them: missing values are equal to each other. */
const keys = `SELECT * FROM (VALUES (1, 'a'), (1, 'a'), (1, 'b'), (2, NULL), (2, NULL), (2, 'c'), (NULL, 'a'), (NULL, NULL), (NULL, NULL)) AS t(id, part)`;

test.each<[ignore: object, missing: number, unexpected: number, samples: unknown[]]>([
  [
    {},
    2,
    4,
    [
      ['1', 'a'],
      ['2', null],
    ],
  ],
  [{ ignore_row_if: 'any_value_is_missing' }, 5, 2, [['1', 'a']]],
  [
    { ignore_row_if: 'never' },
    0,
    6,
    [
      ['1', 'a'],
      ['2', null],
      [null, null],
    ],
  ],
])('each row of a combination that occurs more than once is unexpected: %j', async (ignore, missing, unexpected, samples) => {
  const expectation = { type: 'expect_compound_columns_to_be_unique', kwargs: { column_list: ['id', 'part'], ...ignore } };
  const lenient = { ...expectation, kwargs: { ...expectation.kwargs, mostly: 1 / 3 } };
  const { results } = await judgeRows(keys, [expectation, lenient]);
  expect(results[0]).toMatchObject({ success: false, result: { element_count: 9, ...counts(missing, unexpected, samples) } });
  expect(results[1]?.success).toBe(true);
});
