import { expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { allDatasets } from '../../apps/contract/categories.ts';
import type { Dataset } from '../../apps/contract/dataset.ts';
import { toOdcs } from '../../apps/contract/derive/odcs.ts';
import { usualFreshness } from '../../apps/contract/promises.ts';
import { firstVersion } from '../../apps/contract/version.ts';
import { toYamlDocument } from '../../apps/platform/yaml.ts';
import { rides } from '../../tests/fixtures/rides.ts';
import { visits } from '../../tests/fixtures/visits.ts';
import { fromOdcs } from './from-odcs.ts';
import { toDataset } from './to-dataset.ts';

/** What a document can't hold, and what is said in another order. */
const held = ({ gates: _, summary: _s, lookups: _l, features: _f, model: _m, sample: _sa, expectations, ...rest }: Dataset) => ({
  version: firstVersion,
  ...rest,
  must: rest.must ?? [],
  promises: { freshness: usualFreshness, ...rest.promises },
  expectations: (expectations ?? []).map((one) => JSON.stringify(one)).sort(),
});

test.each([...allDatasets, rides, visits].map((dataset) => [dataset.category, dataset] as const))(
  '%s is the same after it was exported and imported, but for what no document holds',
  (_, dataset) => {
    const text = toYamlDocument(toOdcs(dataset));
    expect(held(toDataset(fromOdcs(text, { file: 'x.yaml' })))).toEqual(held(dataset));
  },
);

test('a key of several columns comes back in its own order', () => {
  const must = [...(rides.must ?? [])];
  const dataset = { ...rides, key: ['end_dock', 'started_at', 'ride_id'], must };
  expect(toDataset(fromOdcs(toYamlDocument(toOdcs(dataset)), { file: 'x.yaml' })).key).toEqual(dataset.key);
});

test('what is promised comes back, in each of its units', () => {
  const [one] = allDatasets as [Dataset];
  for (const promises of [
    { freshness: '36h', retention: '400d', rowsPerMonth: { atLeast: 7 } },
    { freshness: '90m', retention: '7y', rowsPerMonth: { atMost: 7 } },
    { owner: { name: 'Ann', contact: 'https://example.com/ann' }, freshness: '1s', rowsPerMonth: { atLeast: 7, atMost: 7 } },
  ] as const) {
    const text = toYamlDocument(toOdcs({ ...one, promises }));
    expect(toDataset(fromOdcs(text, { file: 'x.yaml' })).promises).toEqual(promises);
  }
});

const foreign = {
  apiVersion: 'v3.0.2',
  kind: 'DataContract',
  id: 'x',
  version: 'draft',
  status: 'active',
  name: 'Orders of the shop',
  description: { purpose: 'What was ordered.' },
  team: [{ username: 'bo' }, { username: 'ann@example.com', name: 'Ann', role: 'Owner' }],
  slaProperties: [
    { property: 'latency', value: 4, unit: 'd' },
    { property: 'retention', value: 3, unit: 'years' },
    { property: 'availability', value: '99.9 %' },
  ],
  schema: [
    {
      name: 'Orders',
      properties: [
        {
          name: 'order id',
          logicalType: 'string',
          unique: true,
          required: true,
          logicalTypeOptions: { pattern: '^[A-Z]{2}\\d+$' },
        },
        { name: 'ordered', logicalType: 'date', physicalType: 'timestamp_ntz', description: 'When.', required: true },
        { name: 'amount', physicalType: 'DECIMAL(18,2)', logicalTypeOptions: { minimum: 0, exclusiveMaximum: 1e6 } },
        { name: 'state', logicalType: 'string', quality: [{ rule: 'invalidValues', validValues: ['new', 'paid'], mustBe: 0 }] },
        { name: 'lines', logicalType: 'array' },
        { name: 'end', logicalType: 'date', customProperties: [{ property: 'unit', value: 'furlongs' }] },
      ],
      quality: [
        {
          type: 'custom',
          engine: 'great-expectations',
          severity: 'error',
          implementation: { type: 'expect_column_max_to_be_between', kwargs: { column: 'order id', max_value: 'b' } },
        },
        { type: 'custom', engine: 'soda', implementation: 'checks: …' },
        { type: 'library', rule: 'rowCount', mustBeGreaterOrEqualTo: 10 },
      ],
    },
  ],
};

test('a document of others becomes a definition: what does not fit is a note', () => {
  const draft = fromOdcs(stringify(foreign), { file: 'orders.yaml' });
  expect(draft.notes).toEqual([
    'Column "lines" is left out: array is nothing that a flat table holds.',
    'A document of the standard holds no gates, lookups, summary, features, model and sample: add what the data set has.',
  ]);
  expect(draft.columns.at(-1)?.note).toBe('The unit "furlongs" is not known here.');
  expect(toDataset(draft)).toEqual({
    category: 'orders',
    title: 'Orders of the shop',
    description: 'What was ordered.',
    files: { name: 'orders_{YYYY-MM}.parquet' },
    promises: {
      owner: { name: 'Ann', contact: 'ann@example.com' },
      freshness: '4d',
      rowsPerMonth: { atLeast: 10 },
      retention: '3y',
    },
    columns: [
      { name: 'order_id', type: 'string', description: 'The column "order id".', aliases: ['order id'] },
      { name: 'ordered', type: 'timestamp', description: 'When.' },
      { name: 'amount', type: 'double', description: 'The column "amount".' },
      { name: 'state', type: 'string', description: 'The column "state".' },
      { name: 'end_value', type: 'date', description: 'The column "end".', aliases: ['end'] },
    ],
    time: { at: 'ordered', zone: 'UTC' },
    key: ['order_id'],
    must: ['ordered', 'order_id'],
    rules: [
      {
        name: 'order_id_valid',
        description: 'The values of order_id are as the document says.',
        holds: { op: 'matches', column: 'order_id', pattern: '[A-Z]{2}\\d+' },
      },
      {
        name: 'amount_valid',
        description: 'The values of amount are as the document says.',
        holds: { op: 'if-present', column: 'amount', holds: { op: 'between', column: 'amount', atLeast: 0, below: 1e6 } },
      },
      {
        name: 'state_valid',
        description: 'The values of state are as the document says.',
        holds: { op: 'if-present', column: 'state', holds: { op: 'one-of', column: 'state', values: ['new', 'paid'] } },
      },
      {
        name: 'in_month',
        description: "The time lies in the month of the file's name.",
        holds: { op: 'in-month', column: 'ordered' },
      },
    ],
    expectations: [
      { type: 'expect_column_max_to_be_between', kwargs: { column: 'order_id', max_value: 'b' }, severity: 'critical' },
    ],
  });
});

const failureOf = (text: string, options: object = {}) => {
  try {
    toDataset(fromOdcs(text, { file: 'x.yaml', ...options }));
  } catch (error) {
    return error as { message: string; exitCode: number };
  }
  throw new Error('nothing was refused');
};
const changed = (change: (document: typeof foreign) => void): string => {
  const document = structuredClone(foreign);
  change(document);
  return stringify(document);
};

test.each<[string, string, object, number, string]>([
  ['no YAML', 'a: [', {}, 1, 'x.yaml: no YAML and no JSON'],
  ['another kind of document', 'kind: Pod', {}, 1, 'expected an Open Data Contract Standard document of version 3'],
  ['version 2', stringify({ ...foreign, apiVersion: 'v2.2.2' }), {}, 1, 'expected version 3 of the standard, as v3.1.0'],
  [
    'no timestamp',
    changed((one) => one.schema[0]?.properties.splice(1, 1)),
    {},
    1,
    'no column is a timestamp, so nothing says which month a row belongs to; --months-in takes a date, too: end_value',
  ],
  [
    'two tables',
    changed((one) => one.schema.push({ ...foreign.schema[0], name: 'Lines' } as never)),
    {},
    2,
    'choose one with --table: Orders, Lines',
  ],
  ['a table that is not there', changed(() => undefined), { table: 'Order' }, 2, 'has no such table (did you mean "Orders"?)'],
  [
    'a month in a text',
    changed(() => undefined),
    { monthsIn: 'state' },
    2,
    'the column is string, expected a timestamp or a date',
  ],
  [
    'two names that are one',
    changed((one) => one.schema[0]?.properties.push({ name: 'STATE', logicalType: 'string' } as never)),
    {},
    1,
    'columns "state" and "STATE" are one name to the engines; rename one of them',
  ],
  [
    'a rule of ours that contradicts the columns',
    changed((one) =>
      one.schema[0]?.quality.push({
        type: 'custom',
        name: 'own',
        engine: 'taxiway',
        implementation: { op: 'present', column: 'stat' },
      } as never),
    ),
    {},
    1,
    'what was read makes no data set: orders: rule "own": no column "stat" (did you mean "state"?)',
  ],
  [
    'a rule of ours that is none',
    changed((one) =>
      one.schema[0]?.quality.push({
        type: 'custom',
        name: 'own',
        engine: 'taxiway',
        implementation: { op: 'eval', code: 'x' },
      } as never),
    ),
    {},
    1,
    'rule "own" of the document is none of ours',
  ],
])('%s is refused in one line', (_, text, options, code, message) => {
  const error = failureOf(text, options);
  expect(error.message).toContain(message);
  expect([error.exitCode, error.message.split('\n').length]).toEqual([code, 1]);
});

test('a table that is chosen, and a date that says the month', () => {
  const two = changed((one) => one.schema.push({ name: 'days', properties: [{ name: 'day', logicalType: 'date' }] } as never));
  const dataset = toDataset(fromOdcs(two, { file: 'x.yaml', table: 'days', monthsIn: 'day' }));
  expect(dataset).toMatchObject({
    category: 'days',
    columns: [{ name: 'day', type: 'timestamp' }],
    time: { at: 'day' },
    must: ['day'],
  });
});

test('a document says the same after a program that reads YAML 1.1 has rewritten it', () => {
  const [one] = allDatasets as [Dataset];
  const text = toYamlDocument(toOdcs(one));
  expect(parse(text, { version: '1.1' })).toEqual(parse(text));
});
