// dbt's description of a category's models: columns, data tests, and native unit tests with hand-made rows.
import { type Dataset, isModelled } from '../dataset.ts';
import { learnedDimensions, toDimensionProperties } from './dbt-dimensions.ts';
import { toFeatureProperties, toFeatureTests } from './dbt-features.ts';
import { toViewProperties, toViewTest } from './dbt-view.ts';

/** The content of a category's models.yml. */
export function toDbtModels(dataset: Dataset): object {
  return {
    version: 2,
    models: [
      ...learnedDimensions(dataset).map((dimension) => toDimensionProperties(dataset, dimension)),
      ...(isModelled(dataset) ? [toFeatureProperties(dataset)] : []),
      toViewProperties(dataset),
    ],
    unit_tests: [...(isModelled(dataset) ? toFeatureTests(dataset) : []), toViewTest(dataset)],
  };
}
