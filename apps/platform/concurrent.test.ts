import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { mapConcurrently } from './concurrent.ts';

test('results are in the order of the items, and no more run than may', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat(3), { maxLength: 30 }), fc.integer({ min: 1, max: 8 }), async (items, most) => {
      let running = 0;
      const results = await mapConcurrently(items, most, async (item) => {
        running += 1;
        expect(running).toBeLessThanOrEqual(most);
        await sleep(item);
        running -= 1;
        return item * 2;
      });
      expect(results).toEqual(items.map((item) => item * 2));
    }),
    { numRuns: 30 },
  );
});

test('the first error ends it, and nothing begins after it', async () => {
  const begun: number[] = [];
  const run = async (item: number) => {
    begun.push(item);
    await sleep(1);
    if (item === 2) throw new Error('two');
  };
  await expect(mapConcurrently([0, 1, 2, 3, 4, 5, 6, 7, 8], 2, run)).rejects.toThrow('two');
  expect(begun.length).toBeLessThan(6);
});
