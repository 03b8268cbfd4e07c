import { transformSync } from 'esbuild';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Column, Rule } from '../../apps/contract/dataset.ts';
import * as define from '../../apps/contract/define-dataset.ts';
import * as predicates from '../../apps/contract/predicate.ts';
import {
  all,
  any,
  before,
  beforeAsOf,
  between,
  ifPresent,
  inMonth,
  lasts,
  matches,
  not,
  notAfter,
  oneOf,
  present,
} from '../../apps/contract/predicate.ts';
import type { Draft, Noted } from './draft.ts';
import { toSafeNames, toSnake, withOwnNames } from './safe-names.ts';
import { toSourceText } from './source-text.ts';
import { toDataset } from './to-dataset.ts';

/** What the text exports when it runs; anything but the two imports is refused. */
function run(text: string): unknown {
  const { code } = transformSync(text, { loader: 'ts', format: 'cjs', platform: 'node' });
  const module = { exports: {} as Record<string, unknown> };
  const load = (name: string) => {
    const known: Record<string, unknown> = { './define-dataset.ts': define, './predicate.ts': predicates };
    if (!Object.hasOwn(known, name)) throw new Error(`it loads ${name}`);
    return known[name];
  };
  new Function('module', 'exports', 'require', code)(module, module.exports, load);
  return Object.values(module.exports)[0];
}

const breaking = fc.constantFrom(
  ...[
    "'",
    '"',
    '`',
    '$' + '{process.exit(1)}',
    '\\',
    "'; throw 1; '",
    '*/ throw 1 /*',
    '\n',
    '\r',
    '\u2028',
    '\u2029',
    '\0',
    '// x\nthrow 1',
  ],
  ...[
    '__proto__',
    'constructor',
    'end',
    '',
    ' ',
    '\ud800',
    '\ufeff',
    'cast_x',
    'source_file',
    '1',
    'é',
    '日本',
    '-->',
    '<!--',
    '</script>',
  ],
);
const anyText = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.array(fc.oneof(breaking, fc.string()), { maxLength: 4 }).map((parts) => parts.join('')),
);

test('any string survives as name, alias, description, code or comment, and none is run', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(anyText, { minLength: 1, maxLength: 5, selector: (name) => name.toLowerCase() }),
      fc.array(anyText, { minLength: 6, maxLength: 6 }),
      (names, texts) => {
        const [title = '', description = '', note, meaning = '', code = '', owner = ''] = texts;
        const safe = toSafeNames(names, 'x');
        const columns: Noted<Column>[] = safe.map((name) => ({
          ...name,
          type: 'string',
          description: `a ${description}`,
          codes: { [code]: meaning },
          note: note as string,
        }));
        const draft: Draft = {
          category: 'class',
          title,
          description,
          files: { name: 'class_{YYYY-MM}.parquet' },
          promises:
            owner.trim() !== '' && !/[\p{Cc}\u2028\u2029]/u.test(owner)
              ? { owner: { name: owner, contact: 'a@example.com' } }
              : undefined,
          columns: [...columns, { name: 'the_time_of_it', type: 'timestamp', description: 'When.' }],
          time: { at: 'the_time_of_it', zone: 'UTC', note: note as string },
          must: [],
          rules: withOwnNames(columns.map(({ name }): Rule => ({ name: toSnake(name), description, holds: oneOf(name, texts) }))),
          expectations: [{ type: 'expect_x', kwargs: { [code]: meaning }, severity: 'info' }],
          notes: texts,
        };
        expect(run(toSourceText(draft))).toEqual(toDataset(draft));
      },
    ),
    { numRuns: 300 },
  );
});

test('each predicate is written as the function that makes it', () => {
  const columns: Column[] = [
    { name: 'begun', type: 'timestamp', description: 'When.' },
    { name: 'until', type: 'timestamp', description: 'When.' },
    { name: 'text', type: 'string', description: 'A text.' },
    { name: 'number', type: 'double', description: 'A number.' },
  ];
  const holds = [
    present('begun'),
    oneOf('number', [1, -2.5e-9]),
    between('number', { atLeast: -1, atMost: 2 }),
    between('number', { atLeast: -1, below: 2 }),
    between('number', { atLeast: 0 }),
    matches('text', "[A-Z']\\d+"),
    all(
      before('begun', 'until'),
      notAfter('begun', 'until'),
      lasts('begun', 'until', { atLeast: '1m' }),
      lasts('begun', 'until', { below: '1d' }),
    ),
    any(beforeAsOf('begun'), not(inMonth('begun'))),
    ifPresent('number', between('number', { atLeast: 1 })),
  ];
  const draft: Draft = {
    category: 'present',
    title: 't',
    description: 'd',
    files: { name: 'x_{YYYY-MM}.parquet' },
    columns,
    time: { at: 'begun', zone: 'UTC' },
    key: { columns: ['begun'], note: 'A key.' },
    must: ['begun'],
    cluster: ['text'],
    rules: holds.map((one, index) => ({ name: `rule_${index}`, description: 'd', holds: one })),
    expectations: [],
    notes: [],
  };
  expect(run(toSourceText(draft))).toEqual(toDataset(draft));
});

test('names become plain ones, each its own; a name that is plain stays', () => {
  const named = (...names: string[]) => toSafeNames(names, 'x').map(({ name }) => name);
  expect(
    named('Trip distance (mi)', 'trip-distance', 'Trip_distance', 'end', 'cast_x', 'source_file', '', '1st', '日本', 'é'),
  ).toEqual([
    'Trip_distance_mi',
    'trip_distance_2',
    'Trip_distance',
    'end_value',
    'was_cast_x_value',
    'source_file_value',
    'unnamed',
    'column_1st',
    'unnamed_2',
    'e',
  ]);
  expect(toSafeNames(['ok', 'not ok'], 'x')).toEqual([{ name: 'ok' }, { name: 'not_ok', aliases: ['not ok'] }]);
  expect(() => named('Fare', 'fare')).toThrow('x: columns "Fare" and "fare" are one name to the engines; rename one of them');
});
