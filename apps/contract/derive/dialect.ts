// What an engine must be able to say in SQL; apps/plan has one implementation an engine.
import type { ColumnType } from '../column-type.ts';
import type { Cast } from './casts.ts';

/** What is summed up over a group, and the expression that makes a value of those sums' names. */
export interface Aggregate {
  readonly parts: readonly string[];
  readonly whole: (names: readonly string[]) => string;
}

export type CastTypes = Pick<Cast, 'from' | 'to' | 'decimal' | 'zone' | 'nulls'>;

export interface CastSql {
  /** The value, or null for what can't be cast without loss. */
  readonly value: string;
  /** A condition, never null: there was a value, and it can't be cast. Undefined where no value of that type can fail. */
  readonly failed?: string;
}

export interface Dialect {
  readonly engine: 'duckdb' | 'spark';
  readonly name: (identifier: string) => string;
  readonly text: (value: string) => string;
  /** A timestamp literal of `YYYY-MM-DD HH:MM:SS[.ffffff]`, without a zone. */
  readonly timestamp: (value: string) => string;
  /** What a value of the SQL expression `source` means; DECISIONS 39 has the table. */
  readonly cast: (source: string, cast: CastTypes) => CastSql;
  /** SHA-256 of a text's UTF-8 bytes, in small hex digits; null for null. */
  readonly sha256: (text: string) => string;
  /** A typed null. */
  readonly nullOf: (type: ColumnType) => string;
  /** The timestamp at which the month after that of the date expression begins. */
  readonly nextMonth: (date: string) => string;
  /** Microseconds from start to end, an integer. */
  readonly microsBetween: (start: string, end: string) => string;
  /** Whether the whole text is what a pattern of `pattern.ts` says; null for null. */
  readonly matches: (text: string, pattern: string) => string;
  /** The labels whose condition is true, as a list of strings in the given order. */
  readonly labelsWhere: (labels: readonly { readonly label: string; readonly when: string }[]) => string;
  /** The sum as a number that does not depend on the order in which threads meet the rows; doubles to six decimals, of decimals the double nearest to it. */
  readonly sumOf: (value: string, type: ColumnType) => Aggregate;
  /** A quotient as a double; null over zero. */
  readonly divide: (dividend: string, divisor: string) => string;
  /** The hour of day that most of a group's timestamps have; of equals the earliest. */
  readonly busiestHour: (timestamp: string) => Aggregate;
  /** In the relation of several files: the base name of the file that a row comes from. Undefined for an engine that reads file by file. */
  readonly fileOfScan?: string;
  readonly dateOfText: (text: string) => string;
}
