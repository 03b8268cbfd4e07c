// From a checked request and a champion to a fare.

import type { Place } from '../contract/dimension.ts';
import { predict } from './booster.ts';
import type { Champion } from './champion.ts';
import { datasetOf, estimateMiles, toFeatures, toRow } from './features.ts';
import type { PredictRequest } from './request.ts';
import { findZone } from './zones.ts';

export interface Answer {
  /** USD, to the cent. */
  readonly fare_amount: number;
  readonly currency: 'USD';
  readonly model: { readonly category: string; readonly version: string; readonly rmse: number };
  readonly features: Readonly<Record<string, number>>;
  /** Miles. */
  readonly trip_distance: number;
  readonly distance_estimated: boolean;
}

/** The predicted fare. Both zones of a checked request have places. */
export function answer(request: PredictRequest, champion: Champion): Answer {
  const pickup = findZone(request.pickup_zone)?.place as Place;
  const dropoff = findZone(request.dropoff_zone)?.place as Place;
  const miles = request.trip_distance ?? estimateMiles(pickup, dropoff);
  const dataset = datasetOf(champion.category);
  const features = toFeatures(dataset, toRow(dataset, { ...request, trip_distance: miles }), champion.features);
  const fare = predict(
    champion.booster,
    champion.features.map((name) => features[name] ?? Number.NaN),
  );
  return {
    fare_amount: Number(fare.toFixed(2)),
    currency: 'USD',
    model: { category: champion.category, version: champion.version, rmse: champion.rmse },
    features,
    trip_distance: miles,
    distance_estimated: request.trip_distance === undefined,
  };
}

/** What to do where no model serves a category yet. */
export const noModelText = (category: string): string =>
  `no model serves ${category} yet; run the full-refresh workflow (npm start does) and ask again`;
