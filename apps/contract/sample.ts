// What made-up files of a data set hold beyond what types, codes, ranges and lookups say. Read by apps/sample; the SQL is DuckDB's.

export interface Sample {
  /**
   * Queries by name, each over those before. The first may read `rolled`, a row a row of the file: i, m (number of the month), seed, month_start,
   * month_days. Dimensions are tables of their names. The last one's columns are those that `values` speak of.
   */
  readonly steps: readonly (readonly [name: string, sql: string])[];
  /** The values of columns. */
  readonly values: Readonly<Record<string, string>>;
  readonly drift: Drifting;
}

/** How the files of a data set differ from month to month. */
export interface Drifting {
  /** Integers that writers make doubles of in months with missing values. */
  readonly nullable: readonly string[];
  /** Columns that have no value in some months, so that writers guess a type. */
  readonly empty: readonly string[];
  /** A column of numbers that some months write as text, and a word among them. */
  readonly words?: { readonly column: string; readonly word: string };
  /** How files write booleans, where they do so by words. */
  readonly flags?: { readonly yes: string; readonly no: string; readonly none: string };
}

/** A pseudo-random 64-bit number that depends on the row, the month, the seed and the salt alone. Hashed twice: DuckDB's hash of several values mixes them too little. */
export const dice = (salt: string): string => `hash(hash(i, m, seed, '${salt}'))`;

/** A pseudo-random number in [0, 1). */
export const random = (salt: string): string => `((${dice(salt)} >> 11)::DOUBLE / 9007199254740992)`;

/** True for one row in `every`, by salt. */
export const oneIn = (every: number, salt: string): string => `(${dice(salt)} % ${every} = 0)`;
