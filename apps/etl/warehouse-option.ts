// The flag `--warehouse` of etl, and the flags that belong to BigQuery alone: a DuckDB file here, or datasets of a project.
import { z } from 'zod';
import { locationOption, type Warehouse as Place, warehouseOption } from '../platform/bigquery-warehouse.ts';
import { UsageError } from '../platform/errors.ts';
import { toPath, toUri } from '../platform/uri.ts';

/** BigQuery's tables, and the run that its jobs are labelled with. */
export interface BigQueryWarehouse extends Place {
  readonly kind: 'bigquery';
  readonly location: string;
  readonly run: string;
}

export interface DuckDbWarehouse {
  readonly kind: 'duckdb';
  readonly uri: string;
  readonly path: string;
}

export const warehouseFlags = {
  warehouse: z
    .string()
    .transform((text, context): string | Place => {
      if (!text.startsWith('bigquery:')) return toUri(text);
      const checked = warehouseOption.safeParse(text);
      if (checked.success) return checked.data;
      context.addIssue({ code: 'custom', message: checked.error.issues[0]?.message });
      return z.NEVER;
    })
    .describe('URI of the DuckDB file, or bigquery://project/prefix_, whose tables are there'),
  location: locationOption.optional().describe('BigQuery: where the datasets are, such as europe-west1'),
  run: z
    .string()
    .regex(/^[\w.-]{1,200}$/, { error: 'expected letters, digits, ".", "_" and "-"' })
    .optional()
    .describe("BigQuery: the run's name, a label of its jobs"),
  retentionMonths: z.coerce
    .number()
    .int()
    .positive()
    .optional()
    .describe('DuckDB: keep clean and triaged rows of so many months up to the newest; all when left out'),
} as const;

type Flags = z.output<z.ZodObject<typeof warehouseFlags>>;

/** Where the rows go. Throws one UsageError with all flags that lack, or that belong to the other kind of warehouse. */
export function toWarehouse({ warehouse, location, run, retentionMonths }: Flags): DuckDbWarehouse | BigQueryWarehouse {
  if (typeof warehouse === 'string') {
    const foreign = Object.entries({ location, run }).filter(([, value]) => value !== undefined);
    if (foreign.length > 0)
      throw new UsageError(`${foreign.map(([name]) => `--${name}`).join(', ')}: of BigQuery alone, --warehouse is ${warehouse}`);
    return { kind: 'duckdb', uri: warehouse, path: toPath(warehouse) };
  }
  if (retentionMonths !== undefined)
    throw new UsageError("--retention-months: of a DuckDB file alone; BigQuery's tables expire, see tables --expiry-days");
  if (location === undefined || run === undefined)
    throw new UsageError(
      `--warehouse bigquery://${warehouse.project}/: ${[location ?? '--location', run ?? '--run'].filter((name) => name.startsWith('--')).join(' and ')} missing (--help lists the options)`,
    );
  return { kind: 'bigquery', ...warehouse, location, run };
}
