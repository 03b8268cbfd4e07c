// The model's features of one request, as the feature table has them: by the expressions of the data set.
import { allDatasets } from '../contract/categories.ts';
import { type Dataset, isModelled, type Modelled } from '../contract/dataset.ts';
import { metresBetween, type RowValues, toValue } from '../contract/derive/expression-value.ts';
import type { Place } from '../contract/dimension.ts';
import { columnsBehind } from '../contract/expression.ts';

/** What a request may say; `request.ts` reads it. */
export const requestFields = ['pickup_zone', 'dropoff_zone', 'pickup_datetime', 'passenger_count', 'trip_distance'] as const;

/** The data sets whose models can be asked by such a request. */
export const servedDatasets: readonly Modelled[] = allDatasets.filter(
  (dataset): dataset is Modelled =>
    isModelled(dataset) && Object.keys(dataset.model.inputs).every((field) => requestFields.some((known) => known === field)),
);

/** The data set of a category. Throws where no model of it can be asked. */
export function datasetOf(category: string): Modelled {
  const found = servedDatasets.find((dataset) => dataset.category === category);
  if (!found) throw new Error(`no model of ${category} can be asked here`);
  return found;
}

/** The features that a champion may ask for: those that follow from the model's inputs. */
export function computableFeatures({ features = {}, lookups, model }: Modelled): ReadonlySet<string> {
  const given = Object.values(model.inputs);
  const computable = Object.entries(features).filter(([, { expression }]) =>
    columnsBehind(expression, lookups).every((column) => given.includes(column)),
  );
  return new Set(computable.map(([name]) => name));
}

/** What a request says of a row, by column. */
export const toRow = ({ model }: Modelled, request: Readonly<Record<string, unknown>>): RowValues =>
  Object.fromEntries(Object.entries(model.inputs).map(([field, column]) => [column, request[field] as number | string]));

/** The features by name, in the order asked. Those that the data set does not have, or that are missing, are NaN. */
export const toFeatures = (dataset: Dataset, row: RowValues, names: readonly string[]): Record<string, number> =>
  Object.fromEntries(
    names.map((name) => {
      const expression = dataset.features?.[name]?.expression;
      return [name, expression === undefined ? Number.NaN : Number(toValue(dataset, expression, row) ?? Number.NaN)];
    }),
  );

const metresPerMile = 1609.344;

/** Miles driven for each mile of great circle between the zones' centroids. Over the real trips of green 2020-07 and 2024-01 and
    of yellow 2025-02 the median trip has 1.24 to 1.32, all trips together 1.31 to 1.42. */
export const circuity = 1.3;
/** Miles of a trip within one zone: the medians of the same trips are 0.5 to 0.8. */
const milesWithinZone = 0.7;

/** Miles that a trip between two places is likely to take, for those who do not know. */
export function estimateMiles(pickup: Place, dropoff: Place): number {
  const straight = metresBetween(pickup, dropoff) / metresPerMile;
  return Number(Math.max(milesWithinZone, straight * circuity).toFixed(2));
}
