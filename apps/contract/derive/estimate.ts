// What a field of a request is taken for where it is left empty.
import type { Asked } from '../asked.ts';
import type { Dataset } from '../dataset.ts';
import type { Estimate } from '../input.ts';
import { unitOf } from '../input-problems.ts';
import { decimalsOf, toFactor } from '../units.ts';
import { type RowValues, toValue } from './expression-value.ts';

/** The estimate in the column's unit, rounded as people read it. The row holds what it follows from. */
export function toEstimate(dataset: Dataset, { column }: Pick<Asked, 'column'>, estimate: Estimate, row: RowValues): number {
  const { expression, times = 1, atLeast = Number.NEGATIVE_INFINITY } = estimate;
  const unit = unitOf(dataset, expression);
  const factor = unit === undefined || column.unit === undefined ? 1 : (toFactor(unit, column.unit) ?? Number.NaN);
  const value = Math.max(atLeast, Number(toValue(dataset, expression, row) ?? Number.NaN) * factor * times);
  return Number(value.toFixed(column.type === 'int' ? 0 : decimalsOf(column.unit)));
}
