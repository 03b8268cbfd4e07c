import fc from 'fast-check';
import { expect, test } from 'vitest';
import { addMonths } from '../contract/file-name.ts';
import { describeMonths, monthsBetween } from './month-range.ts';

const month = fc.integer({ min: 0, max: 12 * 200 }).map((count) => addMonths('1900-01', count));

test('a range has every month once, in order, and its description gives it back', () => {
  fc.assert(
    fc.property(month, fc.integer({ min: 1, max: 600 }), (from, count) => {
      const months = monthsBetween(from, addMonths(from, count - 1));
      expect(months).toHaveLength(count);
      expect(months).toEqual([...new Set(months)].sort());
      expect(describeMonths(months)).toBe(count === 1 ? from : `${from} to ${months.at(-1)}`);
    }),
  );
});

test('ranges that are none are refused', () => {
  expect(() => monthsBetween('2023-02', '2023-01')).toThrow('--to 2023-01 is before --from 2023-02; exchange them');
  expect(() => monthsBetween('1950-01', '2000-01')).toThrow('--from 1950-01 --to 2000-01: expected at most 600 months');
  expect(monthsBetween('1950-01', '1999-12')).toHaveLength(600);
});

test('months are named as ranges', () => {
  expect(describeMonths(['2022-12', '2023-01', '2023-03', '2023-05', '2023-06'])).toBe(
    '2022-12 to 2023-01, 2023-03, 2023-05 to 2023-06',
  );
  expect(describeMonths([])).toBe('none');
});
