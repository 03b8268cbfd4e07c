// What a kind of expectation is: its keyword arguments, its plain sentence, and its compiler to aggregates over the file.
import { z } from 'zod';
import type { FileSchema } from './parquet-file.ts';

/** Rows are judged one by one, and counted: success is the share of the judged rows that are as expected. */
export interface RowPlan {
  readonly kind: 'rows';
  /** SQL aggregates. Rows that are missing are not judged. */
  readonly missing: string;
  readonly unexpected: string;
  /** An aggregate: a list of at most 20 unexpected values. */
  readonly samples: string;
  /** SQL that shows one of these values, given the SQL name of one. */
  readonly toSample: (value: string) => string;
  /** The least share of judged rows, 0 to 1. */
  readonly mostly: number;
  /** Where the values are personal: a word stands in place of the samples. */
  readonly isHidden?: true;
  /** True for expectations about missing values themselves: their result has no missing counts. */
  readonly aboutMissing?: true;
}

/** A figure over all rows is observed, and holds or not. */
export interface FigurePlan {
  readonly kind: 'figure';
  readonly observed: string;
  /** A SQL condition over aggregates; null is false. */
  readonly holds: string;
}

/** The file's columns alone decide. */
export interface SchemaPlan {
  readonly kind: 'schema';
  readonly success: boolean;
  readonly observed: unknown;
  readonly details?: object;
}

export type Plan = RowPlan | FigurePlan | SchemaPlan;

export interface ExpectationType<Kwargs = never> {
  readonly kwargs: z.ZodType<Kwargs>;
  /** What is expected, without a full stop; reads on from nothing. */
  readonly sentence: (kwargs: Kwargs) => string;
  /** Throws NotEvaluable where this file can't be asked. */
  readonly compile: (kwargs: Kwargs, file: FileSchema) => Plan;
  /** SQL that fails where an argument (a pattern, a format) is none. */
  readonly probes?: (kwargs: Kwargs) => string[];
}

/** This file can't be asked: a column is missing or of another type. The expectation fails; the others go on. */
export class NotEvaluable extends Error {}

/** Arguments that every Great Expectations suite may carry and that change nothing here. */
const ignored = {
  batch_id: z.unknown().optional(),
  result_format: z.unknown().optional(),
  include_config: z.unknown().optional(),
  catch_exceptions: z.unknown().optional(),
};

/** Defines a kind of expectation over these keyword arguments; any other argument is refused by name. */
export function define<Shape extends z.ZodRawShape>(
  shape: Shape,
  rest: Omit<ExpectationType<z.output<z.ZodObject<Shape>>>, 'kwargs'>,
): ExpectationType {
  return { kwargs: z.strictObject({ ...shape, ...ignored }), ...rest } as unknown as ExpectationType;
}

export const scalar = z.union([z.number(), z.string(), z.boolean()]);
export type Scalar = z.output<typeof scalar>;
/** null in a value set stands for nothing: missing values are not judged. */
export const valueSet = z.array(scalar.nullable()).transform((values) => values.filter((value) => value !== null));

export const mostly = { mostly: z.number().min(0).max(1).optional() };
export const column = { column: z.string().min(1) };

const bound = z.union([z.number(), z.string()]).nullish();
export const range = {
  min_value: bound,
  max_value: bound,
  strict_min: z.boolean().nullish(),
  strict_max: z.boolean().nullish(),
};
export type Range = z.output<z.ZodObject<typeof range>>;

/** `from 1 to 8`, `at least 2.5 and below 250`. */
export function rangeText({ min_value: min, max_value: max, strict_min: strictMin, strict_max: strictMax }: Range): string {
  if (min != null && max != null && !strictMin && !strictMax) return min === max ? `exactly ${min}` : `from ${min} to ${max}`;
  const lower = min == null ? [] : [`${strictMin ? 'above' : 'at least'} ${min}`];
  const upper = max == null ? [] : [`${strictMax ? 'below' : 'at most'} ${max}`];
  return [...lower, ...upper].join(' and ') || 'any';
}

/** ` in at least 95 % of rows`, or nothing where all rows are meant. */
export const mostlyText = (share: number | undefined): string =>
  share === undefined || share === 1 ? '' : ` in at least ${Number((share * 100).toFixed(4))} % of rows`;

/** `1, 2, 6`, shortened after twelve. */
export function listText(values: readonly unknown[]): string {
  const shown = values.slice(0, 12).map(String);
  return shown.join(', ') + (values.length > 12 ? ` and ${values.length - 12} more` : '');
}
