// The data sets whose models can be asked, and what each is asked with.
import { type Asked, toAsked } from '../contract/asked.ts';
import { type Dataset, isModelled, type Modelled } from '../contract/dataset.ts';
import { type Dimension, type DimensionRow, listingOf } from '../contract/dimension.ts';

export interface Served {
  readonly dataset: Modelled;
  /** In the order of the form. */
  readonly asked: readonly Asked[];
}

/** The data sets that have a model. */
export const toServed = (datasets: readonly Dataset[]): Served[] =>
  datasets.filter(isModelled).map((dataset) => ({ dataset, asked: toAsked(dataset) }));

/** The rows of the dimensions that requests name, by the path under which they are listed. */
export function toListings(served: readonly Served[]): ReadonlyMap<string, readonly object[]> {
  const fields = served.flatMap(({ asked }) => asked.flatMap(({ holds }) => (holds.kind === 'choice' ? [holds] : [])));
  const dimensions = new Set(fields.flatMap(({ dimension }) => dimension ?? []));
  return new Map(
    [...dimensions].map((dimension) => {
      const ofDimension = fields.filter((one) => one.dimension === dimension);
      const predictable = new Set(ofDimension.flatMap(({ choices }) => choices.map(({ value }) => value)));
      return [listingOf(dimension), (dimension.rows ?? []).map((row) => toListed(dimension, row, predictable))];
    }),
  );
}

/** By the dimension's own words for names and groups. */
function toListed({ key, label, group }: Dimension, row: DimensionRow, predictable: ReadonlySet<unknown>): object {
  return {
    id: row[key],
    ...(group !== undefined && { [group]: row[group] }),
    [label]: row[label],
    predictable: predictable.has(row[key]),
  };
}
