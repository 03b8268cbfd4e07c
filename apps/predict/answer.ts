// From a checked request and a champion to a prediction, and to what the API says of it.

import type { Asked } from '../contract/asked.ts';
import type { Modelled } from '../contract/dataset.ts';
import { toModelWords } from '../contract/derive/model-words.ts';
import { flagOf } from '../contract/input.ts';
import { decimalsOf, isMoney, type UnitName } from '../contract/units.ts';
import { predict } from './booster.ts';
import type { Champion } from './champion.ts';
import { toFeatures } from './features.ts';
import type { PredictRequest } from './request.ts';

export interface Prediction {
  readonly dataset: Modelled;
  readonly model: { readonly category: string; readonly version: string; readonly rmse: number };
  readonly features: Readonly<Record<string, number>>;
  /** Rounded as people read numbers of its unit. */
  readonly value: number;
  readonly unit: UnitName | undefined;
  /** The fields that could be left empty. */
  readonly estimates: readonly { readonly asked: Asked; readonly value: number; readonly isEstimated: boolean }[];
}

/** What the champion of the request's data set predicts. */
export function toPrediction({ served: { dataset, asked }, row, estimated }: PredictRequest, champion: Champion): Prediction {
  const features = toFeatures(dataset, row, champion.features);
  const value = predict(
    champion.booster,
    champion.features.map((name) => features[name] ?? Number.NaN),
  );
  const { unit } = toModelWords(dataset);
  return {
    dataset,
    model: { category: champion.category, version: champion.version, rmse: champion.rmse },
    features,
    value: Number(value.toFixed(decimalsOf(unit))),
    unit,
    estimates: asked
      .filter(({ input }) => input.estimate)
      .map((one) => ({ asked: one, value: Number(row[one.column.name]), isEstimated: estimated.has(one.field) })),
  };
}

/** The target by its name, `currency` or `unit`, and what could be left empty with whether it was estimated. */
export interface Answer {
  readonly model: Prediction['model'];
  readonly features: Prediction['features'];
  readonly [name: string]: unknown;
}

export function toAnswer({ dataset, model, features, value, unit, estimates }: Prediction): Answer {
  return {
    [dataset.model.target]: value,
    ...(unit !== undefined && { [isMoney(unit) ? 'currency' : 'unit']: unit }),
    model,
    features,
    ...Object.fromEntries(
      estimates.flatMap(({ asked: { field, input }, value: used, isEstimated }) => [
        [field, used],
        ...(input.estimate ? [[flagOf(field, input.estimate), isEstimated]] : []),
      ]),
    ),
  };
}

/** What to do where no model serves a category yet. */
export const noModelText = (category: string): string =>
  `no model serves ${category} yet; run the full-refresh workflow (npm start does) and ask again`;
