// What training needs to know about a category's model. Written to apps/ml/generated/<category>.json.
import type { Modelled } from '../dataset.ts';
import { championAlias, featureTable, jobLabels, modelPaths, registeredModel } from '../names.ts';
import { dayOf } from './feature-query.ts';

export interface ModelJson {
  readonly category: string;
  readonly dataset: string;
  readonly table: string;
  /** The feature table's column that tells the month. */
  readonly date: string;
  readonly target: string;
  readonly features: readonly string[];
  readonly registered_model: string;
  readonly alias: string;
  /** Path below the models folder. */
  readonly champion: string;
  /** Names of the labels of BigQuery's jobs. */
  readonly job_labels: Readonly<Record<'run' | 'category' | 'step', string>>;
}

/** The model's description for Python. */
export function toModelJson(dataset: Modelled): ModelJson {
  const { category, model } = dataset;
  return {
    category,
    ...featureTable(category, model.name),
    date: dayOf(dataset),
    target: model.target,
    features: model.features,
    registered_model: registeredModel(category, model.name),
    alias: championAlias,
    champion: modelPaths.champion(category),
    job_labels: { run: jobLabels.run, category: jobLabels.category, step: jobLabels.step },
  };
}
