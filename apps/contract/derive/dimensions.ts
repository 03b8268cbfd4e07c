// The dimensions that data sets refer to.
import { ContractError } from '../contract-error.ts';
import type { Dataset } from '../dataset.ts';
import type { Dimension } from '../dimension.ts';

/** Each dimension once, by name. Throws ContractError where two have one name. */
export function dimensionsOf(datasets: readonly Dataset[]): Dimension[] {
  const byName = new Map<string, Dimension>();
  for (const { category, lookups = {} } of datasets) {
    for (const { dimension } of Object.values(lookups)) {
      const known = byName.get(dimension.name);
      if (known !== undefined && known !== dimension)
        throw new ContractError(category, [`${category}: another dimension is named ${dimension.name}, too`]);
      byName.set(dimension.name, dimension);
    }
  }
  return [...byName.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Whether a data set refers to a dimension. */
export const refersTo = ({ lookups = {} }: Dataset, { name }: Dimension): boolean =>
  Object.values(lookups).some(({ dimension }) => dimension.name === name);
