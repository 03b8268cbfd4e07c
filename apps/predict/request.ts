// What a client may ask: checked field by field, from JSON and from plain forms alike.

import { readValue } from '../contract/asked-value.ts';
import { toEstimate } from '../contract/derive/estimate.ts';
import type { RowValues } from '../contract/derive/expression-value.ts';
import type { Served } from './served.ts';

export interface Problem {
  readonly field: string;
  readonly message: string;
}

export interface PredictRequest {
  readonly served: Served;
  /** What is known of the row, by column. */
  readonly row: RowValues;
  /** The fields that were left empty. */
  readonly estimated: ReadonlySet<string>;
}

/** The checked request, or every problem with it. */
export function readRequest(all: readonly Served[], body: unknown): { request: PredictRequest } | { problems: Problem[] } {
  const given = Object.fromEntries(Object.entries(typeof body === 'object' && body !== null ? body : {}));
  const own = (field: string): unknown => (Object.hasOwn(given, field) ? given[field] : undefined);
  const served = all.find(({ dataset }) => dataset.category === own('category'));
  if (!served) return { problems: [{ field: 'category', message: toCategoryProblem(all) }] };
  const estimated = new Set<string>();
  const problems: Problem[] = [];
  const row: Record<string, number | string | boolean> = {};
  for (const one of served.asked) {
    const value = own(one.field);
    if (one.input.estimate && (value === undefined || value === null || value === '')) {
      estimated.add(one.field);
      continue;
    }
    const read = readValue(one, value);
    if ('problem' in read) problems.push({ field: one.field, message: read.problem });
    else row[one.column.name] = read.value;
  }
  if (problems.length > 0) return { problems };
  const estimates = served.asked.flatMap(({ field, column, input: { estimate } }) =>
    estimate && estimated.has(field) ? [[column.name, toEstimate(served.dataset, { column }, estimate, row)]] : [],
  );
  return { request: { served, row: { ...row, ...Object.fromEntries(estimates) }, estimated } };
}

/** What to say of a category that is not served. */
export const toCategoryProblem = (all: readonly Served[]): string =>
  `must be one of ${all.map(({ dataset }) => dataset.category).join(', ')}`;
