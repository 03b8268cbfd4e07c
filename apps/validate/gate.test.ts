import { expect, test } from 'vitest';
import { judgeRows } from '../../tests/fixtures/judge-rows.ts';
import { html } from '../platform/html.ts';
import { toGate } from './gate.ts';
import { toReport } from './report.ts';

const column = '<img src=x onerror=alert(1)>';
const query = `SELECT '"><script>alert(1)</script>' AS "${column}", 1 AS n`;
const fails = (severity?: string) => ({
  type: 'expect_column_values_to_be_in_set',
  kwargs: { column, value_set: ['a'] },
  ...(severity && { severity }),
});
const holds = { type: 'expect_table_row_count_to_equal', kwargs: { value: 1 }, severity: 'critical' };

test.each([
  ['half holds, and half is enough', [fails('warning'), holds], 50, true],
  ['half holds, and that is too little', [fails('warning'), holds], 51, false],
  ['a critical one failed, whatever the threshold', [fails('critical'), holds], 0, false],
  ['no severity is a warning', [fails(), holds], 10, true],
])('%s', async (_, expectations, threshold, success) => {
  expect(toGate(await judgeRows(query, expectations), { threshold }).success).toBe(success);
});

test('critical failures are listed first, with what was expected and found', async () => {
  const { failed } = toGate(await judgeRows(query, [fails('info'), { ...holds, kwargs: { value: 2 } }]), { threshold: 90 });
  expect(failed).toEqual([
    { type: 'expect_table_row_count_to_equal', severity: 'critical', observed: 1, message: 'the number of rows is 2: found 1' },
    {
      type: 'expect_column_values_to_be_in_set',
      column,
      severity: 'info',
      unexpectedPercent: 100,
      message: `${column} is one of a: 100 % of the values are not`,
    },
  ]);
});

test('the report escapes hostile names and values', async () => {
  const result = await judgeRows(query, [fails('warning'), holds]);
  const columns = [{ name: column, type: 'VARCHAR', kind: 'text', sql: 'c0' }] as const;
  const judged = { uri: '', file: '<b>.parquet', rows: 1, columns, result };
  const page = toReport({ judged, gate: toGate(result, { threshold: 90 }), runs: ['<i>', 'other'] });
  expect(page).not.toMatch(/<script>alert|<img|<b>\.parquet|<i>/);
  expect(page).toContain(String(html`${column}`));
  expect(page).toContain('Refused');
});
