// What a prediction is asked with, as a definition says it.
import type { Expression } from './expression.ts';

/** Of numbers; of dates and timestamps days as `YYYY-MM-DD`, which have no `above` and no `below`. */
export interface Bounds {
  readonly atLeast?: number | string;
  readonly above?: number | string;
  readonly atMost?: number | string;
  readonly below?: number | string;
}

/** A field of the request and of the form. What may stand in it follows from its column: type, codes, lookup, rules, unit. */
export interface Input extends Bounds {
  /** The column that it stands for; the one of the field's name unless given. */
  readonly column?: string;
  readonly label: string;
  readonly hint?: string;
  /** What the form holds at first: a number, a code, the key of a row. A date or a timestamp begins with the present. */
  readonly default?: number | string | boolean;
  /** What the field is taken for where it is left empty; without one it must be filled in. */
  readonly estimate?: Estimate;
}

/** `times` × the expression in the column's unit, and `atLeast` so much. */
export interface Estimate {
  readonly expression: Expression;
  readonly times?: number;
  /** In the column's unit. */
  readonly atLeast?: number;
  /** The name by which an answer says whether it was estimated; `<field>_estimated` unless given. */
  readonly flag?: string;
}

/** The column that an input stands for. */
export const columnOfInput = (field: string, { column = field }: Input): string => column;

/** The name by which an answer says whether a field was estimated. */
export const flagOf = (field: string, { flag = `${field}_estimated` }: Estimate): string => flag;
