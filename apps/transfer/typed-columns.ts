// Columns of CSV that can be typed already: those of which every value is what the contract says. All others stay the text that they are.
import type { DuckDBConnection } from '@duckdb/node-api';
import type { Dataset } from '../contract/dataset.ts';
import { toCasts } from '../contract/derive/casts.ts';
import type { CastSql } from '../contract/derive/dialect.ts';
import { duckdb } from '../plan/duckdb-dialect.ts';
import { quoteName, quoteText } from '../platform/duckdb.ts';

/** The casts of the columns that are no text by the contract, by their names in the file. Empty where the header does not fit the contract: a later step says so. */
export function castsOfColumns(dataset: Dataset, names: readonly string[]): ReadonlyMap<string, CastSql> {
  const { casts, problems } = toCasts(
    dataset,
    names.map((name) => ({ name, type: 'STRING' })),
  );
  if (problems.length > 0) return new Map();
  return new Map(
    casts.flatMap((cast) =>
      cast.source === null || cast.to === 'string' ? [] : [[cast.source, duckdb.cast(quoteName(cast.source), cast)] as const],
    ),
  );
}

const marker = 'taxiway: a value that can not be cast';

/** A SELECT list of all columns; reading it fails where a value can't be cast. */
export const toTypedColumns = (names: readonly string[], casts: ReadonlyMap<string, CastSql>): string =>
  names
    .map((name) => {
      const cast = casts.get(name);
      if (cast === undefined) return quoteName(name);
      const value = cast.failed ? `CASE WHEN ${cast.failed} THEN error(${quoteText(marker)}) ELSE ${cast.value} END` : cast.value;
      return `${value} AS ${quoteName(name)}`;
    })
    .join(', ');

export const isFailedCast = (error: unknown): boolean => error instanceof Error && error.message.includes(marker);

/** The casts that no value of the rows fails. */
export async function castsThatHold(
  connection: DuckDBConnection,
  source: string,
  casts: ReadonlyMap<string, CastSql>,
): Promise<ReadonlyMap<string, CastSql>> {
  const doubtful = [...casts].filter(([, { failed }]) => failed !== undefined);
  const counts = doubtful.map(([, { failed }]) => `bool_or(${failed})`);
  const [found = []] = (await connection.runAndReadAll(`SELECT ${counts.join(', ')} FROM ${source}`)).getRowsJson();
  const failing = new Set(doubtful.flatMap(([name], index) => (found[index] === true ? [name] : [])));
  return new Map([...casts].filter(([name]) => !failing.has(name)));
}
