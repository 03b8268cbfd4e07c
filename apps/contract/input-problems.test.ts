// What is refused in the inputs of a model.
import { expect, test } from 'vitest';
import { rideTimes } from '../../tests/fixtures/ride-times.ts';
import { ContractError } from './contract-error.ts';
import type { Dataset } from './dataset.ts';
import { defineDataset } from './define-dataset.ts';
import { day, type Expression, hourOf, metres, minutesBetween, value } from './expression.ts';
import type { Input } from './input.ts';
import { oneOf } from './predicate.ts';

const { model } = rideTimes;
const inputs = (change: Readonly<Record<string, Input>>): Dataset => ({
  ...rideTimes,
  model: { ...model, inputs: { ...model.inputs, ...change } },
});
const { distance, gears, speed, electric, started_at, member } = model.inputs as Readonly<Record<string, Input>> as Record<
  'distance' | 'gears' | 'speed' | 'electric' | 'started_at' | 'member',
  Input
>;
const estimated = (expression: Expression, more: object = {}) =>
  inputs({ distance: { ...distance, estimate: { expression, ...more } } });
const rule = (holds: Dataset['rules'][number]['holds']): Dataset => ({
  ...rideTimes,
  rules: [...rideTimes.rules, { name: 'more', description: 'More.', holds }],
});

test.each<[string, Dataset, string]>([
  ['an unknown column', inputs({ gaers: gears }), 'input "gaers": no column "gaers" (did you mean "gears"?)'],
  [
    'a name that is none',
    inputs({ 'how fast': { ...speed, column: 'speed' } }),
    'input "how fast": the name must be a letter, then letters, digits or "_"',
  ],
  [
    'the name of the choice of a model',
    inputs({ category: { column: 'gears', label: 'Gears' } }),
    'input "category": "category" says which model is asked; choose another name',
  ],
  ['a label of spaces', inputs({ gears: { ...gears, label: ' ' } }), 'input "gears": it has no label'],
  [
    'two inputs for one column',
    inputs({ cogs: { ...gears, column: 'gears' } }),
    '2 inputs stand for column "gears"; expected one',
  ],
  [
    'an input that no feature needs',
    inputs({ ride_id: { label: 'Ride' } }),
    'input "ride_id": no feature of the model needs ride_id; leave it out',
  ],
  [
    'a feature that no input gives',
    { ...rideTimes, model: { ...model, inputs: { gears } } },
    'feature "weekday" needs started_at, which no input gives\nridetimes: model: feature "hour" needs started_at, which no input gives',
  ],
  [
    'bounds of a text',
    inputs({ member: { ...member, atLeast: 1 } }),
    'input "member": atLeast: a number, a date or a timestamp has bounds, but column "member" is string',
  ],
  [
    'bounds of a boolean',
    inputs({ electric: { ...electric, below: 1 } }),
    'input "electric": below: a number, a date or a timestamp has bounds, but column "electric" is boolean',
  ],
  [
    'bounds of rows',
    inputs({ start_dock: { label: 'From', atMost: 7 } }),
    'input "start_dock": atMost: the rows of bicycle_stands are its bounds',
  ],
  [
    'bounds that are reversed',
    inputs({ gears: { ...gears, atLeast: 24, atMost: 1 } }),
    'input "gears": no whole number is 24 to 1',
  ],
  [
    'bounds between whole numbers',
    inputs({ gears: { label: 'Gears', above: 3, below: 4 } }),
    'input "gears": no whole number is above 3 and below 4',
  ],
  [
    'bounds against a rule',
    inputs({ speed: { label: 'Speed', atLeast: 60 } }),
    'input "speed": no number is at least 60 and below 60',
  ],
  ['two lower bounds', inputs({ gears: { ...gears, above: 0 } }), 'input "gears": atLeast and above: expected one of them'],
  ['a bound that is no number', inputs({ gears: { ...gears, atMost: '24' } }), 'input "gears": atMost "24" must be a number'],
  [
    'a bound of codes that is no number',
    {
      ...inputs({ gears: { ...gears, atMost: '24' } }),
      rules: [{ name: 'gears', description: 'Three.', holds: oneOf('gears', [3, 7]) }],
    },
    'input "gears": atMost "24" must be a number',
  ],
  [
    'a day that does not exist',
    inputs({ started_at: { ...started_at, atLeast: '2024-02-30' } }),
    'input "started_at": atLeast "2024-02-30" must be a day such as 2024-05-31',
  ],
  [
    'days below one',
    inputs({ started_at: { ...started_at, below: '2024-02-01' } }),
    'input "started_at": below: days have atLeast and atMost',
  ],
  [
    'days that are reversed',
    inputs({ started_at: { ...started_at, atLeast: '2024-02-02', atMost: '2024-02-01' } }),
    'input "started_at": no day is 2024-02-02 to 2024-02-01',
  ],
  ['a default out of bounds', inputs({ gears: { ...gears, default: 25 } }), 'input "gears": default 25: must be 1 to 24'],
  [
    'a default that is no code',
    inputs({ member: { ...member, default: 'membre' } }),
    'input "member": default "membre": must be one of member, casual (did you mean "member"?)',
  ],
  [
    'a default that is no row',
    inputs({ start_dock: { label: 'From', default: 'JC33' } }),
    'input "start_dock": default "JC33": must be the id of a stand (did you mean "JC3"?)',
  ],
  [
    'a default without a place',
    inputs({ start_dock: { label: 'From', default: 'JC9' } }),
    'input "start_dock": default "JC9": stand JC9 (Workshop) has no place on the map',
  ],
  [
    'a default of another type',
    inputs({ electric: { ...electric, default: 'perhaps' } }),
    'input "electric": default "perhaps": must be one of true, false',
  ],
  [
    'a time as default',
    inputs({ started_at: { ...started_at, default: '2024-01-01T00:00' } }),
    'input "started_at": default: a timestamp begins with the present; leave it out',
  ],
  [
    'codes that no rule allows',
    rule(oneOf('member', ['nobody'])),
    'input "member": nothing can be chosen: no code keeps rules and bounds',
  ],
  [
    'an estimate by an unknown lookup',
    estimated(metres('form', 'to')),
    'input "distance": estimate: no lookup "form" (did you mean "from"?)',
  ],
  [
    'an estimate of an unknown column',
    estimated(value('sped')),
    'input "distance": estimate: no column "sped" (did you mean "speed"?)',
  ],
  [
    'an estimate from what nobody gives',
    estimated(minutesBetween('started_at', 'ended_at')),
    'input "distance": estimate: it needs ended_at, which no input gives',
  ],
  ['an estimate from itself', estimated(value('distance')), 'input "distance": estimate: it needs itself'],
  [
    'an estimate from another one',
    inputs({
      speed: { label: 'Speed', estimate: { expression: hourOf('started_at') } },
      distance: { ...distance, estimate: { expression: value('speed') } },
    }),
    'input "distance": estimate: it needs "speed", which is estimated, too',
  ],
  [
    'an estimate in another kind of unit',
    estimated(value('speed')),
    'input "distance": estimate: it is in kmh, but the column is in kilometres; expected kmh',
  ],
  [
    'an estimate for a column without a unit',
    inputs({ gears: { ...gears, estimate: { expression: metres('from', 'to') } } }),
    'input "gears": estimate: it is in metres, but the column has no unit; expected metres, kilometres, miles',
  ],
  ['an estimate that is a date', estimated(day('started_at')), 'input "distance": estimate: a date is no number'],
  [
    'an estimate of a code',
    inputs({ member: { ...member, estimate: { expression: hourOf('started_at') } } }),
    'input "member": estimate: a plain number can be estimated, but column "member" is one of several',
  ],
  [
    'an estimate of a time',
    inputs({ started_at: { ...started_at, estimate: { expression: value('speed') } } }),
    'input "started_at": estimate: a plain number can be estimated, but column "started_at" is timestamp',
  ],
  [
    'an estimate times nothing',
    estimated(metres('from', 'to'), { times: Number.NaN }),
    'input "distance": estimate: times NaN must be a number',
  ],
  [
    'a flag by a name that an answer has',
    estimated(metres('from', 'to'), { flag: 'unit' }),
    'an answer would have "unit" twice; choose another name',
  ],
])('refuses %s', (_, dataset, problem) => {
  expect(() => defineDataset(dataset)).toThrow(`ridetimes: model: ${problem}`);
});

test('what an estimate follows from is needed where the estimate is', () => {
  const dataset = { ...rideTimes, model: { ...model, features: ['weekday', 'crow'] } };
  const some = Object.fromEntries(
    Object.entries(model.inputs).filter(([field]) => ['started_at', 'distance', 'speed'].includes(field)),
  );
  const estimate = { expression: value('speed'), times: 1 };
  const unit = {
    columns: rideTimes.columns.map(({ unit, ...column }) => (column.type === 'duration' ? { ...column, unit } : column)),
  } as object;
  const define = (features: string[]) => () =>
    defineDataset({
      ...dataset,
      ...unit,
      model: { ...model, features, inputs: { ...some, distance: { ...(some.distance as Input), estimate } } },
    });
  expect(define(['weekday', 'distance'])).not.toThrow();
  expect(define(['weekday'])).toThrow(/"speed": no feature .*\n.*"distance": no feature/);
});

test('says everything at once', () => {
  const wrong = inputs({ gaers: gears, member: { ...member, default: 'x', atLeast: 2 }, ride_id: { label: '' } });
  const error = (() => {
    try {
      return defineDataset(wrong);
    } catch (thrown) {
      return thrown as ContractError;
    }
  })();
  expect(error).toBeInstanceOf(ContractError);
  expect((error as ContractError).problems).toHaveLength(5);
});
