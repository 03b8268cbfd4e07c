// Rows of a dimension for dbt's unit tests: two with a place, one without.
import type { Dimension, DimensionRow, Place } from '../dimension.ts';

const names = ['First', 'Second', 'Nowhere'];

/** The keys of the example rows. */
export const exampleKeys = ({ columns, key }: Dimension): readonly (number | string)[] =>
  columns[key]?.type === 'int' ? [1, 2, 3] : ['a', 'b', 'c'];

/** The first two rows lie at these places. */
export function toExampleRows(dimension: Dimension, places: readonly Place[] = []): DimensionRow[] {
  const { columns, key, label, group, place } = dimension;
  const [first = { longitude: 0, latitude: 0 }, second = { longitude: 1, latitude: 1 }] = places;
  return exampleKeys(dimension).map((id, index) => {
    const at = [first, second][index];
    return {
      ...Object.fromEntries(Object.keys(columns).map((name) => [name, null])),
      ...(place && { [place.longitude]: at?.longitude ?? null, [place.latitude]: at?.latitude ?? null }),
      ...(group !== undefined && { [group]: index === 2 ? 'Unknown' : 'Somewhere' }),
      [label]: names[index] as string,
      [key]: id,
    };
  });
}
