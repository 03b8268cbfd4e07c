import { expect, test } from 'vitest';
import { toAmount, toFactor, unitsLike } from './units.ts';

test('an amount has the decimals and the sign that people read', () => {
  expect([toAmount(5.25, 'USD'), toAmount(-5, 'GBP'), toAmount(-0.001, 'EUR')]).toEqual(['$5.25', '-£5.00', '€0.00']);
  expect([toAmount(12.34, 'minutes'), toAmount(7, undefined), toAmount(99.5, 'percent')]).toEqual([
    '12.3 minutes',
    '7.00',
    '99.5 %',
  ]);
});

test('lengths and times turn into others of their kind, and into nothing else', () => {
  expect(toFactor('miles', 'kilometres')).toBeCloseTo(1.609344, 12);
  expect([toFactor('hours', 'minutes'), toFactor('USD', 'USD'), toFactor('USD', 'EUR'), toFactor('miles', 'hours')]).toEqual([
    60,
    1,
    undefined,
    undefined,
  ]);
  expect(unitsLike('minutes')).toEqual(['seconds', 'minutes', 'hours']);
});
