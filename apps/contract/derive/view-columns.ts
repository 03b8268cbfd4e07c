// The columns of the month-to-month view for dashboards: the monthly table's, with names in place of codes and ids.
import { type Column, columnOf, type Dataset, datesOfSummary, summaryOf } from '../dataset.ts';
import type { Dimension } from '../dimension.ts';

export type ViewColumn = { readonly name: string } /** A code's meaning. */ & (
  | { readonly of: 'codes'; readonly key: string }
  | { readonly of: 'year' | 'month' }
  /** A column of the monthly table; null where it has none. */
  | { readonly of: 'column'; readonly column: string | undefined; readonly description?: string }
  /** A column of the row to which a key refers. */
  | { readonly of: 'lookup'; readonly lookup: string; readonly column: string }
);

/** A key of the summary whose column a lookup uses. */
export interface KeyLookup {
  readonly lookup: string;
  readonly key: string;
  readonly dimension: Dimension;
}

export function keyLookups(dataset: Dataset): KeyLookup[] {
  const { keys } = summaryOf(dataset);
  return Object.entries(dataset.lookups ?? {}).flatMap(([lookup, { column, dimension }]) => {
    const key = Object.keys(keys).find((name) => keys[name] === column);
    return key === undefined ? [] : [{ lookup, key, dimension }];
  });
}

/** The column of the file that a key of the summary is. */
export const columnOfKey = (dataset: Dataset, key: string): Column => columnOf(dataset, summaryOf(dataset).keys[key] ?? key);

/** In the view's order: the first name leads, the others follow the figures. */
export function viewColumns(dataset: Dataset): ViewColumn[] {
  const { keys, figures, names: given, repeats = {} } = summaryOf(dataset);
  const lookups = keyLookups(dataset);
  const coded = Object.keys(keys).filter((key) => columnOfKey(dataset, key).codes && lookups.every((one) => one.key !== key));
  const names = Object.entries(given ?? Object.fromEntries(coded.map((key) => [key, key])));
  const [first = [], ...others] = names.map(([name, key]): ViewColumn[] => [{ name, of: 'codes', key }]);
  const replaced = [...names.map(([, key]) => key), ...lookups.map(({ key }) => key)];
  const kept = [
    ...Object.keys(keys).filter((key) => !replaced.includes(key)),
    ...datesOfSummary(dataset),
    ...Object.keys(figures),
  ];
  return [
    ...first,
    { name: 'year', of: 'year' },
    { name: 'month', of: 'month' },
    ...kept.map((name): ViewColumn => ({ name, of: 'column', column: name })),
    ...Object.entries(repeats).map(
      ([name, { figure, description }]): ViewColumn => ({ name, of: 'column', column: figure, description }),
    ),
    ...others.flat(),
    ...lookups.flatMap(({ lookup, dimension: { group, label } }): ViewColumn[] => [
      ...(group === undefined ? [] : [{ name: `${lookup}_${group}`, of: 'lookup', lookup, column: group } as const]),
      { name: `${lookup}_${label}`, of: 'lookup', lookup, column: label },
    ]),
  ];
}
