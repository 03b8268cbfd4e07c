import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Contract, toContract } from '../../apps/contract/derive/contract-json.ts';
import { green } from '../../apps/contract/green.ts';
import { between, ifPresent, oneOf, present } from '../../apps/contract/predicate.ts';
import { yellow } from '../../apps/contract/yellow.ts';
import { rides } from '../../tests/fixtures/rides.ts';
import { compareContracts } from './contract-changes.ts';
import { toContractLines, toRefusal } from './contract-lines.ts';

// biome-ignore lint/suspicious/noExplicitAny: a contract that is changed at any place
type Loose = any;
type Change = (contract: Loose, pick: (count: number) => number) => void;
type Weight = 'breaking' | 'compatible';

const column = (contract: Loose, name: string) => contract.columns.find((one: { name: string }) => one.name === name);
const rule = (contract: Loose, name: string) => contract.rules.find((one: { name: string }) => one.name === name);
const remove = (items: { name: string }[], name: string) =>
  items.splice(
    items.findIndex((one) => one.name === name),
    1,
  );

/** What a change of yellow is, and where: changes of one place can't be made together. */
const cases: [name: string, place: string, weight: Weight, change: Change][] = [
  [
    'an optional column is added',
    'new',
    'compatible',
    (c) => c.columns.push({ name: 'surge', type: 'double', description: 'A', optional: true }),
  ],
  [
    'a column that every file must have is added',
    'new',
    'breaking',
    (c) => c.columns.push({ name: 'surge', type: 'double', description: 'A' }),
  ],
  ['a column is removed', 'tip', 'breaking', (c) => remove(c.columns, 'cbd_congestion_fee')],
  [
    'a column is renamed',
    'tip',
    'breaking',
    (c) => Object.assign(column(c, 'cbd_congestion_fee'), { name: 'charge', aliases: ['cbd_congestion_fee'] }),
  ],
  ['a type is narrowed', 'extra', 'breaking', (c) => (column(c, 'extra').type = 'int')],
  ['a type is another one', 'extra', 'breaking', (c) => (column(c, 'extra').type = 'string')],
  ['a type is widened', 'passengers', 'compatible', (c) => (column(c, 'passenger_count').type = 'double')],
  ['a unit is changed', 'tolls', 'breaking', (c) => (column(c, 'tolls_amount').unit = 'EUR')],
  ['a unit is removed', 'tolls', 'breaking', (c) => delete column(c, 'tolls_amount').unit],
  ['a unit is said', 'zone', 'compatible', (c) => (column(c, 'PULocationID').unit = 'percent')],
  ['a column becomes optional', 'mta', 'compatible', (c) => (column(c, 'mta_tax').optional = true)],
  ['an optional column is demanded', 'airport', 'breaking', (c) => delete column(c, 'airport_fee').optional],
  ['an alias is removed', 'airport', 'breaking', (c) => delete column(c, 'airport_fee').aliases],
  ['an alias is added', 'airport', 'compatible', (c) => column(c, 'airport_fee').aliases.push('AirportFee')],
  ['a column is marked as personal', 'tip amount', 'compatible', (c) => (column(c, 'tip_amount').personal = 'keep')],
  ['a column is dropped', 'tip amount', 'breaking', (c) => (column(c, 'tip_amount').personal = 'drop')],
  ['a description is another one', 'total', 'compatible', (c) => (column(c, 'total_amount').description += '!')],
  ['a code is removed', 'ratecode', 'breaking', (c, pick) => delete column(c, 'RatecodeID').codes[pick(6) + 1]],
  ['a code means another thing', 'ratecode', 'breaking', (c) => (column(c, 'RatecodeID').codes[1] = 'other')],
  ['a code is added', 'ratecode', 'compatible', (c) => (column(c, 'RatecodeID').codes[8] = 'new')],
  ['a code of text is added at the end', 'flag', 'compatible', (c) => (column(c, 'store_and_fwd_flag').codes.X = 'new')],
  [
    'a code of text is added in front',
    'flag',
    'breaking',
    (c) => (column(c, 'store_and_fwd_flag').codes = { X: 'new', ...column(c, 'store_and_fwd_flag').codes }),
  ],
  ['a range is narrowed', 'fare rule', 'breaking', (c, pick) => (rule(c, 'fare_amount').holds.below = 249 - pick(100))],
  ['a range is widened', 'fare rule', 'compatible', (c, pick) => (rule(c, 'fare_amount').holds.below = 251 + pick(100))],
  ['a value is no longer allowed', 'vendor rule', 'breaking', (c, pick) => rule(c, 'vendor').holds.values.splice(pick(4), 1)],
  ['a value more is allowed', 'vendor rule', 'compatible', (c) => rule(c, 'vendor').holds.values.push(9)],
  ['a rule is added', 'rules', 'breaking', (c) => c.rules.push({ name: 'extra', description: 'A', holds: present('mta_tax') })],
  [
    'a rule is added that others say',
    'rules',
    'compatible',
    (c) => c.rules.push({ name: 'payment_present', description: 'A', holds: present('payment_type') }),
  ],
  ['a rule is removed whose column may then be missing', 'passenger rule', 'breaking', (c) => remove(c.rules, 'passenger_count')],
  ['a rule is removed that says nothing of missing values', 'future', 'compatible', (c) => remove(c.rules, 'not_in_future')],
  ['files are named otherwise', 'files', 'breaking', (c) => (c.files.name = 'y_{YYYY-MM}.parquet')],
  ['another time says the month', 'time', 'breaking', (c) => (c.time.at = 'tpep_dropoff_datetime')],
  ['another zone', 'time', 'breaking', (c) => (c.time.zone = 'UTC')],
  ['another end', 'time', 'compatible', (c) => delete c.time.until],
  ['more must be there', 'must', 'breaking', (c) => c.must.push('extra')],
  ['less must be there', 'must', 'compatible', (c, pick) => c.must.splice(pick(6), 1)],
  ['a key is demanded', 'key', 'breaking', (c) => (c.key = ['VendorID', 'tpep_pickup_datetime'])],
  ['tables are clustered otherwise', 'cluster', 'compatible', (c) => c.cluster.reverse()],
  ['a gate is removed', 'gates', 'compatible', (c, pick) => c.gates.splice(pick(c.gates.length), 1)],
  [
    'an expectation is added',
    'expectations',
    'compatible',
    (c) => c.expectations.push({ type: 'expect_x', kwargs: {}, severity: 'info' }),
  ],
  ['a lookup is removed', 'lookups', 'breaking', (c) => delete c.lookups.pickup],
  ['a lookup is another column’s', 'lookups', 'breaking', (c) => (c.lookups.pickup.column = 'VendorID')],
  ['the summary has another grain', 'keys', 'breaking', (c) => delete c.summary.keys.VendorID],
  ['a figure is removed', 'figures', 'breaking', (c) => delete c.summary.figures.trip_count],
  ['a figure is another one', 'figures', 'breaking', (c) => (c.summary.figures.monthly_mta_tax.of = 'mean')],
  ['a figure is added', 'figures', 'compatible', (c) => (c.summary.figures.tips = { of: 'max', column: 'mta_tax' })],
  ['a feature is removed', 'features', 'breaking', (c) => delete c.features.trip_distance],
  ['a feature is computed otherwise', 'features', 'breaking', (c) => (c.features.trip_distance.expression.column = 'extra')],
  [
    'a feature is added',
    'features',
    'compatible',
    (c) => (c.features.tax = { expression: { of: 'value', column: 'mta_tax' }, description: 'A' }),
  ],
  ['the model is asked otherwise', 'model', 'breaking', (c) => delete c.model.inputs[Object.keys(c.model.inputs)[0] as string]],
  ['the model predicts another thing', 'model', 'breaking', (c) => (c.model.target = 'trip_duration')],
  ['the model reads less', 'model', 'compatible', (c) => c.model.features.pop()],
  ['the model is gone', 'model', 'breaking', (c) => delete c.model],
  ['models may be older', 'freshness', 'breaking', (c) => (c.promises.freshness = '41d')],
  ['models are fresher', 'freshness', 'compatible', (c) => (c.promises.freshness = '39d')],
  ['rows are kept for less than ever', 'retention', 'breaking', (c) => (c.promises.retention = '7y')],
  ['another owner', 'owner', 'compatible', (c) => (c.promises.owner.name = 'Others')],
  ['another number of rows', 'rows', 'compatible', (c) => (c.promises.rowsPerMonth.atMost = 5)],
  ['another title', 'title', 'compatible', (c) => (c.title = 'Cabs')],
];

const changed = (...changes: readonly ((contract: Loose) => void)[]): Contract => {
  const contract = structuredClone(toContract(yellow));
  for (const change of changes) change(contract);
  return contract;
};
const compare = (before: Contract, after: Contract) => compareContracts([before], [after])[0];
const original = toContract(yellow);

describe('each change is classed as the table says', () => {
  test.each(cases)('%s (%s): %s', (_, _place, weight, change) => {
    const compared = compare(
      original,
      changed((contract) => change(contract, () => 0)),
    );
    expect(compared?.changes[0]?.weight).toBe(weight);
    expect(compared?.needs).toBe(weight === 'breaking' ? '2.0.0' : undefined);
  });

  test('random changes of several places break something if one of them does', () => {
    const some = fc
      .uniqueArray(fc.constantFrom(...cases), { minLength: 1, maxLength: 6, selector: ([, place]) => place })
      .chain((chosen) => fc.tuple(fc.constant(chosen), fc.array(fc.nat(1000), { minLength: 6, maxLength: 6 })));
    fc.assert(
      fc.property(some, fc.constantFrom('1.0.0', '1.0.1', '1.9.0', '2.0.0', '3.1.4'), ([chosen, numbers], version) => {
        const after = changed(
          ...chosen.map(
            ([, , , change], index) =>
              (contract: Loose) =>
                change(contract, (count) => (numbers[index] as number) % count),
          ),
          (contract) => (contract.version = version),
        );
        const isBreaking = chosen.some(([, , weight]) => weight === 'breaking');
        const compared = compare(original, after);
        expect(compared?.changes.some(({ weight }) => weight === 'breaking')).toBe(isBreaking);
        expect(compared?.needs).toBe(isBreaking && version.startsWith('1.') ? '2.0.0' : undefined);
        // What breaks stands first.
        const weights = compared?.changes.map(({ weight }) => weight) ?? [];
        expect(weights).toEqual([...weights].sort());
        expect(compareContracts([after], [structuredClone(after)])).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });
});

test('a contract compared with itself says nothing', () => {
  const all = [yellow, green, rides].map(toContract);
  expect(compareContracts(all, [...all].reverse())).toEqual([]);
  expect(toContractLines('main', [])).toEqual([]);
  expect(toContractLines('main', undefined)).toEqual(['The contracts are not compared: `main` has none in Git yet.', '']);
  expect(toRefusal([])).toBe(undefined);
});

test('a contract is plain data, without rows of dimensions and made-up values', () => {
  for (const dataset of [yellow, green, rides]) {
    const contract = toContract(dataset);
    expect(JSON.parse(JSON.stringify(contract))).toEqual(contract);
    expect(JSON.stringify(contract).includes('JFK Airport')).toBe(false);
    expect(Object.keys(contract)).not.toContain('sample');
  }
  expect(toContract(rides).version).toBe('1.0.0');
});

test.each<[string, string, Change, string | undefined]>([
  ['1.2.3', '2.0.0', (c) => (c.time.zone = 'UTC'), undefined],
  ['1.2.3', '1.3.0', (c) => (c.time.zone = 'UTC'), '2.0.0'],
  ['2.0.0', '1.9.9', (c) => (c.time.zone = 'UTC'), '3.0.0'],
  ['0.4.2', '0.5.0', (c) => (c.time.zone = 'UTC'), undefined],
  ['0.4.2', '1.0.0', (c) => (c.time.zone = 'UTC'), undefined],
  ['0.4.2', '0.4.3', (c) => (c.time.zone = 'UTC'), '0.5.0'],
  ['1.2.3', '1.2.3', (c) => (c.title = 'Cabs'), undefined],
  ['1.2.3', '1.3.0', (c) => (c.title = 'Cabs'), undefined],
  ['1.2.3', '1.2.2', (c) => (c.title = 'Cabs'), '1.2.3'],
])('from version %s to %s', (before, after, change, needs) => {
  const was = { ...original, version: before } as Contract;
  const is = { ...changed((contract) => change(contract, () => 0)), version: after } as Contract;
  expect(compare(was, is)?.needs).toBe(needs);
});

test('what BigQuery can’t change in place is named with the table and what to do', () => {
  const tablesOf = (change: Change) =>
    compare(
      original,
      changed((contract) => change(contract, () => 0)),
    )?.tables;
  expect(tablesOf((c) => (column(c, 'extra').type = 'string'))).toEqual([
    { table: 'staging.yellow_clean', reasons: ['column extra FLOAT → STRING'] },
    { table: 'staging.yellow_triage', reasons: ['column extra FLOAT → STRING'] },
  ]);
  expect(tablesOf((c) => c.cluster.reverse())).toEqual([
    { table: 'staging.yellow_clean', reasons: ['clustering PULocationID, DOLocationID → DOLocationID, PULocationID'] },
  ]);
  expect(tablesOf((c) => (c.time.at = 'tpep_dropoff_datetime'))).toEqual([
    { table: 'staging.yellow_clean', reasons: ['partitions by tpep_pickup_datetime → tpep_dropoff_datetime'] },
  ]);
  expect(tablesOf((c) => delete c.summary.figures.trip_count)).toEqual([
    { table: 'historical.yellow_monthly', reasons: ['column trip_count removed'] },
  ]);
  expect(tablesOf((c) => c.columns.push({ name: 'surge', type: 'int', description: 'A', optional: true }))).toEqual([]);
});

test('lines for a pull request: the version that is too low first, what breaks first', () => {
  const after = changed(
    (contract) => (column(contract, 'tolls_amount').unit = 'EUR'),
    (contract) => (contract.title = 'Cabs `x`\n'),
    (contract) => contract.cluster.reverse(),
  );
  const greenAfter = { ...toContract(green), title: 'Green' };
  const compared = compareContracts(
    [original, toContract(green), toContract(rides)],
    [after, greenAfter, { ...original, category: 'olive' }],
  );
  expect(toContractLines('main', compared)).toEqual([
    '## Contracts',
    '',
    "- **yellow** 1.0.0: set version: '2.0.0' or higher in apps/contract/yellow.ts",
    '  - **breaks**: column tolls_amount: unit USD → EUR',
    '  - compatible: cluster: PULocationID, DOLocationID → DOLocationID, PULocationID',
    "  - compatible: title: Yellow taxi → Cabs 'x' ",
    "  - **by hand**: BigQuery can't change `staging.yellow_clean` in place (clustering PULocationID, DOLocationID → DOLocationID, PULocationID): copy it under another name, delete it and run a full refresh",
    '- **rides** 1.0.0',
    '  - **breaks**: the data set is gone; its tables stay until somebody deletes them',
    '- **green** 1.0.0',
    '  - compatible: title: Green taxi → Green',
    '- **olive** 1.0.0',
    '  - compatible: the data set is new',
    '',
  ]);
  expect(toRefusal(compared)).toBe(
    "yellow: version 1.0.0 → 1.0.0 is too low for what changes; set version: '2.0.0' or higher in apps/contract/yellow.ts",
  );
});

test('a rename is seen by the alias, and by a twin; two columns that have nothing in common are no rename', () => {
  const said = (change: Change) =>
    compare(
      original,
      changed((contract) => change(contract, () => 0)),
    )
      ?.changes.filter(({ text }) => text.startsWith('column cbd_congestion_fee'))
      .map(({ text }) => text);
  expect(
    said((c) => Object.assign(column(c, 'cbd_congestion_fee'), { name: 'charge', type: 'int', aliases: ['cbd_congestion_fee'] })),
  ).toEqual(['column cbd_congestion_fee renamed to charge']);
  expect(said((c) => (column(c, 'cbd_congestion_fee').name = 'charge'))).toEqual(['column cbd_congestion_fee renamed to charge']);
  expect(said((c) => Object.assign(column(c, 'cbd_congestion_fee'), { name: 'charge', description: 'Else.' }))).toEqual([
    'column cbd_congestion_fee removed',
  ]);
});

test('a rule that lets a value be missing is looser, unless a reader relied on it', () => {
  const said = (change: Change) =>
    compare(
      original,
      changed((contract) => change(contract, () => 0)),
    )?.changes.map(({ text }) => text);
  expect(
    said((c) => (rule(c, 'fare_amount').holds = ifPresent('fare_amount', between('fare_amount', { atLeast: 2.5, below: 250 })))),
  ).toEqual(['column fare_amount: clean rows may have no value now', 'rule fare_amount is looser']);
  expect(said((c) => (rule(c, 'payment_type').holds = oneOf('payment_type', [1, 2])))).toEqual([
    'rule payment_type is stricter, or keeps other rows',
  ]);
});
