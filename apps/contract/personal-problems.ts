// What a definition can't do with its personal columns: what reads a value that no table holds, and what would show one.
import type { Column, Dataset } from './dataset.ts';
import { columnsOfExpression } from './expression.ts';
import { findColumn } from './find-column.ts';
import { columnsOfCheck, type Gate } from './gate.ts';
import { columnOfInput } from './input.ts';
import { holdOfHashes } from './personal.ts';
import type { Personal } from './personal-kind.ts';
import type { Predicate } from './predicate.ts';
import { columnsOfSummaryFigure } from './summary.ts';

/** A place that reads a column, and the marks with which it can't. */
interface Use {
  readonly where: string;
  readonly column: string | undefined;
  /** By the mark: why not. */
  readonly refuses: Readonly<Partial<Record<Personal, string>>>;
}

const dropped = 'is dropped: no table holds its values';
const hashed = 'is hashed: tables hold no value that could be compared';
/** Of what shows values, or figures that are those of one row. */
const shown = 'is personal: its values would be shown';

export function personalProblems(dataset: Dataset): string[] {
  return [
    ...dataset.columns.flatMap((column) => ownProblems(column).map((problem) => `column "${column.name}": ${problem}`)),
    ...usesOf(dataset).flatMap(({ where, column, refuses }) => {
      const found = column === undefined ? undefined : findColumn(dataset, column);
      const why = found?.personal && refuses[found.personal];
      return why ? [`${where}: column "${column}" ${why}`] : [];
    }),
  ];
}

function ownProblems({ type, personal, codes }: Column): string[] {
  if (personal !== 'hash') return [];
  return [
    ...(type === 'string' ? [] : [`personal "hash" needs string, got ${type}; use "keep" or "drop"`]),
    ...(codes ? ['personal "hash": tables hold none of its codes; leave them out'] : []),
  ];
}

function usesOf(dataset: Dataset): Use[] {
  const { time, key = [], must = [], cluster = [], lookups = {}, summary, features = {}, model } = dataset;
  const notDropped = { drop: dropped };
  const valuesRead = { drop: dropped, hash: hashed };
  const nothing = { drop: dropped, hash: shown, keep: shown };
  const list = (where: string, columns: readonly (string | undefined)[], refuses: Use['refuses']): Use[] =>
    columns.map((column) => ({ where, column, refuses }));
  return [
    ...list('time.at', [time.at], notDropped),
    ...list('time.until', [time.until], notDropped),
    ...list('key', key, notDropped),
    ...list('must', must, notDropped),
    ...list('cluster', cluster, notDropped),
    ...Object.entries(lookups).flatMap(([name, { column, learns = {} }]) => [
      ...list(`lookup "${name}"`, [column], valuesRead),
      // Dashboards show what a place is called.
      ...list(`lookup "${name}": learns`, Object.values(learns), nothing),
    ]),
    ...dataset.rules.flatMap(({ name, holds }) => usesOfRule(`rule "${name}"`, holds)),
    ...(dataset.expectations ?? []).flatMap(({ type, kwargs }) =>
      list(`expectation ${type}`, columnsOfKwargs(kwargs), holdOfHashes.includes(type) ? notDropped : valuesRead),
    ),
    ...(dataset.gates ?? []).flatMap((gate) => list(`gate "${gate.name}"`, columnsOfCheck(gate), refusedBy(gate))),
    ...Object.entries(summary?.keys ?? {}).flatMap(([name, column]) =>
      list(`summary "${name}"`, [column], { drop: dropped, keep: shown }),
    ),
    ...Object.entries(summary?.figures ?? {}).flatMap(([name, figure]) =>
      list(
        `summary "${name}"`,
        columnsOfSummaryFigure(figure),
        figure.of === 'min' || figure.of === 'max' ? nothing : valuesRead,
      ),
    ),
    ...Object.entries(features).flatMap(([name, { expression }]) =>
      list(`feature "${name}"`, columnsOfExpression(expression), valuesRead),
    ),
    ...Object.entries(model?.inputs ?? {}).flatMap(([field, input]) =>
      list(`model: input "${field}"`, [columnOfInput(field, input)], valuesRead),
    ),
  ];
}

/** A rule sees a hash in place of the value: it can ask whether there is one. */
function usesOfRule(where: string, predicate: Predicate): Use[] {
  const use = (column: string, ...marks: Personal[]): Use => ({
    where,
    column,
    refuses: { drop: dropped, ...(marks.includes('hash') && { hash: hashed }) },
  });
  switch (predicate.op) {
    case 'all':
    case 'any':
      return predicate.predicates.flatMap((part) => usesOfRule(where, part));
    case 'not':
      return usesOfRule(where, predicate.holds);
    case 'if-present':
      return [use(predicate.column), ...usesOfRule(where, predicate.holds)];
    case 'present':
      return [use(predicate.column)];
    case 'before':
    case 'not-after':
    case 'lasts':
      return [use(predicate.column, 'hash'), use(predicate.other, 'hash')];
    default:
      return [use(predicate.column, 'hash')];
  }
}

/** The columns that an expectation names. */
export function columnsOfKwargs({ column, column_A, column_B, column_list }: Readonly<Record<string, unknown>>): string[] {
  const list = Array.isArray(column_list) ? column_list : [];
  return [column, column_A, column_B, ...list].filter((name) => typeof name === 'string');
}

function refusedBy(gate: Gate): Use['refuses'] {
  switch (gate.check) {
    case 'distinct':
    case 'repeated':
      return { drop: dropped };
    // A month's report and record hold the figure.
    case 'quantile':
    case 'quantile-of-earlier':
      return { drop: dropped, hash: hashed, keep: shown };
    default:
      return { drop: dropped, hash: hashed };
  }
}
