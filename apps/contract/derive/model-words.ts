// How people are told of a data set's model and its error.
import type { Dataset } from '../dataset.ts';
import { type UnitName, units } from '../units.ts';

/** `Fare model`, and the unit of what it predicts, where it has one. */
export function toModelWords(dataset: Dataset | undefined): { readonly title: string; readonly unit: UnitName | undefined } {
  const { model, features = {} } = dataset ?? {};
  if (!model) return { title: 'Model', unit: undefined };
  const name = model.name.replaceAll('_', ' ');
  return { title: `${name.charAt(0).toUpperCase()}${name.slice(1)} model`, unit: features[model.target]?.unit };
}

/** `$5.20`, `5.20 minutes`, `5.20`. */
export function toAmount(value: number, unit: UnitName | undefined): string {
  if (unit === 'USD') return `$${value.toFixed(2)}`;
  return unit === undefined ? value.toFixed(2) : `${value.toFixed(2)} ${units[unit].text}`;
}
