// What may be said in each field of a request: from the inputs of a model and what the data set says of their columns.
import { type CodeValue, type Column, columnOf, type Dataset, type Modelled, toCodeValue } from './dataset.ts';
import { type Dimension, type DimensionRow, type Lookup, type Place, placeOfRow } from './dimension.ts';
import { lookupsOfExpression } from './expression.ts';
import { type Bounds, columnOfInput, type Input } from './input.ts';
import type { Predicate } from './predicate.ts';

export interface Choice {
  readonly value: CodeValue;
  readonly label: string;
  /** The name of what several belong to. */
  readonly group?: string;
  readonly place?: Place;
}

/** What a field holds: a number, one of several, a day `YYYY-MM-DD`, a wall-clock time `YYYY-MM-DDTHH:MM`. */
export type Kind =
  | { readonly kind: 'number'; readonly whole: boolean; readonly bounds: Bounds }
  | { readonly kind: 'choice'; readonly choices: readonly Choice[]; readonly dimension?: Dimension }
  | { readonly kind: 'day'; readonly bounds: Bounds }
  /** `clock` is how people call the time of the zone: `Berlin time`. */
  | { readonly kind: 'time'; readonly bounds: Bounds; readonly clock: string };

export interface Asked {
  readonly field: string;
  readonly input: Input;
  readonly column: Column;
  readonly holds: Kind;
}

/** The fields with which the model of a data set is asked, in their order. Their columns must be there. */
export const toAsked = (dataset: Modelled): Asked[] =>
  Object.entries(dataset.model.inputs).map(([field, input]) => {
    const column = columnOf(dataset, columnOfInput(field, input));
    return { field, input, column, holds: toKind(dataset, column, input) };
  });

function toKind(dataset: Modelled, column: Column, input: Input): Kind {
  const found = findLookup(dataset, column.name);
  if (found) return { kind: 'choice', choices: toRowChoices(found), dimension: found.dimension };
  const bounds = toBounds(dataset, column.name, input);
  if (column.type === 'timestamp') return { kind: 'time', bounds, clock: toClockName(dataset.time.zone) };
  if (column.type === 'date') return { kind: 'day', bounds };
  const choices = toCodeChoices(dataset, column, bounds);
  return choices ? { kind: 'choice', choices } : { kind: 'number', whole: column.type === 'int', bounds };
}

const toClockName = (zone: string): string => `${zone.slice(zone.lastIndexOf('/') + 1).replaceAll('_', ' ')} time`;

interface FoundLookup {
  readonly dimension: Dimension;
  /** Whether rows without a place are in no feature table, so that no model knows them. */
  readonly needsPlace: boolean;
}

/** What a column refers to: by the lookup that features read, if there are several. */
function findLookup({ lookups = {}, features = {}, model }: Modelled, column: string): FoundLookup | undefined {
  const estimates = Object.values(model.inputs).flatMap(({ estimate }) => estimate?.expression ?? []);
  const read = new Set(
    [...Object.values(features).map((feature) => feature.expression), ...estimates].flatMap(lookupsOfExpression),
  );
  const ofColumn = Object.entries(lookups).filter(([, lookup]) => lookup.column === column);
  const chosen: [string, Lookup] | undefined = ofColumn.find(([name]) => read.has(name)) ?? ofColumn[0];
  return chosen && { dimension: chosen[1].dimension, needsPlace: read.has(chosen[0]) };
}

const nameOf = ({ label }: Dimension, row: DimensionRow): string => String(row[label]);

/** By group and name; a name that several rows have is told apart by the key. */
function toRowChoices({ dimension, needsPlace }: FoundLookup): Choice[] {
  const { key, group, rows = [] } = dimension;
  const names = rows.map((row) => nameOf(dimension, row));
  const choices = rows
    .filter((row) => !needsPlace || placeOfRow(dimension, row) !== undefined)
    .map((row): Choice => {
      const name = nameOf(dimension, row);
      const isShared = names.filter((other) => other === name).length > 1;
      const value = row[key] as number | string;
      const place = placeOfRow(dimension, row);
      return {
        value,
        label: isShared ? `${name} (${value})` : name,
        ...(group !== undefined && { group: String(row[group]) }),
        ...(place && { place }),
      };
    });
  const byText = (one = '', other = '') => one.localeCompare(other, 'en', { numeric: true });
  return choices.toSorted((a, b) => byText(a.group, b.group) || byText(a.label, b.label));
}

/** The codes that the rules and the bounds allow; undefined where a column has none and is not boolean. */
function toCodeChoices(dataset: Dataset, column: Column, bounds: Bounds): Choice[] | undefined {
  const listed = dataset.rules.flatMap(({ holds }) =>
    partsOf(holds, column.name).flatMap((part) => (part.op === 'one-of' ? [part.values] : [])),
  );
  const codes =
    column.type === 'boolean'
      ? { true: 'Yes', false: 'No', ...column.codes }
      : (column.codes ??
        (listed[0] && Object.fromEntries(listed[0].map((value): [string, string] => [String(value), String(value)]))));
  return (
    codes &&
    Object.entries(codes)
      .map(([code, label]): Choice => ({ value: toCodeValue(column, code), label }))
      .filter(({ value }) => typeof value === 'boolean' || listed.every((values) => values.includes(value)))
      .filter(({ value }) => typeof value !== 'number' || isWithin(value, bounds))
  );
}

/** The input's own bounds, and on a side where it has none, those of the rules. */
function toBounds({ rules }: Dataset, column: string, input: Input): Bounds {
  const between = rules.flatMap(({ holds }) => partsOf(holds, column).flatMap((part) => (part.op === 'between' ? [part] : [])));
  const uppers = between.filter((one) => one.atMost !== undefined || one.below !== undefined);
  const upperOf = (one: (typeof between)[number]) => Number(one.below ?? one.atMost);
  const most = uppers.toSorted((a, b) => upperOf(a) - upperOf(b) || (a.below === undefined ? 1 : -1))[0];
  const { atLeast, above, atMost, below } = input;
  const hasLower = atLeast !== undefined || above !== undefined;
  const hasUpper = atMost !== undefined || below !== undefined;
  const lower = hasLower
    ? { atLeast, above }
    : { atLeast: between.length > 0 ? Math.max(...between.map((one) => one.atLeast)) : undefined };
  const upper = hasUpper ? { atMost, below } : most?.below === undefined ? { atMost: most?.atMost } : { below: most.below };
  return Object.fromEntries(Object.entries({ ...lower, ...upper }).filter(([, bound]) => bound !== undefined));
}

/** What a rule says of each value of a column. */
function partsOf(predicate: Predicate, column: string): Predicate[] {
  if (predicate.op === 'all') return predicate.predicates.flatMap((part) => partsOf(part, column));
  if ('column' in predicate && predicate.column !== column) return [];
  return predicate.op === 'if-present' ? partsOf(predicate.holds, column) : [predicate];
}

/** Of numbers, and of days with a time or without. */
export const isWithin = (value: number | string, { atLeast, above, atMost, below }: Bounds): boolean =>
  (atLeast === undefined || value >= atLeast) &&
  (above === undefined || value > above) &&
  (atMost === undefined || (typeof value === 'string' ? value.slice(0, 10) : value) <= atMost) &&
  (below === undefined || value < below);
