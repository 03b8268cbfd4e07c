// Property: every model that is defined can be asked.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { rideTimes } from '../../tests/fixtures/ride-times.ts';
import { type Asked, isWithin, toAsked } from './asked.ts';
import { readValue } from './asked-value.ts';
import { ContractError } from './contract-error.ts';
import type { Dataset, Modelled } from './dataset.ts';
import { defineDataset } from './define-dataset.ts';
import { toEstimate } from './derive/estimate.ts';
import { type RowValues, toValue } from './derive/expression-value.ts';
import { code, type Expression, hourOf, lookup, metres, value } from './expression.ts';
import type { Input } from './input.ts';
import { all, between, ifPresent, oneOf } from './predicate.ts';
import { yellow } from './yellow.ts';

const { model } = rideTimes;

const bound = fc.integer({ min: -3, max: 70 });
const dayBound = fc.constantFrom('2019-01-01', '2024-05-31', '2024-02-30');
const expression: fc.Arbitrary<Expression> = fc.constantFrom(
  value('speed'),
  value('gears'),
  value('distance'),
  code('member'),
  code('electric'),
  hourOf('started_at'),
  lookup('to', 'latitude'),
  metres('from', 'to'),
  metres('to', { longitude: 0, latitude: 0 }),
);
const estimate = fc.record(
  { expression, times: fc.constantFrom(1, -2), atLeast: fc.constantFrom(0, 0.5) },
  { requiredKeys: ['expression'] },
);
const input: fc.Arbitrary<Input> = fc.record(
  {
    label: fc.constant('x'),
    default: fc.constantFrom(3, 'JC1', 'JC9', 'member', true),
    atLeast: fc.oneof(bound, dayBound),
    above: bound,
    atMost: fc.oneof(bound, dayBound),
    below: bound,
    estimate,
  },
  { requiredKeys: ['label'] },
);
const number = fc.constantFrom('speed', 'gears', 'distance');
const changes = fc
  .tuple(
    fc.dictionary(fc.constantFrom(...Object.keys(model.inputs)), input, { maxKeys: 2 }),
    fc.dictionary(number, fc.record({ label: fc.constant('x'), estimate }), { maxKeys: 2 }),
  )
  .map(([some, estimated]) => ({ ...some, ...estimated }));
const rules = fc.subarray([
  between('gears', { atLeast: 2, atMost: 7 }),
  all(between('gears', { atLeast: 5, below: 9 }), ifPresent('gears', between('gears', { atLeast: 3, atMost: 8 }))),
  ifPresent('speed', between('gears', { atLeast: 6, atMost: 6 })),
  oneOf('member', ['casual']),
  oneOf('gears', [3, 5, 70]),
]);

/** What a form could send for a field, simple values first. */
const candidates = ({ holds }: Asked): string[] => {
  if (holds.kind === 'choice') return holds.choices.map(({ value: choice }) => String(choice));
  if (holds.kind !== 'number') {
    const days = ['2024-05-31', '2019-01-01', '2020-01-01'];
    return holds.kind === 'day' ? days : days.map((one) => `${one}T23:59`);
  }
  const near = Object.values(holds.bounds).flatMap((one) => [
    Number(one),
    Number(one) + 0.001,
    Number(one) - 0.001,
    Number(one) + 1,
    Number(one) - 1,
  ]);
  const wholes = near.flatMap((one) => [Math.ceil(one), Math.floor(one)]);
  return ['1', ...(holds.whole ? wholes : near).map(String)];
};

const toRow = (fields: readonly Asked[]): RowValues =>
  Object.fromEntries(
    fields.map((one) => {
      const found = candidates(one).flatMap((text) => {
        const read = readValue(one, text);
        return 'value' in read ? [read.value] : [];
      });
      expect(found, `${one.field}: ${JSON.stringify(one.holds)}`).not.toEqual([]);
      return [one.column.name, found[0] as number];
    }),
  );

test('every model that is defined can be asked, with each field filled in and with what is estimated left out', () => {
  const passed = { definitions: 0, estimates: 0 };
  fc.assert(
    fc.property(changes, rules, (changed, more) => {
      const random: Dataset = {
        ...rideTimes,
        rules: [...rideTimes.rules, ...more.map((holds, index) => ({ name: `more_${index}`, description: 'More.', holds }))],
        model: {
          ...model,
          inputs: Object.fromEntries(
            Object.entries(model.inputs).map(([name, { column }]) => [
              name,
              { ...(changed[name] ?? { label: 'x' }), ...(column && { column }) },
            ]),
          ),
        },
      };
      const dataset = (() => {
        try {
          return defineDataset(random) as Modelled;
        } catch (error) {
          expect(error).toBeInstanceOf(ContractError);
          return undefined;
        }
      })();
      if (!dataset) return;
      const fields = toAsked(dataset);
      const full = toRow(fields);
      const given = toRow(fields.filter((one) => !one.input.estimate));
      const estimates = fields.flatMap(({ column, input: { estimate: by } }) =>
        by ? [[column.name, toEstimate(dataset, { column }, by, given)]] : [],
      );
      for (const row of [full, { ...given, ...Object.fromEntries(estimates) }])
        for (const name of dataset.model.features)
          expect(toValue(dataset, dataset.features?.[name]?.expression as Expression, row)).toSatisfy(Number.isFinite);
      passed.definitions += 1;
      passed.estimates += estimates.length;
    }),
    { numRuns: 2000 },
  );
  // Else nothing was tried.
  expect(passed.definitions).toBeGreaterThan(200);
  expect(passed.estimates).toBeGreaterThan(20);
});

test('what a field holds follows from its column', () => {
  const of = (dataset: Dataset) => Object.fromEntries(toAsked(dataset as Modelled).map(({ field, holds }) => [field, holds]));
  const trip = of(yellow);
  expect(trip.passenger_count).toEqual({ kind: 'number', whole: true, bounds: { atLeast: 1, atMost: 8 } });
  expect(trip.trip_distance).toEqual({ kind: 'number', whole: false, bounds: { above: 0, atMost: 500 } });
  expect(trip.pickup_datetime).toEqual({
    kind: 'time',
    bounds: { atLeast: '2009-01-01', atMost: '2099-12-31' },
    clock: 'New York time',
  });
  const zones = trip.pickup_zone;
  expect(zones?.kind === 'choice' && zones.choices).toHaveLength(263);
  const ride = of(rideTimes);
  expect(ride.start_dock).toMatchObject({
    choices: [
      { value: 'JC3', label: 'City Hall', group: 'Downtown' },
      { value: 'JC1', label: 'Grove St (JC1)', group: 'Downtown' },
      { value: 'JC4', label: 'Grove St (JC4)', group: 'Downtown' },
      { value: 'JC2', label: 'O\'Neil "Park"', group: 'Heights' },
    ],
  });
  expect(ride.electric).toEqual({
    kind: 'choice',
    choices: [
      { value: true, label: 'electric' },
      { value: false, label: 'classic' },
    ],
  });
  expect(ride.charged).toMatchObject({ kind: 'day' });
});

test('bounds are the narrowest of the rules, but for a side that the input bounds itself', () => {
  const of = (gears: Input) => {
    const rules = [between('gears', { atLeast: 2, atMost: 9 }), all(between('gears', { atLeast: 1, below: 9 }))];
    const dataset: Modelled = {
      ...rideTimes,
      rules: rules.map((holds) => ({ name: 'x', description: 'x', holds })),
      model: { ...model, inputs: { gears } },
    };
    const holds = toAsked(dataset)[0]?.holds;
    return holds?.kind === 'number' && holds.bounds;
  };
  expect(of({ label: 'x' })).toEqual({ atLeast: 2, below: 9 });
  expect(of({ label: 'x', above: 0 })).toEqual({ above: 0, below: 9 });
  expect(of({ label: 'x', atMost: 30 })).toEqual({ atLeast: 2, atMost: 30 });
});

test('of several lookups of a column, the one that a feature reads says what may be chosen', () => {
  const { from } = rideTimes.lookups ?? {};
  if (!from) throw new Error('no lookup');
  const unread = { dimension: { ...from.dimension, name: 'other', rows: [] }, column: 'start_dock' };
  const [start] = toAsked({ ...rideTimes, lookups: { unread, ...rideTimes.lookups } });
  expect(start?.holds.kind === 'choice' && start.holds.choices).toHaveLength(4);
});

test('an estimate of a whole number is whole', () => {
  const gears = toAsked(rideTimes).find(({ field }) => field === 'gears') as Asked;
  expect(toEstimate(rideTimes, gears, { expression: value('speed'), times: 0.3 }, { speed: 12 })).toBe(4);
});

test('days bound times to their end', () => {
  const bounds = { atLeast: '2024-01-02', atMost: '2024-01-03' };
  const within = ['2024-01-01T23:59', '2024-01-02T00:00', '2024-01-03T23:59:59', '2024-01-04T00:00', '2024-01-03'].map((one) =>
    isWithin(one, bounds),
  );
  expect(within).toEqual([false, true, true, false, true]);
});
