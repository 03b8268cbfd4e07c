import { expect, test } from 'vitest';
import { viewColumns } from '../../apps/contract/derive/view-columns.ts';
import { yellow } from '../../apps/contract/yellow.ts';
import { rides } from '../../tests/fixtures/rides.ts';
import { prod } from '../env/prod.ts';
import { toMonthly } from './monthly.ts';

test.each([yellow, rides])('graphs what the view of $category has', (dataset) => {
  const queries: string[] = [];
  const text = JSON.stringify(toMonthly(dataset, prod), (key, value) => {
    if (key === 'rawSql') queries.push(value);
    return value;
  });
  const known = new Set(viewColumns(dataset).map(({ name }) => name));
  const read = queries.flatMap((sql) => [...sql.matchAll(/(?<!\.)`(\w+)`/g)].map(([, name]) => name as string));
  expect(read.filter((name) => !known.has(name))).toEqual([]);
  const named = viewColumns(dataset).filter(({ of }) => of === 'codes' || of === 'lookup');
  expect(named.filter(({ name }) => !read.includes(name))).toEqual([]);
  expect(text.includes('rips')).toBe(dataset === yellow);
});
