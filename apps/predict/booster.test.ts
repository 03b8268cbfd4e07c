import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { predict, readBooster } from './booster.ts';

const read = (name: string) => JSON.parse(readFileSync(new URL(`fixtures/${name}`, import.meta.url), 'utf8'));
// Trained and asked in Python, with xgboost 3.2; missing values are null.
const expected: { features: string[]; rows: (number | null)[][]; predictions: number[] } = read('expected.json');

test("predicts what XGBoost's own library predicts, missing values included", () => {
  const booster = readBooster(read('model.json'), expected.features);
  const found = expected.rows.map((row) =>
    predict(
      booster,
      row.map((value) => value ?? Number.NaN),
    ),
  );
  const worst = Math.max(...found.map((value, index) => Math.abs(value - (expected.predictions[index] as number))));
  expect(worst).toBeLessThan(1e-4);
  expect(expected.rows.flat().filter((value) => value === null).length).toBeGreaterThan(50);
  expect(new Set(found).size).toBeGreaterThan(20);
});

test.each([['[1.5E1]'], ['1.5E1'], [15], [[15]]])('reads base_score %j', (score) => {
  const model = read('model.json');
  model.learner.learner_model_param.base_score = score;
  expect(readBooster(model, expected.features).baseScore).toBe(15);
});

type Model = ReturnType<typeof read>;
const firstTree = (model: Model) => model.learner.gradient_booster.model.trees[0];
test.each<[string, (model: Model) => void, RegExp]>([
  ['another booster', (model) => Object.assign(model.learner.gradient_booster, { name: 'dart' }), /only gbtree/],
  ['another objective', (model) => Object.assign(model.learner.objective, { name: 'binary:logistic' }), /only reg:squarederror/],
  ['another count of features', (model) => Object.assign(model.learner.learner_model_param, { num_feature: '3' }), /3 features/],
  ['features in another order', (model) => model.learner.feature_names.reverse(), /features/],
  ['a walk that never ends', (model) => firstTree(model).left_children.splice(0, 1, 0), /node 0 has children/],
  ['a split on no feature', (model) => firstTree(model).split_indices.splice(0, 1, 99), /feature 99/],
  ['a categorical split', (model) => firstTree(model).split_type.splice(0, 1, 1), /categorical/],
  ['lists of unlike length', (model) => firstTree(model).default_left.pop(), /differ in length/],
  ['a leaf beyond float32', (model) => firstTree(model).split_conditions.splice(0, 1, 1e39), /not a finite float/],
  [
    'a base score beyond float32',
    (model) => Object.assign(model.learner.learner_model_param, { base_score: '1e39' }),
    /base_score/,
  ],
  ['several base scores', (model) => Object.assign(model.learner.learner_model_param, { base_score: '[1,2]' }), /base_score/],
])('refuses %s', (_, spoil, message) => {
  const model = read('model.json');
  spoil(model);
  expect(() => readBooster(model, expected.features)).toThrow(message);
});
