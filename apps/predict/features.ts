// The model's features of one request, as the feature table has them: by the expressions of the data set.

import type { Dataset, Modelled } from '../contract/dataset.ts';
import { type RowValues, toValue } from '../contract/derive/expression-value.ts';
import { columnsBehind } from '../contract/expression.ts';
import { columnOfInput } from '../contract/input.ts';

/** The features that a champion may ask for: those that follow from the model's inputs. */
export function computableFeatures({ features = {}, lookups, model }: Modelled): ReadonlySet<string> {
  const given = Object.entries(model.inputs).map(([field, input]) => columnOfInput(field, input));
  const computable = Object.entries(features).filter(([, { expression }]) =>
    columnsBehind(expression, lookups).every((column) => given.includes(column)),
  );
  return new Set(computable.map(([name]) => name));
}

/** The features by name, in the order asked. Those that the data set does not have, or that are missing, are NaN. */
export const toFeatures = (dataset: Dataset, row: RowValues, names: readonly string[]): Record<string, number> =>
  Object.fromEntries(
    names.map((name) => {
      const expression = dataset.features?.[name]?.expression;
      return [name, expression === undefined ? Number.NaN : Number(toValue(dataset, expression, row) ?? Number.NaN)];
    }),
  );
