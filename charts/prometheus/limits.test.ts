import { expect, test } from 'vitest';
import { green } from '../../apps/contract/green.ts';
import { checkEnvironments } from '../environments.ts';
import { toLimitRules } from './limits.ts';

test('a data set has its own limit and owner; the usual limit where it promises none', () => {
  const { dev } = checkEnvironments();
  const { promises, ...silent } = green;
  const hasty = {
    ...green,
    category: 'hasty',
    promises: { owner: { name: 'Ann "A" Lee', contact: 'ann@example.com' }, freshness: '36h' },
  };
  const rules = toLimitRules(dev as never, [hasty, silent] as never).groups.find(({ name }) => name === 'promises')?.rules;
  expect(rules).toEqual([
    { record: 'taxiway:promised_freshness:seconds', expr: 'vector(129600)', labels: { category: 'hasty', owner: 'Ann "A" Lee' } },
    { record: 'taxiway:promised_freshness:seconds', expr: 'vector(3456000)', labels: { category: 'green' } },
  ]);
});
