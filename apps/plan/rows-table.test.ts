import { expect, test } from 'vitest';
import { toMicrosecondsText, toRowsTable } from './rows-table.ts';

test.each([
  [0n, '1970-01-01 00:00:00'],
  [1_704_067_199_500_000n, '2023-12-31 23:59:59.5'],
  [1_704_067_199_000_001n, '2023-12-31 23:59:59.000001'],
  [-1n, '1969-12-31 23:59:59.999999'],
  [9_000_000_000_000_000_000n, '9000000000000000000 µs'],
])('%d µs are shown as %s', (microseconds, text) => {
  expect(toMicrosecondsText(microseconds)).toBe(text);
});

test('a value of a file is text on the page, never markup; what is missing is null', () => {
  const columns = [
    { name: 'a', type: 'string' },
    { name: 'b', type: 'strings' },
  ] as const;
  const page = String(
    toRowsTable('Rows', {
      columns,
      rows: [
        ['<script>', ['<b>']],
        [null, []],
      ],
    }),
  );
  expect(page).not.toMatch(/<script>|<b>/);
  expect(page).toContain('&lt;script&gt;');
  expect(page).toContain('<span class="soft">null</span>');
});
