// Parameters that several workflows share.
import { allDatasets } from '../apps/contract/categories.ts';

export const categoryParameter = {
  kind: 'category',
  description: 'The data set.',
  enum: allDatasets.map(({ category }) => category),
} as const;

export const thresholdParameter = {
  kind: 'number',
  description: 'Percent of the expectations that must hold; below it the run fails.',
  default: '90',
} as const;

export const retrainParameter = {
  kind: 'boolean',
  description: 'Whether the model learns from the month.',
  enum: ['true', 'false'],
} as const;
