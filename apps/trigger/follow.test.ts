import { expect, test } from 'vitest';
import { toPauseSeconds } from './follow.ts';
import { sourceOption } from './source-option.ts';

test('the pause doubles while nobody answers, up to a minute, and is never shorter than what was asked for', () => {
  expect([0, 1, 2, 3, 10, 1000].map((down) => toPauseSeconds(10, down))).toEqual([10, 20, 40, 60, 60, 60]);
  expect([0, 1, 9].map((down) => toPauseSeconds(300, down))).toEqual([300, 300, 300]);
  expect([0, 1, 9].map((down) => toPauseSeconds(0.2, down))).toEqual([0.2, 0.4, 60]);
});

test.each([
  ['s3://bucket', 's3://bucket/'],
  ['s3://bucket/in', 's3://bucket/in/'],
  ['gs://bucket/', undefined],
  ['bucket', undefined],
  ['s3://', undefined],
  ['s3://bucket/%zz', undefined],
])('%s is followed as %s', (text, uri) => {
  expect(sourceOption.safeParse(text).data).toBe(uri);
});
