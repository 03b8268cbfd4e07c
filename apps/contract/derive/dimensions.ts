// The dimensions that data sets refer to.
import { ContractError } from '../contract-error.ts';
import type { Dataset } from '../dataset.ts';
import { type Dimension, isLearned, listingOf } from '../dimension.ts';

/** Each dimension once, by name. Throws ContractError where two have one name. */
export function dimensionsOf(datasets: readonly Dataset[]): Dimension[] {
  const byName = new Map<string, Dimension>();
  const owners = new Map<string, string>();
  for (const { category, lookups = {} } of datasets) {
    for (const { dimension } of Object.values(lookups)) {
      const known = byName.get(dimension.name);
      if (known !== undefined && known !== dimension)
        throw new ContractError(category, [`${category}: another dimension is named ${dimension.name}, too`]);
      if (known !== undefined && isLearned(dimension) && owners.get(dimension.name) !== category)
        throw new ContractError(category, [
          `${category}: ${dimension.name} is learned from ${owners.get(dimension.name)}; a learned dimension belongs to one data set`,
        ]);
      byName.set(dimension.name, dimension);
      owners.set(dimension.name, category);
    }
  }
  const found = [...byName.values()];
  const listings = new Map(found.map((dimension) => [listingOf(dimension), dimension]));
  for (const dimension of found) {
    const other = listings.get(listingOf(dimension));
    if (other !== undefined && other !== dimension)
      throw new ContractError(dimension.name, [`${dimension.name}: ${other.name} has the listing ${listingOf(dimension)}, too`]);
  }
  return found.sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Whether a data set refers to a dimension. */
export const refersTo = ({ lookups = {} }: Dataset, { name }: Dimension): boolean =>
  Object.values(lookups).some(({ dimension }) => dimension.name === name);
