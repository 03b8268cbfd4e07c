import { expect, test } from 'vitest';
import { dependsOf, type Ending, parseDepends } from './depends.ts';

const endings: readonly Ending[] = ['Succeeded', 'Failed', 'Errored', 'Skipped', 'Omitted', 'Daemoned'];
const holds = (written: string, ended: Readonly<Record<string, Ending>>) =>
  parseDepends(written).holds(new Map(Object.entries(ended)));

test('a name alone is content with what succeeded, was skipped or serves on', () => {
  expect(endings.filter((ending) => holds('a', { a: ending }))).toEqual(['Succeeded', 'Skipped', 'Daemoned']);
});

test.each(endings)('a.%s holds for that ending alone', (wanted) => {
  expect(endings.filter((ending) => holds(`a.${wanted}`, { a: ending }))).toEqual([wanted]);
});

test.each([
  // && binds closer than ||, ! closer than both.
  ['a || b && c', { a: 'Succeeded', b: 'Failed', c: 'Failed' }, true],
  ['(a || b) && c', { a: 'Succeeded', b: 'Failed', c: 'Failed' }, false],
  ['a && b || c', { a: 'Failed', b: 'Failed', c: 'Succeeded' }, true],
  ['a && (b || c)', { a: 'Failed', b: 'Failed', c: 'Succeeded' }, false],
  ['!a || b', { a: 'Succeeded', b: 'Succeeded' }, true],
  ['!(a || b)', { a: 'Succeeded', b: 'Succeeded' }, false],
  ['!!a.Failed', { a: 'Failed' }, true],
  ['a-1.Failed&&b||((c))', { 'a-1': 'Failed', b: 'Succeeded', c: 'Omitted' }, true],
] as const)('%s', (written, ended, expected) => {
  expect(holds(written, ended)).toBe(expected);
});

test('a task that has not ended meets nothing', () => {
  expect(holds('a', {})).toBe(false);
  expect(holds('a.Failed', {})).toBe(false);
});

test('each task is named once', () => {
  expect(parseDepends('a.Succeeded || (b && !a.Failed)').tasks).toEqual(['a', 'b']);
});

test.each([
  ['', '"": expected a task, "!" or "(", got the end'],
  ['a &&', '"a &&": expected a task, "!" or "(", got the end'],
  ['&& a', '"&& a": expected a task, "!" or "(", got "&&"'],
  ['a & b', '"a & b": expected "&&", "||" or the end, got "&"'],
  ['a b', '"a b": expected "&&", "||" or the end, got "b"'],
  ['(a', '"(a": expected ")"'],
  ['a)', '"a)": expected "&&", "||" or the end, got ")"'],
  ['()', '"()": expected a task, "!" or "(", got ")"'],
  ['!', '"!": expected a task, "!" or "(", got the end'],
  ['A', '"A": expected a task, "!" or "(", got "A"'],
  ['a.', '"a.": expected a task, "!" or "(", got "a."'],
  ['a.b.c', '"a.b.c": expected a task, "!" or "(", got "a.b.c"'],
  [
    'a.succeeded',
    '"a.succeeded": "succeeded" is no ending; expected one of Succeeded, Failed, Errored, Skipped, Omitted, Daemoned (did you mean "Succeeded"?)',
  ],
])('refuses %j', (written, message) => {
  expect(() => parseDepends(written)).toThrow(new Error(message));
});

test('nests so deep that it must be a mistake: refused, not crashed', () => {
  expect(() => parseDepends(`${'('.repeat(100_000)}a`)).toThrow('nested deeper than');
});

test('dependencies are names that are all content', () => {
  const { tasks, holds: met } = dependsOf({ dependencies: ['a', 'b'] });
  expect(tasks).toEqual(['a', 'b']);
  expect(
    met(
      new Map([
        ['a', 'Succeeded'],
        ['b', 'Skipped'],
      ] as const),
    ),
  ).toBe(true);
  expect(
    met(
      new Map([
        ['a', 'Succeeded'],
        ['b', 'Failed'],
      ] as const),
    ),
  ).toBe(false);
  expect(dependsOf({}).holds(new Map())).toBe(true);
});

test.each([
  ['a', { a: ['Succeeded', 'Skipped', 'Daemoned'] }],
  ['a.Succeeded && b', { a: ['Succeeded'], b: ['Succeeded', 'Skipped', 'Daemoned'] }],
  ['a && a.Succeeded', { a: ['Succeeded'] }],
  ['a.Succeeded || a.Failed', { a: ['Succeeded', 'Failed'] }],
  ['a.Succeeded || b.Succeeded', {}],
  ['(a.Succeeded || b) && a.Succeeded', { a: ['Succeeded'] }],
  ['!a', {}],
])('what %s surely says of each task', (written, expected) => {
  expect(Object.fromEntries(parseDepends(written).surely)).toEqual(expected);
});

test('what holds is what it surely says, over all endings of three tasks', () => {
  for (const written of ['a && b.Failed || c', '!(a || b) && c.Skipped', 'a.Succeeded && (b || !c)', 'a || (a.Failed && b)']) {
    const depends = parseDepends(written);
    for (const a of endings) {
      for (const b of endings) {
        for (const c of endings) {
          const ended = new Map([
            ['a', a],
            ['b', b],
            ['c', c],
          ] as const);
          if (!depends.holds(ended)) continue;
          for (const [task, possible] of depends.surely) expect(possible).toContain(ended.get(task as 'a'));
        }
      }
    }
  }
});
