// How people are told of a data set's model and its error.
import type { Dataset } from '../dataset.ts';
import { decimalsOf, toAmount, type UnitName } from '../units.ts';

export interface ModelWords {
  /** `Duration` */
  readonly what: string;
  /** `Duration model` */
  readonly title: string;
  /** Of what it predicts, where that has one. */
  readonly unit: UnitName | undefined;
}

/** What a model predicts, as people say it. */
export function toModelWords(dataset: Dataset | undefined): ModelWords {
  const { model, features = {} } = dataset ?? {};
  if (!model) return { what: 'Prediction', title: 'Model', unit: undefined };
  const name = model.name.replaceAll('_', ' ');
  const what = `${name.charAt(0).toUpperCase()}${name.slice(1)}`;
  return { what, title: `${what} model`, unit: features[model.target]?.unit };
}

/** What the target means, as a sentence: where it is a column's number, as the column has it. */
export function describeTarget({ model, features = {}, columns }: Dataset): string {
  const feature = features[model?.target ?? ''];
  const expression = feature?.expression;
  const column = expression?.of === 'value' ? columns.find(({ name }) => name === expression.column) : undefined;
  return column?.description ?? feature?.description ?? '';
}

/** `$5.20`, `5.20 minutes`, `5.20`. Two errors are compared: they have two decimals at least. */
export const toError = (value: number, unit: UnitName | undefined): string =>
  toAmount(value, unit, Math.max(2, decimalsOf(unit)));
