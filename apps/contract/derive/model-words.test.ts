import { expect, test } from 'vitest';
import { modelOf } from '../dataset.ts';
import { yellow } from '../yellow.ts';
import { describeTarget, toError, toModelWords } from './model-words.ts';

test('a model is named by what it predicts, in the unit of that', () => {
  expect(toModelWords(yellow)).toEqual({ what: 'Fare', title: 'Fare model', unit: 'USD' });
  const slow = { ...yellow, model: { ...modelOf(yellow), name: 'waiting_time', target: 'trip_duration' } };
  expect(toModelWords(slow)).toEqual({ what: 'Waiting time', title: 'Waiting time model', unit: undefined });
  expect(toModelWords(undefined)).toEqual({ what: 'Prediction', title: 'Model', unit: undefined });
});

test('a target that is a column is described as the column is', () => {
  expect(describeTarget(yellow)).toBe('The fare by time and distance that the meter calculated.');
  expect(describeTarget({ ...yellow, model: { ...modelOf(yellow), target: 'trip_duration' } })).toBe(
    'Minutes from pickup to dropoff.',
  );
});

test('errors', () => {
  expect([toError(5.2, 'USD'), toError(5.2, 'minutes'), toError(5.2, undefined)]).toEqual(['$5.20', '5.20 minutes', '5.20']);
});
