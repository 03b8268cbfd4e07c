import { expect, test } from 'vitest';
import { modelOf } from '../dataset.ts';
import { yellow } from '../yellow.ts';
import { toAmount, toModelWords } from './model-words.ts';

test('a model is named by what it predicts, in the unit of that', () => {
  expect(toModelWords(yellow)).toEqual({ title: 'Fare model', unit: 'USD' });
  const slow = { ...yellow, model: { ...modelOf(yellow), name: 'waiting_time', target: 'trip_duration' } };
  expect(toModelWords(slow)).toEqual({ title: 'Waiting time model', unit: undefined });
  expect(toModelWords(undefined)).toEqual({ title: 'Model', unit: undefined });
});

test('amounts', () => {
  expect([toAmount(5.2, 'USD'), toAmount(5.2, 'minutes'), toAmount(5.2, undefined)]).toEqual(['$5.20', '5.20 minutes', '5.20']);
});
