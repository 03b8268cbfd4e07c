import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Dataset } from './dataset.ts';
import { defineDataset } from './define-dataset.ts';
import { green } from './green.ts';
import { freshnessSeconds, toContactLink, toDays } from './promises.ts';

const problemsOf = (promises: object): readonly string[] => {
  try {
    defineDataset({ ...green, promises } as Dataset);
    return [];
  } catch (error) {
    return (error as { problems: string[] }).problems;
  }
};

describe('promises', () => {
  test.each<[string, object, string[]]>([
    ['none', {}, []],
    [
      'all',
      {
        owner: { name: 'Taxis', contact: 'https://example.com/taxis' },
        freshness: '36h',
        rowsPerMonth: { atLeast: 0, atMost: 0 },
        retention: '31d',
      },
      [],
    ],
    [
      'an owner whom nobody reaches',
      { owner: { name: 'Taxis', contact: 'ask Ann' } },
      ['green: promises.owner.contact "ask Ann" is no e-mail address and no https:// address, as data@example.com'],
    ],
    [
      'a contact that breaks out of a link',
      { owner: { name: 'Taxis', contact: 'https://example.com/"onclick="x' } },
      [
        'green: promises.owner.contact "https://example.com/\\"onclick=\\"x" is no e-mail address and no https:// address, as data@example.com',
      ],
    ],
    [
      'an owner without a name',
      { owner: { name: ' ', contact: 'a@example.com' } },
      ['green: promises.owner.name " " must be one line of text'],
    ],
    [
      'an owner of two lines',
      { owner: { name: 'a\nb', contact: 'a@example.com' } },
      ['green: promises.owner.name "a\\nb" must be one line of text'],
    ],
    [
      'a duration in words',
      { freshness: '40 days' },
      ['green: promises.freshness "40 days" is no duration; expected a whole number and s, m, h or d, as 40d'],
    ],
    ['no time at all', { freshness: '0d' }, ['green: promises.freshness "0d" is never kept; expected more than nothing, as 40d']],
    ['no bounds', { rowsPerMonth: {} }, ['green: promises.rowsPerMonth needs atLeast, atMost or both']],
    [
      'reversed bounds',
      { rowsPerMonth: { atLeast: 10, atMost: 9 } },
      ['green: promises.rowsPerMonth: no number is at least 10 and at most 9'],
    ],
    [
      'bounds that count nothing',
      { rowsPerMonth: { atLeast: 1.5, atMost: -1 } },
      [
        'green: promises.rowsPerMonth.atLeast 1.5 is no number of rows',
        'green: promises.rowsPerMonth.atMost -1 is no number of rows',
      ],
    ],
    [
      'a retention in months',
      { retention: '7m' },
      ['green: promises.retention "7m" is no length of time; expected a whole number and d or y, as 7y'],
    ],
    [
      'a retention shorter than a month',
      { retention: '30d' },
      ['green: promises.retention "30d" is too short; expected 31d at least'],
    ],
  ])('%s', (_, promises, problems) => {
    expect(problemsOf(promises)).toEqual(problems);
  });

  test('a data set without one is as fresh as the usual 40 days', () => {
    expect(freshnessSeconds(undefined)).toBe(40 * 86_400);
    expect(freshnessSeconds({ freshness: '36h' })).toBe(129_600);
  });

  test('years of retention are never shorter than the calendar’s', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 400 }), fc.integer({ min: 1990, max: 2020 }), (years, first) => {
        const days = (Date.UTC(first + years, 0) - Date.UTC(first, 0)) / 86_400_000;
        const kept = toDays(`${years}y`) as number;
        // Of 1900 and 2100, which are no leap years, the rule knows nothing.
        return kept >= days && kept <= days + 6;
      }),
    );
  });

  test('a contact is a link of its kind', () => {
    expect(toContactLink({ name: 'a', contact: 'a@example.com' })).toBe('mailto:a@example.com');
    expect(toContactLink({ name: 'a', contact: 'https://example.com/a' })).toBe('https://example.com/a');
  });
});
