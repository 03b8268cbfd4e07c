// Parameters that several workflows share.
import { allDatasets } from '../apps/contract/categories.ts';
import type { Environment } from './environment.ts';

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

export const acceptParameter = {
  kind: 'text',
  description: 'Why a month is to be loaded though a gate refuses it; the reason stands in its record and report.',
  default: '',
} as const;

export const engineParameter = ({ engines }: Environment) =>
  ({ kind: 'text', description: "What runs the etl step's plan.", enum: engines, default: engines[0] as string }) as const;

export const retrainParameter = {
  kind: 'boolean',
  description: 'Whether the model learns from the month.',
  enum: ['true', 'false'],
} as const;
