// The flags that say where the rows go: into a DuckDB file, or into a folder of Parquet tables, from where load takes them into BigQuery.
import { z } from 'zod';
import { UsageError } from '../platform/errors.ts';
import { uriOption } from '../platform/object-storage-uri.ts';
import { toPath } from '../platform/uri.ts';

export interface Warehouse {
  readonly kind: 'duckdb';
  readonly uri: string;
  readonly path: string;
}

export interface Lake {
  readonly kind: 'lake';
  /** URIs: the folder of the tables, and the JSON file that says what they hold. */
  readonly folder: string;
  readonly filled: string;
}

export const destinationFlags = {
  warehouse: uriOption.optional().describe('URI of the DuckDB file that takes the rows'),
  tables: uriOption.optional().describe('URI of the folder that takes them as Parquet, in place of --warehouse; load reads it'),
  filled: uriOption.optional().describe('with --tables: URI of the JSON file to write, what the tables hold'),
  retentionMonths: z.coerce
    .number()
    .int()
    .positive()
    .optional()
    .describe('with --warehouse: keep clean and triaged rows of so many months up to the newest; all when left out'),
} as const;

type Flags = z.output<z.ZodObject<typeof destinationFlags>>;

/** Where the rows go. Throws UsageError that names the flags that are missing, or that do not go together. */
export function toDestination({ warehouse, tables, filled, retentionMonths }: Flags): Warehouse | Lake {
  if (warehouse !== undefined) {
    const foreign = Object.entries({ tables, filled }).filter(([, value]) => value !== undefined);
    if (foreign.length > 0)
      throw new UsageError(`${foreign.map(([name]) => `--${name}`).join(', ')}: not together with --warehouse ${warehouse}`);
    return { kind: 'duckdb', uri: warehouse, path: toPath(warehouse) };
  }
  if (tables === undefined) throw new UsageError('expected --warehouse, or --tables and --filled (--help lists the options)');
  if (filled === undefined) throw new UsageError(`--tables ${tables}: --filled is missing (--help lists the options)`);
  if (retentionMonths !== undefined)
    throw new UsageError("--retention-months: of a DuckDB file alone; BigQuery's tables expire, see tables --expiry-days");
  return { kind: 'lake', folder: tables, filled };
}
