// Walks the trees of an XGBoost model in JSON. Comparisons and sums are in float32, as XGBoost's own are.
import { z } from 'zod';

const flag = z.union([z.boolean(), z.literal(0), z.literal(1)]).transform(Boolean);
const indices = z.array(z.int());

const tree = z.object({
  left_children: indices,
  right_children: indices,
  split_indices: indices,
  split_conditions: z.array(z.number()),
  default_left: z.array(flag),
  split_type: indices.optional(),
});

const model = z.object({
  learner: z.object({
    feature_names: z.array(z.string()).default([]),
    gradient_booster: z.object({
      name: z.literal('gbtree', { error: 'only gbtree models are supported' }),
      model: z.object({ trees: z.array(tree), tree_info: indices }),
    }),
    learner_model_param: z.object({
      base_score: z.union([z.string(), z.number(), z.array(z.number())]),
      num_feature: z.coerce.number(),
      num_target: z.coerce.number().default(1),
      num_class: z.coerce.number().default(0),
    }),
    objective: z.object({ name: z.literal('reg:squarederror', { error: 'only reg:squarederror models are supported' }) }),
  }),
});

interface Tree {
  readonly left: Int32Array;
  readonly right: Int32Array;
  readonly feature: Int32Array;
  /** The threshold of a split, the value of a leaf. */
  readonly value: Float32Array;
  readonly missingLeft: readonly boolean[];
}

export interface Booster {
  readonly baseScore: number;
  readonly trees: readonly Tree[];
}

/** Checks a parsed model file against the features that it is to be asked with. Throws where the model is of another kind. */
export function readBooster(json: unknown, features: readonly string[]): Booster {
  const parsed = model.safeParse(json);
  if (!parsed.success) {
    const problems = parsed.error.issues.slice(0, 5).map(({ path, message }) => `${path.join('.')}: ${message}`);
    throw new Error(`not a usable XGBoost model: ${problems.join('; ')}`);
  }
  const { learner } = parsed.data;
  const { num_feature: count, num_target: targets, num_class: classes, base_score: score } = learner.learner_model_param;
  if (count !== features.length) throw new Error(`the model has ${count} features, champion.json lists ${features.length}`);
  if (targets > 1 || classes > 0) throw new Error(`the model predicts ${Math.max(targets, classes)} values, expected one`);
  const names = learner.feature_names;
  if (names.length > 0 && names.join() !== features.join()) {
    throw new Error(`the model's features (${names.join(', ')}) are not champion.json's (${features.join(', ')})`);
  }
  const trees = learner.gradient_booster.model.trees.map((parsedTree, index) => readTree(parsedTree, index, count));
  return { baseScore: readBaseScore(score), trees };
}

/** XGBoost 3 writes `"[1.5E1]"`, earlier ones `"1.5E1"`. */
function readBaseScore(written: string | number | readonly number[]): number {
  const value = Math.fround(Number(String(written).replace(/^\[(.*)\]$/, '$1')));
  if (!Number.isFinite(value)) throw new Error(`base_score ${JSON.stringify(written)} is not one number`);
  return value;
}

function readTree(given: z.output<typeof tree>, index: number, featureCount: number): Tree {
  const fail = (problem: string): never => {
    throw new Error(`tree ${index}: ${problem}`);
  };
  const size = given.left_children.length;
  if (size === 0) fail('it has no nodes');
  const lists = [given.right_children, given.split_indices, given.split_conditions, given.default_left];
  if (lists.some((list) => list.length !== size)) fail('its lists differ in length');
  if (given.split_conditions.some((value) => !Number.isFinite(Math.fround(value))))
    fail('a threshold or a leaf is not a finite float');
  if (given.split_type?.some((type) => type !== 0)) fail('categorical splits are not supported');
  for (const [node, left] of given.left_children.entries()) {
    const right = given.right_children[node] as number;
    if (left === -1 && right === -1) continue;
    // Children come after their parent, so a walk always ends.
    if (left <= node || right <= node || left >= size || right >= size)
      fail(`node ${node} has children ${left} and ${right} of ${size}`);
    const feature = given.split_indices[node] as number;
    if (feature < 0 || feature >= featureCount) fail(`node ${node} splits on feature ${feature} of ${featureCount}`);
  }
  return {
    left: Int32Array.from(given.left_children),
    right: Int32Array.from(given.right_children),
    feature: Int32Array.from(given.split_indices),
    value: Float32Array.from(given.split_conditions),
    missingLeft: given.default_left,
  };
}

/** The prediction for one row; NaN is a missing value. */
export function predict(booster: Booster, row: readonly number[]): number {
  const values = Float32Array.from(row);
  let sum = booster.baseScore;
  for (const { left, right, feature, value, missingLeft } of booster.trees) {
    let node = 0;
    while (left[node] !== -1) {
      const found = values[feature[node] as number] as number;
      const goesLeft = Number.isNaN(found) ? missingLeft[node] : found < (value[node] as number);
      node = (goesLeft ? left[node] : right[node]) as number;
    }
    sum = Math.fround(sum + (value[node] as number));
  }
  return sum;
}
