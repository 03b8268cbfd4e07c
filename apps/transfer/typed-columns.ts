// Columns of CSV that can be typed already: those of which every value is what the contract says. All others stay the text that they are.
import type { DuckDBConnection } from '@duckdb/node-api';
import type { Dataset } from '../contract/dataset.ts';
import { toCasts } from '../contract/derive/casts.ts';
import { duckdb } from '../plan/duckdb-dialect.ts';
import { withoutNullWords } from '../plan/null-words.ts';
import { quoteName, quoteText } from '../platform/duckdb.ts';

/** SQL over the column's text: its value, null where it can't be cast; and the text, null where it stands for no value. */
interface TypedColumn {
  readonly value: string;
  readonly text: string;
}

/** The columns that are no text by the contract, by their names in the file. Empty where the header does not fit the contract: a later step says so. */
export function typedColumns(dataset: Dataset, names: readonly string[]): ReadonlyMap<string, TypedColumn> {
  const { casts, problems } = toCasts(
    dataset,
    names.map((name) => ({ name, type: 'STRING' })),
  );
  if (problems.length > 0) return new Map();
  return new Map(
    casts.flatMap((cast) => {
      if (cast.source === null || cast.to === 'string') return [];
      const column = quoteName(cast.source);
      const text = withoutNullWords(column, cast.nulls, quoteText);
      return [[cast.source, { value: duckdb.cast(column, cast).value, text }] as const];
    }),
  );
}

const marker = 'taxiway: a value that can not be cast';
const castOf = (name: string): string => quoteName(`value of ${name}`);

/** The rows of a relation with these columns typed; reading them fails where a value can't be cast. Each value is cast once. */
export function toTypedRows(names: readonly string[], source: string, typed: ReadonlyMap<string, TypedColumn>): string {
  const columns = names.map((name) => {
    const column = typed.get(name);
    if (column === undefined) return quoteName(name);
    const failed = `${castOf(name)} IS NULL AND ${column.text} IS NOT NULL`;
    return `CASE WHEN ${failed} THEN error(${quoteText(marker)}) ELSE ${castOf(name)} END AS ${quoteName(name)}`;
  });
  return `SELECT ${columns.join(', ')} FROM ${withValues(source, typed)}`;
}

const withValues = (source: string, typed: ReadonlyMap<string, TypedColumn>): string =>
  `(SELECT *${[...typed].map(([name, { value }]) => `, ${value} AS ${castOf(name)}`).join('')} FROM ${source})`;

export const isFailedCast = (error: unknown): boolean => error instanceof Error && error.message.includes(marker);

/** The columns of which every value can be cast. */
export async function findTypable(
  connection: DuckDBConnection,
  source: string,
  typed: ReadonlyMap<string, TypedColumn>,
): Promise<ReadonlyMap<string, TypedColumn>> {
  const failures = [...typed].map(([name, { text }]) => `bool_or(${castOf(name)} IS NULL AND ${text} IS NOT NULL)`);
  const sql = `SELECT ${failures.join(', ')} FROM ${withValues(source, typed)}`;
  const [found = []] = (await connection.runAndReadAll(sql)).getRowsJson();
  return new Map([...typed].filter((_, index) => found[index] !== true));
}
