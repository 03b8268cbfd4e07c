// The zones that a request names: the rows of the dimension that the data sets' lookups refer to.
import { type Dimension, type DimensionRow, type Place, placeOfRow } from '../contract/dimension.ts';
import { servedDatasets } from './features.ts';

export interface Zone {
  readonly id: number;
  readonly name: string;
  readonly group: string;
  /** Undefined where the zone has none: no fare can be predicted from or to it. */
  readonly place: Place | undefined;
}

/** The dimension of the column for which a field of the request stands. Throws where no data set has such a field. */
function dimensionOfInput(field: string): Dimension {
  for (const { model, lookups = {} } of servedDatasets) {
    const found = Object.values(lookups).find(({ column }) => column === model.inputs[field]);
    if (found) return found.dimension;
  }
  throw new Error(`no data set has an input ${field} that a lookup uses`);
}

const dimension = dimensionOfInput('pickup_zone');

const toZone = (row: DimensionRow): Zone => ({
  id: Number(row[dimension.key]),
  name: String(row[dimension.label]),
  group: String(row[dimension.group ?? dimension.label]),
  place: placeOfRow(dimension, row),
});

/** What people call one of them. */
export const zoneWord = dimension.row;
export const zones: readonly Zone[] = (dimension.rows ?? []).map(toZone);

/** The zone of that id. */
export const findZone = (id: unknown): Zone | undefined => zones.find((zone) => zone.id === id);

/** The zones as the API lists them: by the dimension's own words for names and groups. */
export const listZones = (): object[] =>
  zones.map(({ id, name, group, place }) => ({
    id,
    ...(dimension.group !== undefined && { [dimension.group]: group }),
    [dimension.label]: name,
    predictable: place !== undefined,
  }));
