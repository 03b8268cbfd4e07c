import { expect, test } from 'vitest';
import { defineDataset } from './define-dataset.ts';
import { green } from './green.ts';
import { toNumbers } from './version.ts';

test('a version is three numbers', () => {
  expect(toNumbers('1.20.3')).toEqual([1, 20, 3]);
  for (const wrong of ['1.2', 'v1.2.3', '1.2.3-rc', '01.2.3', '1.2.3\n', '-1.0.0', ''])
    expect(toNumbers(wrong), wrong).toBe(undefined);
  expect(() => defineDataset({ ...green, version: '1.2' as never })).toThrow(
    'green: version "1.2" is no version; expected three numbers, as 1.0.0',
  );
});
