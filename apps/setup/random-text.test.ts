import fc from 'fast-check';
import { expect, test } from 'vitest';
import { randomText } from './random-text.ts';

const patterns = { password: /^[A-Za-z0-9]{32}$/, accessKey: /^[A-Z0-9]{20}$/ };

test.each(['password', 'accessKey'] as const)('property: each %s is of its characters, and no two are equal', (kind) => {
  const seen = new Set<string>();
  fc.assert(
    fc.property(fc.constant(kind), (one) => {
      const text = randomText(one);
      expect(text).toMatch(patterns[kind]);
      expect(seen.has(text)).toBe(false);
      seen.add(text);
    }),
    { numRuns: 1000 },
  );
});

test('every character is as likely as any other', () => {
  const counts = new Map<string, number>();
  for (let round = 0; round < 2000; round += 1)
    for (const character of randomText('password')) counts.set(character, (counts.get(character) ?? 0) + 1);
  // 64,000 characters of 62 kinds: 1,032 of each, with a standard deviation of 32.
  expect(counts.size).toBe(62);
  expect([...counts.values()].filter((count) => Math.abs(count - 1032) > 200)).toEqual([]);
});
