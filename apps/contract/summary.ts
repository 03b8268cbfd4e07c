// The summary of a month: one row for each combination of the keys, with figures of every row of the month, clean or not.
import { columnsRead, type Predicate } from './predicate.ts';

export type SummaryFigure = (
  | { readonly of: 'count' }
  | { readonly of: 'sum' | 'mean' | 'min' | 'max'; readonly column: string }
  /** Of the time from `column` to `other`, two timestamps. */
  | { readonly of: 'mean-minutes' | 'sum-hours'; readonly column: string; readonly other: string }
  /** Of the rows in which the predicate holds: their number, or their share of all rows of the group. */
  | { readonly of: 'count-where' | 'share-where'; readonly holds: Predicate }
  /** The hour of day that most values of a timestamp have. */
  | { readonly of: 'busiest-hour'; readonly column: string }
) & { readonly description?: string };

export interface Summary {
  /** Name in the summary → column of the file. */
  readonly keys: Readonly<Record<string, string>>;
  /** With 'day' the rows of a month are told apart by their day, too. */
  readonly per?: 'day';
  /** How people name the keys, as `shop and kind`; their names unless given. */
  readonly by?: string;
  /** Name in the summary → what it is, in the table's order. */
  readonly figures: Readonly<Record<string, SummaryFigure>>;
  /** In the view for dashboards: column → key whose codes it spells out. All keys with codes, by their own names, unless given. */
  readonly names?: Readonly<Record<string, string>>;
  /** In the view for dashboards: further columns. They repeat a figure, or are null where the data set has none. */
  readonly repeats?: Readonly<Record<string, { readonly figure?: string; readonly description: string }>>;
}

/** Number of rows. */
export const count = (): SummaryFigure => ({ of: 'count' });
/** Number of rows in which the predicate holds. */
export const countWhere = (holds: Predicate, description: string): SummaryFigure => ({ of: 'count-where', holds, description });
/** Share of rows in which the predicate holds, 0 to 1; a row of which it is not known does not count for it. */
export const shareWhere = (holds: Predicate, description: string): SummaryFigure => ({ of: 'share-where', holds, description });
/** Of the values that are present; doubles to six decimals. */
export const sum = (column: string): SummaryFigure => ({ of: 'sum', column });
/** Of the values that are present. */
export const mean = (column: string): SummaryFigure => ({ of: 'mean', column });
export const min = (column: string): SummaryFigure => ({ of: 'min', column });
export const max = (column: string): SummaryFigure => ({ of: 'max', column });
/** Minutes from a timestamp to another, on average. */
export const meanMinutes = (column: string, other: string): SummaryFigure => ({ of: 'mean-minutes', column, other });
/** Hours from a timestamp to another, all together. */
export const sumHours = (column: string, other: string): SummaryFigure => ({ of: 'sum-hours', column, other });
/** 0 to 23; the earliest of equals. */
export const busiestHour = (column: string, description?: string): SummaryFigure => ({
  of: 'busiest-hour',
  column,
  ...(description !== undefined && { description }),
});

/** The columns that a figure reads. */
export function columnsOfSummaryFigure(figure: SummaryFigure): string[] {
  if (figure.of === 'count') return [];
  if ('holds' in figure) return columnsRead(figure.holds);
  return 'other' in figure ? [figure.column, figure.other] : [figure.column];
}
