// The vocabulary of features: expressions over one row as data. The feature table's SQL and the prediction service are made from the same ones.
import type { Lookup, Place } from './dimension.ts';

export type Expression =
  | { readonly of: 'value' | 'code'; readonly column: string }
  | { readonly of: CalendarPart; readonly column: string }
  | { readonly of: 'minutes'; readonly from: string; readonly to: string }
  | { readonly of: 'lookup'; readonly lookup: string; readonly part: keyof Place }
  | { readonly of: 'metres'; readonly from: Point; readonly to: Point };

export const calendarParts = ['hour', 'day-of-week', 'day-of-month', 'month', 'year', 'day'] as const;
export type CalendarPart = (typeof calendarParts)[number];

/** Where the row of a lookup is, by the lookup's name; where two columns say; or a fixed place. */
export type Point = string | PlaceColumns | Place;
/** Columns of degrees, WGS 84. */
export interface PlaceColumns {
  readonly columns: Readonly<Record<keyof Place, string>>;
}
export const isFixed = (point: Point): point is Place => typeof point !== 'string' && !('columns' in point);

/** The column's number. */
export const value = (column: string): Expression => ({ of: 'value', column });
/** The number of a code: itself, 0 or 1 of a boolean, or the place of a text in the column's `codes`, from 1; missing for a text that is none of them. */
export const code = (column: string): Expression => ({ of: 'code', column });
/** 0 to 23. */
export const hourOf = (column: string): Expression => ({ of: 'hour', column });
/** 1 = Sunday to 7 = Saturday, as in BigQuery. */
export const dayOfWeek = (column: string): Expression => ({ of: 'day-of-week', column });
export const dayOfMonth = (column: string): Expression => ({ of: 'day-of-month', column });
export const monthOf = (column: string): Expression => ({ of: 'month', column });
export const yearOf = (column: string): Expression => ({ of: 'year', column });
/** The date: no number, so no model reads it. */
export const day = (column: string): Expression => ({ of: 'day', column });
/** Minutes with their fraction from one timestamp to another. */
export const minutesBetween = (from: string, to: string): Expression => ({ of: 'minutes', from, to });
/** Degrees of the place that a lookup finds. */
export const lookup = (name: string, part: keyof Place): Expression => ({ of: 'lookup', lookup: name, part });
/** The place that two columns say. */
export const placeIn = (longitude: string, latitude: string): PlaceColumns => ({ columns: { longitude, latitude } });
/** Great-circle distance on a sphere of 6,371,000 metres. */
export const metres = (from: Point, to: Point): Expression => ({ of: 'metres', from, to });

/** The columns that an expression reads by name; those of its lookups are not among them. */
export function columnsOfExpression(expression: Expression): string[] {
  switch (expression.of) {
    case 'minutes':
      return [expression.from, expression.to];
    case 'lookup':
      return [];
    case 'metres':
      return [expression.from, expression.to].flatMap((point) =>
        typeof point !== 'string' && 'columns' in point ? Object.values(point.columns) : [],
      );
    default:
      return [expression.column];
  }
}

/** The lookups that an expression reads. */
export function lookupsOfExpression(expression: Expression): string[] {
  switch (expression.of) {
    case 'lookup':
      return [expression.lookup];
    case 'metres':
      return [expression.from, expression.to].filter((point) => typeof point === 'string');
    default:
      return [];
  }
}

/** All columns from which an expression follows: those that it reads by name, and those of its lookups. */
export const columnsBehind = (expression: Expression, lookups: Readonly<Record<string, Lookup>> = {}): string[] => [
  ...columnsOfExpression(expression),
  ...lookupsOfExpression(expression).flatMap((name) => lookups[name]?.column ?? []),
];

export const earthRadiusMetres = 6_371_000;
