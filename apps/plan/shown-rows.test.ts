import { expect, test } from 'vitest';
import { visits } from '../../tests/fixtures/visits.ts';
import { toShownRows } from './shown-rows.ts';

test('of a personal column its name is shown, and a word in place of each value', () => {
  const columns = [
    { name: 'visit_id', type: 'string' },
    { name: 'salary', type: 'double' },
    { name: 'born', type: 'date' },
  ] as const;
  expect(toShownRows(visits, { columns, rows: [['7', 1.5, null]] })).toEqual({
    columns: [
      { name: 'visit_id', type: 'string' },
      { name: 'salary', type: 'string' },
      { name: 'born', type: 'string' },
    ],
    rows: [['7', 'personal: not shown', 'personal: not shown']],
  });
});
