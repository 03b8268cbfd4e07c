// Parameters that several workflows share.
import { allDatasets } from '../apps/contract/categories.ts';
import type { ParameterDefinition } from './define-workflow.ts';

export const categoryParameter: ParameterDefinition = {
  description: 'The data set.',
  enum: allDatasets.map(({ category }) => category),
};
