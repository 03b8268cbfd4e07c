// The columns that hold values which can't be cast: how many, of how many, and some of them.
import type { DuckDBConnection } from '@duckdb/node-api';
import { readAggregates, type Values } from './evaluate.ts';
import type { CastMeasure } from './measures.ts';

export interface FailedCast {
  readonly column: string;
  readonly failed: number;
  /** Values that were there, failed ones included. */
  readonly present: number;
  /** Texts of at most five of the values; none of floating-point numbers. */
  readonly samples: readonly string[];
}

/** Reads the file once more where something failed, else not. `values` knows how many failed. */
export async function readFailedCasts(
  connection: DuckDBConnection,
  source: string,
  { casts, values }: { casts: readonly CastMeasure[]; values: Values },
): Promise<FailedCast[]> {
  const failing = casts.filter(({ failed }) => Number(values(failed)) > 0);
  if (failing.length === 0) return [];
  const wanted = failing.flatMap(({ present, samples }) => [present, ...(samples === undefined ? [] : [samples])]);
  const more = await readAggregates(connection, source, wanted);
  return failing.map(({ column, failed, present, samples }) => ({
    column,
    failed: Number(values(failed)),
    present: Number(values(failed)) + Number(more(present)),
    samples: samples === undefined ? [] : ((more(samples) as string[] | null) ?? []),
  }));
}
