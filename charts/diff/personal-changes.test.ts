import { expect, test } from 'vitest';
import { toContract } from '../../apps/contract/derive/contract-json.ts';
import { rides } from '../../tests/fixtures/rides.ts';
import { compareContracts } from './contract-changes.ts';

test('a mark that changes what tables hold, or that is removed, breaks readers; a new column that is dropped breaks nobody', () => {
  const marked = (personal?: 'keep' | 'hash' | 'drop') =>
    toContract({
      ...rides,
      columns: rides.columns.map((one) => (one.name === 'ride_id' && personal ? { ...one, personal } : one)),
    });
  const marks = [undefined, 'keep', 'hash', 'drop'] as const;
  const weights = marks.flatMap((was) =>
    marks.flatMap((is) => {
      const changes = compareContracts([marked(was)], [marked(is)])[0]?.changes ?? [];
      return changes.map(({ weight, text }) => [was, is, weight, text.includes('personal')]);
    }),
  );
  expect(weights).toHaveLength(12);
  expect(weights.filter(([, , weight]) => weight === 'compatible')).toEqual([[undefined, 'keep', 'compatible', true]]);
});
