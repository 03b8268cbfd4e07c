// What a data set is. Every fact about the data is one of these values; everything else in the repository derives from it.
import type { ColumnType } from './column-type.ts';
import type { Lookup } from './dimension.ts';
import type { Expression } from './expression.ts';
import type { Gate } from './gate.ts';
import type { Input } from './input.ts';
import { monthlyColumns } from './names.ts';
import type { Personal } from './personal-kind.ts';
import type { Predicate } from './predicate.ts';
import type { Promises } from './promises.ts';
import type { Sample } from './sample.ts';
import type { Severity } from './severity.ts';
import { count, type Summary } from './summary.ts';
import type { UnitName } from './units.ts';
import type { Version } from './version.ts';

export interface Column {
  readonly name: string;
  readonly type: ColumnType;
  readonly description: string;
  readonly unit?: UnitName;
  /** Names that files of other years use for the same column. */
  readonly aliases?: readonly string[];
  /** True where some files lack the column; it is null there. Files that lack another column are refused. */
  readonly optional?: true;
  /** The first month whose files have the column, as `2025-01`; it is null before. */
  readonly since?: string;
  /** The last month whose files have the column; it is null after. */
  readonly until?: string;
  /** What the column's codes mean. */
  readonly codes?: Readonly<Record<string, string>>;
  /** What it holds is about people: no value is shown, and tables hold what `personal-kind.ts` says. */
  readonly personal?: Personal;
}

/** Whether the files of some month may lack the column. */
export const mayBeAbsent = ({ optional, since, until }: Column): boolean =>
  optional === true || since !== undefined || until !== undefined;

/** Whether files of a month such as `2025-01` must have the column. Nobody reads one that is dropped. */
export const isDue = ({ optional, personal, since = '', until = '9999-12' }: Column, month: string): boolean =>
  optional !== true && personal !== 'drop' && month >= since && month <= until;

/** A code as a value of its column: of a number column a number, of a boolean column true or false. */
export function toCodeValue({ type }: Column, code: string): CodeValue {
  if (type === 'boolean') return code === 'true';
  return type === 'string' ? code : Number(code);
}
export type CodeValue = number | string | boolean;

/** A row is clean when every rule holds. A rule whose answer is null is broken. */
export interface Rule {
  readonly name: string;
  readonly description: string;
  readonly holds: Predicate;
}

/** One expectation in Great Expectations' own vocabulary, beside those that derive from the columns. */
export interface Expectation {
  readonly type: string;
  readonly kwargs: Readonly<Record<string, unknown>>;
  readonly severity: Severity;
}

/** The files of a data set, one a month. */
export interface Files {
  /**
   * With `{YYYY-MM}` or `{YYYYMM}` in place of the month: `sales_{YYYY-MM}.parquet`. Its ending says what the file is: `.parquet`,
   * `.csv`, `.csv.gz`, or `.zip` with one or more CSV files.
   */
  readonly name: string;
  /** How CSV is written, where it is not as most write it. */
  readonly csv?: Csv;
  /** Texts that stand for no value, such as `NA`. In CSV the empty text does so, too. */
  readonly nulls?: readonly string[];
}

export interface Csv {
  /** One character between values; a comma unless given. */
  readonly delimiter?: string;
  /** One character around a value that holds the delimiter or a line break, doubled within it; `"` unless given. */
  readonly quote?: string;
  /** As the Encoding Standard names it; `utf-8` unless given. A byte-order mark decides before it. */
  readonly encoding?: string;
  /** False where the first line is a row; the file's columns are then those of the data set, in their order. */
  readonly header?: false;
}

/** When a row happened. */
export interface Time {
  /** The timestamp that says which month a row belongs to; the tables are partitioned by it. */
  readonly at: string;
  /** The timestamp of its end. */
  readonly until?: string;
  /** What happens then, as people say it: `start`. */
  readonly word?: string;
  /** IANA name of the zone whose wall clock the timestamps show. Files with instants are converted; others are taken as they are. */
  readonly zone: string;
}

/** A column of the feature table. */
export interface Feature {
  readonly expression: Expression;
  readonly description: string;
  readonly unit?: UnitName;
}

export interface Model {
  /** What it predicts, in one word: `duration`. Part of the names of the feature table and of the registered model. */
  readonly name: string;
  /** What kind of thing it predicts: a number. Nothing else is built yet. */
  readonly kind?: 'regression';
  /** The feature-table column that is predicted. */
  readonly target: string;
  /** Feature-table columns that the model reads, in this order. */
  readonly features: readonly string[];
  /** What a prediction is asked with, by the field of the request, in the order of the form. */
  readonly inputs: Readonly<Record<string, Input>>;
}

export interface Dataset {
  /** What users see everywhere: a parameter, a flag, a folder. Lower-case letters and digits. */
  readonly category: string;
  /** The contract's own; `1.0.0` unless given. `npm run diff` says when it must rise. */
  readonly version?: Version;
  readonly title: string;
  readonly description: string;
  /** What people call a row, and several; `row` and `rows` unless given. */
  readonly row?: readonly [one: string, many: string];
  readonly files: Files;
  /** What its owner promises to readers. */
  readonly promises?: Promises;
  readonly columns: readonly Column[];
  readonly time: Time;
  /** The columns that together make a row unique: a file is refused where two rows have the same values in all of them. */
  readonly key?: readonly string[];
  /** Columns that nearly every row of a good month has: a file is refused where 1 % and more of the values are missing. */
  readonly must?: readonly string[];
  /** Columns by which the table of clean rows is sorted, for queries by their values; four at most, which is BigQuery's limit. */
  readonly cluster?: readonly string[];
  /** What columns refer to, by the part that it plays: `start` is the station of start_station_id. */
  readonly lookups?: Readonly<Record<string, Lookup>>;
  readonly rules: readonly Rule[];
  /** Expectations beside those that follow from the rest. */
  readonly expectations?: readonly Expectation[];
  /** What a month's file must be as a whole before it changes a table; `usual-gates.ts` has those that hold unless given. */
  readonly gates?: readonly Gate[];
  /** What the monthly table holds; the number of rows alone unless given. */
  readonly summary?: Summary;
  /** The summary's figures that the dashboard plots, in order; all of them unless given. */
  readonly board?: readonly string[];
  /** The columns of the model's table, in order. Rows whose lookups find no place are not in it. */
  readonly features?: Readonly<Record<string, Feature>>;
  /** What is learned from the rows; without one there is no feature table, and nothing is trained. */
  readonly model?: Model;
  /** What made-up files hold beyond what follows from the rest. */
  readonly sample?: Sample;
}

/** The column of that name. Throws where there is none: a definition has been checked for that. */
export function columnOf(dataset: Dataset, name: string): Column {
  const found = dataset.columns.find((column) => column.name === name);
  if (!found) throw new Error(`${dataset.category}.${name}: no such column`);
  return found;
}

/** The lookup of that name. Throws where there is none: a definition has been checked for that. */
export function lookupOf({ category, lookups = {} }: Dataset, name: string): Lookup {
  const found = lookups[name];
  if (!found) throw new Error(`${category}: no lookup "${name}"`);
  return found;
}

/** What people call a row, and several. */
export const wordsOf = ({ row = ['row', 'rows'] }: Dataset): { readonly one: string; readonly many: string } => ({
  one: row[0],
  many: row[1],
});

/** A data set whose rows a model learns from. */
export type Modelled = Dataset & { readonly model: Model };
export const isModelled = (dataset: Dataset): dataset is Modelled => dataset.model !== undefined;

/** The model of a data set that has one. Throws where it has none. */
export function modelOf({ category, model }: Dataset): Model {
  if (!model) throw new Error(`${category} has no model`);
  return model;
}

/** The data set's own summary, or the number of rows of a month. */
export const summaryOf = ({ summary }: Dataset): Summary => summary ?? { keys: {}, figures: { row_count: count() } };

/** The columns of the monthly table that say when its rows were. */
export const datesOfSummary = (dataset: Dataset): string[] => [
  monthlyColumns.month,
  ...(summaryOf(dataset).per === 'day' ? [monthlyColumns.day] : []),
];

/** The summary's figure that counts rows. Throws where it has none: who needs it, checks the definition. */
export function countOf(dataset: Dataset): string {
  const found = Object.entries(summaryOf(dataset).figures).find(([, figure]) => figure.of === 'count');
  if (!found) throw new Error(`${dataset.category}: summary: no figure counts rows`);
  return found[0];
}
