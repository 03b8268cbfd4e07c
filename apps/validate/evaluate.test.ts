import { expect, test } from 'vitest';
import { judgeRows } from '../../tests/fixtures/judge-rows.ts';
import { expectationTypes } from './expectation-types.ts';

const rows = `SELECT * FROM (VALUES
  (1, 1.5::DOUBLE, 'Y', TIMESTAMP '2024-01-01 00:00', TIMESTAMP '2024-01-01 00:10', '2024-01-01'),
  (2, 'NaN'::DOUBLE, 'N', TIMESTAMP '2024-01-02 00:00', TIMESTAMP '2024-01-01 00:10', 'soon'),
  (9, 4.0, 'yy', NULL, NULL, NULL),
  (NULL, 4.0, NULL, TIMESTAMP '2024-01-03 00:00', TIMESTAMP '2024-01-03 00:00', '7')
) AS t(vendor, miles, flag, pickup, dropoff, word)`;

type Case = [type: string, kwargs: object, success: boolean, result: object];
const counts = (missing: number, unexpected: number, samples: unknown[]) => ({
  missing_count: missing,
  unexpected_count: unexpected,
  partial_unexpected_list: samples,
});

const cases: Case[] = [
  ['expect_table_row_count_to_be_between', { min_value: 1, max_value: 4, strict_max: true }, false, { observed_value: 4 }],
  ['expect_table_row_count_to_equal', { value: 4 }, true, { observed_value: 4 }],
  ['expect_table_column_count_to_be_between', { min_value: 6 }, true, { observed_value: 6 }],
  ['expect_table_column_count_to_equal', { value: 5 }, false, { observed_value: 6 }],
  [
    'expect_table_columns_to_match_set',
    { column_set: ['vendor', 'x'], exact_match: false },
    false,
    { observed_value: expect.any(Array) },
  ],
  ['expect_table_columns_to_match_set', { column_set: ['miles', 'vendor'], exact_match: false }, true, {}],
  ['expect_table_columns_to_match_set', { column_set: ['miles', 'vendor'] }, false, {}],
  [
    'expect_table_columns_to_match_ordered_list',
    { column_list: ['vendor', 'miles', 'flag', 'pickup', 'dropoff', 'word'] },
    true,
    {},
  ],
  ['expect_column_to_exist', { column: 'miles', column_index: 1 }, true, {}],
  ['expect_column_to_exist', { column: 'Miles' }, false, {}],
  ['expect_column_values_to_not_be_null', { column: 'vendor' }, false, { unexpected_count: 1, unexpected_percent: 25 }],
  ['expect_column_values_to_not_be_null', { column: 'vendor', mostly: 0.75 }, true, { unexpected_count: 1 }],
  ['expect_column_values_to_be_null', { column: 'vendor' }, false, { unexpected_count: 3, partial_unexpected_list: [1, 2, 9] }],
  ['expect_column_values_to_be_in_set', { column: 'vendor', value_set: [1, 2, 6, 7], mostly: 0.6 }, true, counts(1, 1, [9])],
  ['expect_column_values_to_be_in_set', { column: 'vendor', value_set: [] }, false, counts(1, 3, [1, 2, 9])],
  ['expect_column_values_to_be_in_set', { column: 'vendor', value_set: ['1', 2] }, false, counts(1, 2, [1, 9])],
  ['expect_column_values_to_be_in_set', { column: 'word', value_set: [7] }, false, counts(1, 2, ['2024-01-01', 'soon'])],
  ['expect_column_values_to_not_be_in_set', { column: 'vendor', value_set: [9] }, false, counts(1, 1, [9])],
  ['expect_column_values_to_not_be_in_set', { column: 'word', value_set: [7] }, false, counts(1, 1, ['7'])],
  ['expect_column_values_to_be_between', { column: 'miles', min_value: 1.5, strict_min: true }, false, counts(1, 1, [1.5])],
  [
    'expect_column_values_to_be_between',
    { column: 'pickup', max_value: '2024-01-02T00:00' },
    false,
    counts(1, 1, ['2024-01-03 00:00:00']),
  ],
  ['expect_column_values_to_be_unique', { column: 'miles' }, false, counts(1, 2, [4])],
  ['expect_column_values_to_be_of_type', { column: 'miles', type_: 'DoubleType' }, true, { observed_value: 'DOUBLE' }],
  [
    'expect_column_values_to_be_in_type_list',
    { column: 'miles', type_list: ['Int64', 'serial'] },
    false,
    { observed_value: 'DOUBLE' },
  ],
  ['expect_column_value_lengths_to_be_between', { column: 'flag', max_value: 1 }, false, counts(1, 1, ['yy'])],
  ['expect_column_value_lengths_to_equal', { column: 'flag', value: 2 }, false, counts(1, 2, ['N', 'Y'])],
  ['expect_column_values_to_match_regex', { column: 'flag', regex: '^[YN]' }, false, counts(1, 1, ['yy'])],
  ['expect_column_values_to_not_match_regex', { column: 'flag', regex: 'y' }, false, counts(1, 1, ['yy'])],
  ['expect_column_values_to_match_regex_list', { column: 'flag', regex_list: ['Y', 'y'] }, false, counts(1, 1, ['N'])],
  [
    'expect_column_values_to_match_regex_list',
    { column: 'flag', regex_list: ['Y|N', 'N'], match_on: 'all' },
    false,
    counts(1, 2, ['Y', 'yy']),
  ],
  ['expect_column_values_to_not_match_regex_list', { column: 'flag', regex_list: ['Y', 'N'] }, false, counts(1, 2, ['N', 'Y'])],
  ['expect_column_values_to_match_like_pattern', { column: 'flag', like_pattern: '_' }, false, counts(1, 1, ['yy'])],
  ['expect_column_values_to_not_match_like_pattern', { column: 'flag', like_pattern: 'y%' }, false, counts(1, 1, ['yy'])],
  [
    'expect_column_values_to_match_like_pattern_list',
    { column: 'flag', like_pattern_list: ['Y', 'N'] },
    false,
    counts(1, 1, ['yy']),
  ],
  [
    'expect_column_values_to_not_match_like_pattern_list',
    { column: 'flag', like_pattern_list: ['Y', 'N'] },
    false,
    counts(1, 2, ['N', 'Y']),
  ],
  [
    'expect_column_values_to_match_strftime_format',
    { column: 'word', strftime_format: '%Y-%m-%d' },
    false,
    counts(1, 2, ['7', 'soon']),
  ],
  ['expect_column_min_to_be_between', { column: 'vendor', min_value: 1 }, true, { observed_value: 1 }],
  [
    'expect_column_max_to_be_between',
    { column: 'pickup', max_value: '2024-01-02' },
    false,
    { observed_value: '2024-01-03 00:00:00' },
  ],
  ['expect_column_mean_to_be_between', { column: 'vendor', min_value: 4, max_value: 4 }, true, { observed_value: 4 }],
  ['expect_column_median_to_be_between', { column: 'miles', min_value: 4 }, true, { observed_value: 4 }],
  ['expect_column_stdev_to_be_between', { column: 'vendor', max_value: 4 }, false, { observed_value: expect.closeTo(4.3589, 4) }],
  ['expect_column_sum_to_be_between', { column: 'vendor', min_value: 12, max_value: 12 }, true, { observed_value: 12 }],
  ['expect_column_unique_value_count_to_be_between', { column: 'miles', max_value: 1 }, false, { observed_value: 2 }],
  ['expect_column_proportion_of_unique_values_to_be_between', { column: 'vendor', min_value: 1 }, true, { observed_value: 1 }],
  [
    'expect_column_proportion_of_non_null_values_to_be_between',
    { column: 'miles', min_value: 0.8 },
    false,
    { observed_value: 0.75 },
  ],
  [
    'expect_column_quantile_values_to_be_between',
    {
      column: 'vendor',
      quantile_ranges: {
        quantiles: [0, 1],
        value_ranges: [
          [1, 1],
          [null, 8],
        ],
      },
    },
    false,
    { observed_value: [1, 9] },
  ],
  [
    'expect_column_distinct_values_to_be_in_set',
    { column: 'flag', value_set: ['Y', 'N'] },
    false,
    { observed_value: ['Y', 'N', 'yy'] },
  ],
  ['expect_column_distinct_values_to_contain_set', { column: 'flag', value_set: ['Y', 'N'] }, true, {}],
  [
    'expect_column_distinct_values_to_equal_set',
    { column: 'vendor', value_set: [1, 2, 9] },
    true,
    { observed_value: ['1', '2', '9'] },
  ],
  [
    'expect_column_pair_values_a_to_be_greater_than_b',
    { column_A: 'dropoff', column_B: 'pickup' },
    false,
    counts(
      1,
      2,
      [
        ['2024-01-01 00:10:00', '2024-01-02 00:00:00'],
        ['2024-01-03 00:00:00', '2024-01-03 00:00:00'],
      ].map(([a, b]) => [a, b]),
    ),
  ],
  [
    'expect_column_pair_values_a_to_be_greater_than_b',
    { column_A: 'dropoff', column_B: 'pickup', or_equal: true },
    false,
    { unexpected_count: 1 },
  ],
  [
    'expect_column_pair_values_to_be_equal',
    { column_A: 'dropoff', column_B: 'pickup', ignore_row_if: 'neither' },
    false,
    { unexpected_count: 3 },
  ],
  [
    'expect_column_pair_values_to_be_in_set',
    {
      column_A: 'vendor',
      column_B: 'flag',
      value_pairs_set: [
        [1, 'Y'],
        [2, 'N'],
      ],
    },
    false,
    counts(1, 1, [['9', 'yy']]),
  ],
  [
    'expect_multicolumn_sum_to_equal',
    { column_list: ['vendor', 'miles'], sum_total: 13, ignore_row_if: 'any_value_is_missing' },
    false,
    counts(2, 1, [['1', '1.5']]),
  ],
  [
    'expect_select_column_values_to_be_unique_within_record',
    { column_list: ['pickup', 'dropoff'] },
    false,
    { unexpected_count: 1 },
  ],
  ['expect_compound_columns_to_be_unique', { column_list: ['vendor', 'miles'] }, true, counts(0, 0, [])],
];

test('every kind of expectation judges real rows as it should, in one query, in the order of the suite', async () => {
  const { results } = await judgeRows(
    rows,
    cases.map(([type, kwargs]) => ({ type, kwargs })),
  );
  const found = results.map(({ expectation_config: { type, kwargs }, success, result, exception_info: info }) => [
    type,
    kwargs,
    success,
    result,
    info.exception_message,
  ]);
  expect(found).toEqual(
    cases.map(([type, kwargs, success, result]) => [type, kwargs, success, expect.objectContaining(result), null]),
  );
});

test('the cases above cover every kind', () => {
  expect(new Set(cases.map(([type]) => type))).toEqual(new Set(Object.keys(expectationTypes)));
});

test('a column that is missing or of another type fails its expectation; the others are judged', async () => {
  const { results, statistics, success } = await judgeRows(rows, [
    { type: 'expect_column_mean_to_be_between', kwargs: { column: 'Vendor', min_value: 1 } },
    { type: 'expect_column_values_to_be_between', kwargs: { column: 'pickup', min_value: 1 } },
    { type: 'expect_column_values_to_match_regex', kwargs: { column: 'vendor', regex: 'x' } },
    { type: 'expect_table_row_count_to_equal', kwargs: { value: 4 } },
  ]);
  expect(results.map(({ exception_info: info }) => info.exception_message)).toEqual([
    'the file has no column "Vendor"; it has "vendor"',
    'column "pickup" is TIMESTAMP, not a number',
    'column "vendor" is INTEGER, not text',
    null,
  ]);
  expect(results[0]?.result).toEqual({});
  expect(statistics).toEqual({
    evaluated_expectations: 4,
    successful_expectations: 1,
    unsuccessful_expectations: 3,
    success_percent: 25,
  });
  expect(success).toBe(false);
});

test('decimals are compared with numbers for which their type has no room', async () => {
  const between = { column: 'share', min_value: -100, max_value: 100 };
  const { results } = await judgeRows('SELECT 0.5::DECIMAL(38, 38) AS share', [
    { type: 'expect_column_values_to_be_between', kwargs: between },
    { type: 'expect_column_values_to_be_in_set', kwargs: { column: 'share', value_set: [0.5, 100] } },
    { type: 'expect_column_values_to_not_be_in_set', kwargs: { column: 'share', value_set: [0.5] } },
    ...['min', 'max', 'mean', 'median', 'sum'].map((figure) => ({
      type: `expect_column_${figure}_to_be_between`,
      kwargs: between,
    })),
  ]);
  expect(results.map(({ success }) => success)).toEqual([true, true, false, true, true, true, true, true]);
});

test('samples are at most 20, whatever the file holds', async () => {
  const type = 'expect_column_values_to_be_in_set';
  const { results } = await judgeRows("SELECT repeat('x', 5000) || range AS a FROM range(1000)", [
    { type, kwargs: { column: 'a', value_set: [] } },
  ]);
  const samples = results[0]?.result.partial_unexpected_list as string[];
  expect(samples).toHaveLength(20);
  expect(samples.every((sample) => sample.length === 200)).toBe(true);
});

test('patterns that the engine lacks are refused', async () => {
  const kwargs = { column: 'flag', regex: '(?=x)' };
  await expect(judgeRows(rows, [{ type: 'expect_column_values_to_match_regex', kwargs }])).rejects.toThrow(
    /expectations\[0\] expect_column_values_to_match_regex/,
  );
});
