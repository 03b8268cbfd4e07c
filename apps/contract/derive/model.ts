// What training needs to know about a category's model. Written to apps/ml/generated/<category>.json.
import type { Modelled } from '../dataset.ts';
import { championAlias, featureTable, jobLabels, modelPaths, registeredModel } from '../names.ts';

export interface ModelJson {
  readonly category: string;
  readonly dataset: string;
  readonly table: string;
  /** The feature table's column that tells the month. */
  readonly date: 'date';
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
export function toModelJson({ category, model }: Modelled): ModelJson {
  return {
    category,
    ...featureTable(category, model.name),
    date: 'date',
    target: model.target,
    features: model.features,
    registered_model: registeredModel(category, model.name),
    alias: championAlias,
    champion: modelPaths.champion(category),
    job_labels: { run: jobLabels.run, category: jobLabels.category, step: jobLabels.step },
  };
}
