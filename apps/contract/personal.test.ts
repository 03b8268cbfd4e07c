import { expect, test } from 'vitest';
import { ContractError } from './contract-error.ts';
import type { Column, Dataset } from './dataset.ts';
import { defineDataset } from './define-dataset.ts';
import { toCasts } from './derive/casts.ts';
import { toExpectationSuite } from './derive/expectations.ts';
import { defineDimension } from './dimension.ts';
import { code, day, value } from './expression.ts';
import { mayShow, mayShowName } from './personal.ts';
import type { Personal } from './personal-kind.ts';
import { all, before, between, ifPresent, matches, not, notAfter, oneOf, present } from './predicate.ts';
import { count, max, mean } from './summary.ts';

const columns: readonly Column[] = [
  { name: 'seen', type: 'timestamp', description: 'When.' },
  { name: 'who', type: 'string', description: 'Who.', aliases: ['E-Mail'] },
  { name: 'pay', type: 'double', description: 'Money.' },
  { name: 'kind', type: 'string', description: 'Which.', codes: { a: 'one', b: 'two' } },
];
const visits: Dataset = {
  category: 'visits',
  title: 'Visits',
  description: 'Visits.',
  files: { name: 'visits_{YYYY-MM}.csv' },
  columns,
  time: { at: 'seen', zone: 'UTC' },
  rules: [],
};

const marked = (marks: Readonly<Record<string, Personal>>) =>
  columns.map((column) => ({ ...column, ...(marks[column.name] && { personal: marks[column.name] as Personal }) }));

/** What is wrong with the definition once these columns are marked. */
function problemsOf(marks: Readonly<Record<string, Personal>>, change: Partial<Dataset> = {}): readonly string[] {
  try {
    defineDataset({ ...visits, ...change, columns: marked(marks) });
    return [];
  } catch (error) {
    if (!(error instanceof ContractError)) throw error;
    return error.problems.map((problem) => problem.replace(/^visits: /, ''));
  }
}

const rule = (holds: Dataset['rules'][number]['holds']): Partial<Dataset> => ({
  rules: [{ name: 'one', description: 'x', holds }],
});
const gate = (more: object): Partial<Dataset> => ({
  gates: [{ name: 'one', description: 'x', severity: 'warning', ...more } as NonNullable<Dataset['gates']>[number]],
});
const people = defineDimension({
  name: 'people',
  description: 'x',
  row: 'person',
  columns: { id: { type: 'string', description: 'x' }, label: { type: 'string', description: 'x' } },
  key: 'id',
  label: 'label',
});
const dropped = 'is dropped: no table holds its values';
const hashed = 'is hashed: tables hold no value that could be compared';
const shown = 'is personal: its values would be shown';

test('a column of any kind may be kept or dropped, and a text may be hashed', () => {
  expect(problemsOf({ who: 'keep', pay: 'keep', kind: 'keep', seen: 'keep' })).toEqual([]);
  expect(problemsOf({ who: 'hash', pay: 'drop', kind: 'drop' })).toEqual([]);
  expect(problemsOf({ pay: 'hash', kind: 'hash' })).toEqual([
    'column "pay": personal "hash" needs string, got double; use "keep" or "drop"',
    'column "kind": personal "hash": tables hold none of its codes; leave them out',
  ]);
});

test.each<[string, string, Partial<Dataset>]>([
  ['key', 'key', { key: ['who'], must: [] }],
  ['must', 'must', { must: ['who'] }],
  ['cluster', 'cluster', { cluster: ['who'] }],
  ['a rule', 'rule "one"', rule(present('who'))],
  ['a rule within a rule', 'rule "one"', rule(all(not(ifPresent('who', present('seen')))))],
  ['a summary key', 'summary "by_who"', { summary: { keys: { by_who: 'who' }, figures: { n: count() } } }],
  ['a gate on distinct values', 'gate "one"', gate({ check: 'distinct', column: 'who', atLeast: 1 })],
  ['a gate on repeated rows', 'gate "one"', gate({ check: 'repeated', columns: ['seen', 'who'], atMost: 1 })],
  [
    'an expectation that holds of hashes',
    'expectation expect_compound_columns_to_be_unique',
    {
      expectations: [
        { type: 'expect_compound_columns_to_be_unique', kwargs: { column_list: ['seen', 'who'] }, severity: 'warning' },
      ],
    },
  ],
])('%s reads the hash of a column, and not one that is dropped', (_, where, change) => {
  expect(problemsOf({ who: 'drop' }, change)).toContain(`${where}: column "who" ${dropped}`);
  const needed = 'key: column "who" may be missing; add it to must, or a rule that needs it';
  expect(problemsOf({ who: 'hash' }, change).filter((problem) => problem !== needed)).toEqual([]);
});

test.each<[string, string, Partial<Dataset>]>([
  ['list', 'rule "one"', rule(oneOf('who', ['x']))],
  ['pattern', 'rule "one"', rule(ifPresent('who', matches('who', 'x+')))],
  ['comparison', 'rule "one"', rule(before('who', 'kind'))],
  ['comparison from the other side', 'rule "one"', rule(notAfter('kind', 'who'))],
  [
    'expectation on values',
    'expectation expect_column_values_to_match_regex',
    {
      expectations: [{ type: 'expect_column_values_to_match_regex', kwargs: { column: 'who', regex: 'x' }, severity: 'info' }],
    },
  ],
  [
    'lookup',
    'lookup "person"',
    { lookups: { person: { dimension: { ...people, rows: [{ id: 'x', label: 'X' }] }, column: 'who' } } },
  ],
])('a %s reads no column that is hashed or dropped', (_, where, change) => {
  expect(problemsOf({ who: 'hash' }, change)).toContain(`${where}: column "who" ${hashed}`);
  expect(problemsOf({ who: 'drop' }, change)).toContain(`${where}: column "who" ${dropped}`);
  expect(problemsOf({ who: 'keep' }, change)).toEqual([]);
});

test.each<[string, string, string, Partial<Dataset>]>([
  ['a summary by values', 'kind', 'summary "kind"', { summary: { keys: { kind: 'kind' }, figures: { n: count() } } }],
  ['the greatest value', 'pay', 'summary "most"', { summary: { keys: {}, figures: { n: count(), most: max('pay') } } }],
  ['a quantile', 'pay', 'gate "one"', gate({ check: 'quantile', figure: { of: 'value', column: 'pay' }, quantile: 0.5 })],
  [
    'a name that is learned',
    'who',
    'lookup "person": learns',
    { lookups: { person: { dimension: people, column: 'kind', learns: { label: 'who' } } } },
  ],
])('%s would be on a page', (_, column, where, change) => {
  expect(problemsOf({ [column]: 'keep' }, change)).toEqual([`${where}: column "${column}" ${shown}`]);
  expect(problemsOf({}, change)).toEqual([]);
});

test('features and inputs read what tables hold', () => {
  const change = (expression: ReturnType<typeof value>): Partial<Dataset> => ({
    features: {
      day: { expression: day('seen'), description: 'x' },
      f: { expression, description: 'x' },
      t: { expression: value('pay'), description: 'x' },
    },
    model: { name: 'm', target: 't', features: ['f'], inputs: { kind: { label: 'Kind' } } },
  });
  expect(problemsOf({ kind: 'keep', pay: 'keep' }, change(code('kind')))).toEqual([]);
  expect(problemsOf({ kind: 'drop', pay: 'drop' }, change(code('kind')))).toEqual([
    `feature "f": column "kind" ${dropped}`,
    `feature "t": column "pay" ${dropped}`,
    `model: input "kind": column "kind" ${dropped}`,
  ]);
});

test('an average of kept numbers and a range of them are fine', () => {
  const change = { ...rule(between('pay', { atLeast: 0 })), summary: { keys: {}, figures: { n: count(), pay: mean('pay') } } };
  expect(problemsOf({ pay: 'keep' }, change)).toEqual([]);
  expect(problemsOf({ seen: 'drop' })).toEqual([`time.at: column "seen" ${dropped}`]);
});

test('a value may be shown by every name of its column; what nobody knows is shown where nothing is personal', () => {
  const some = { columns: marked({ who: 'keep' }) };
  expect(['who', 'WHO', ' e-mail', '\uFEFFWho', 'email', 'pay', 'Seen'].map((name) => mayShow(some, name))).toEqual([
    ...[false, false, false, false, false, true, true],
  ]);
  expect(['who', 'E-Mail', 'jane@example.org'].map((name) => mayShowName(some, name))).toEqual([true, true, false]);
  expect(['email', 'jane@example.org'].map((name) => [mayShow(visits, name), mayShowName(visits, name)])).toEqual([
    [true, true],
    [true, true],
  ]);
});

test('a dropped column is read from no file, whatever its type is there, and may be absent', () => {
  const dataset = { ...visits, columns: marked({ who: 'hash', pay: 'drop' }) };
  const file = [
    { name: 'seen', type: 'STRING' },
    { name: 'who', type: 'STRING' },
    { name: 'kind', type: 'STRING' },
  ] as const;
  for (const more of [
    [],
    [
      { name: 'pay', type: 'OTHER' },
      { name: 'PAY', type: 'DOUBLE' },
    ] as const,
  ]) {
    const { casts, problems, ignored } = toCasts(dataset, [...file, ...more]);
    expect([problems, ignored]).toEqual([[], []]);
    expect(casts.map(({ source, personal }) => [source, personal])).toEqual([
      ['seen', undefined],
      ['who', 'hash'],
      [null, 'drop'],
      ['kind', undefined],
    ]);
  }
  const about = toExpectationSuite({ ...dataset, files: { name: 'visits_{YYYY-MM}.parquet' } }).expectations;
  expect(JSON.stringify(about)).not.toContain('pay');
});
