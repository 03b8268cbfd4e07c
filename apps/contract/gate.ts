// What stops a wrong month before its tables change: named checks of a whole file, as data, each with its own severity.
import type { Severity } from './severity.ts';

/** A number of one row; missing where a part of it is. */
export type Figure =
  | { readonly of: 'value'; readonly column: string }
  | { readonly of: 'minutes'; readonly from: string; readonly to: string }
  | { readonly of: 'per-hour'; readonly column: string; readonly from: string; readonly to: string }
  /** How far the column is from the sum of the others, whichever is larger; a missing part counts as 0. */
  | { readonly of: 'difference'; readonly column: string; readonly parts: readonly string[] };

export interface Bounds {
  readonly atLeast?: number;
  readonly atMost?: number;
}

export type Check =
  /** Share of present values that the loader can cast, for each column that may hold others. */
  | { readonly check: 'cast'; readonly atLeast: number }
  /** Share of rows whose time lies in the month of the file's name. */
  | { readonly check: 'in-month'; readonly atLeast: number }
  /** Share of rows that break a rule. */
  | { readonly check: 'triaged'; readonly atMost: number }
  /** Share of rows that repeat another row in all of these columns. */
  | { readonly check: 'repeated'; readonly columns: readonly string[]; readonly atMost: number }
  /** Share of the month's days that have rows. */
  | { readonly check: 'days'; readonly atLeast: number }
  /** Distinct values of a column. */
  | { readonly check: 'distinct'; readonly column: string; readonly atLeast: number }
  /** A quantile of a figure, 0.5 or 0.95. */
  | ({ readonly check: 'quantile'; readonly figure: Figure; readonly quantile: Quantile } & Bounds)
  /** The same against the middle of the earlier months: at most so many times as much, or as little. */
  | { readonly check: 'quantile-of-earlier'; readonly figure: Figure; readonly quantile: Quantile; readonly factor: number }
  /** The number of rows against the middle of the earlier months. */
  | { readonly check: 'rows-of-earlier'; readonly factor: number }
  /** How far the share of rows by hour of day is from that of the earlier months: 0 is equal, 1 has no hour in common. */
  | { readonly check: 'hours-of-earlier'; readonly atMost: number }
  /** Share of rows in which all of these hold, which can't be true together; some are shown. */
  | { readonly check: 'impossible'; readonly when: readonly ({ readonly figure: Figure } & Bounds)[]; readonly atMost: number };

export const quantiles = [0.5, 0.95] as const;
export type Quantile = (typeof quantiles)[number];

export type Gate = { readonly name: string; readonly description: string; readonly severity: Severity } & Check;

/** Checks that speak of a month as a whole are not judged on fewer rows: a handful says nothing about days, places or medians. */
export const fewestRowsOfAMonth = 1000;
/** Earlier months that count, the latest ones. */
export const earlierMonths = 12;

/** The columns that a figure reads. */
export function columnsOfFigure(figure: Figure): string[] {
  switch (figure.of) {
    case 'value':
      return [figure.column];
    case 'minutes':
      return [figure.from, figure.to];
    case 'per-hour':
      return [figure.column, figure.from, figure.to];
    case 'difference':
      return [figure.column, ...figure.parts];
  }
}

/** A figure's name: it is unique, and stands in the records of months. */
export function nameOfFigure(figure: Figure): string {
  switch (figure.of) {
    case 'value':
      return figure.column;
    case 'minutes':
      return `minutes from ${figure.from} to ${figure.to}`;
    case 'per-hour':
      return `${figure.column} per hour`;
    case 'difference':
      return `difference of ${figure.column} from ${figure.parts.join(' + ')}`;
  }
}

/** The columns that a check reads by name. */
export function columnsOfCheck(check: Check): string[] {
  switch (check.check) {
    case 'distinct':
      return [check.column];
    case 'repeated':
      return [...check.columns];
    case 'quantile':
    case 'quantile-of-earlier':
      return columnsOfFigure(check.figure);
    case 'impossible':
      return check.when.flatMap(({ figure }) => columnsOfFigure(figure));
    default:
      return [];
  }
}
