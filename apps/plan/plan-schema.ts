// The plan: what etl is going to do, as data. TypeScript writes it, DuckDB's engine and apps/spark/runner.py run it; both check it by this schema.
import { z } from 'zod';
import { tableTypeSchema } from './column-type-schema.ts';

const name = z.string().regex(/^[A-Za-z_][A-Za-z0-9_-]*$/);
const uri = z.string().regex(/^[a-z][a-z0-9+.-]*:\/\//);
/** The first day of a month. */
const month = z.string().regex(/^[0-9]{4}-(0[1-9]|1[0-2])-01$/);
const count = z.number().int().min(0);

const plannedFile = z.strictObject({
  uri,
  file: z.string().min(1),
  month,
  rows: count.describe("by the file's footer"),
  bytes: count,
});

const source = z.strictObject({
  relation: name.describe('how the query names the files'),
  readSchema: z.string().optional().describe('Spark: the files have this schema, in DDL'),
  files: z.array(plannedFile).min(1).describe('files of one schema, read in one scan'),
  query: z.string().min(1).describe("their rows, as the contract casts them; Spark's relation has the column scanned_file"),
});

const sink = z.strictObject({
  table: z.strictObject({ dataset: name, table: name }),
  query: z.string().min(1).describe('reads the relation `source`: the union of the sources'),
  schema: z
    .array(z.strictObject({ name, type: tableTypeSchema }))
    .min(1)
    .describe('what the query gives'),
  retained: z.boolean().describe('true: months before the oldest that the retention keeps are left out'),
  mode: z.enum(['overwrite_partition', 'overwrite_table']).describe('never append: a rerun gives the same table'),
  datePartition: z
    .string()
    .regex(/^[0-9]{4}(0[1-9]|1[0-2])$/)
    .nullable()
    .describe('overwrite_partition: the month, yyyyMM'),
  partitionField: name.describe('the column whose month is the partition'),
  reasonsField: name.optional().describe('a column of type strings whose values are counted by file'),
});

const destination = z.discriminatedUnion('format', [
  z.strictObject({ format: z.literal('duckdb') }),
  z.strictObject({
    format: z.literal('parquet'),
    folder: uri.describe('<folder>/<dataset>/<table>/month=YYYY-MM-01/*.parquet; times are instants in UTC'),
  }),
]);

export const planVersion = 3;

export const planSchema = z.strictObject({
  version: z.literal(planVersion),
  engine: z.enum(['duckdb', 'spark']),
  mode: z.enum(['batch', 'initial_load']).describe('batch: one partition of each table; initial_load: the tables anew'),
  category: z.string().regex(/^[a-z][a-z0-9]*$/),
  asOf: z.string().describe("the run's clock, an RFC 3339 time"),
  settings: z.record(z.string(), z.string()).describe("Spark: what the session is set to; the queries' meaning depends on it"),
  sources: z.array(source).min(1),
  sinks: z.strictObject({ clean: sink, triage: sink, monthly: sink }),
  destination,
  checks: z
    .array(z.enum(['row_conservation', 'no_duplicate_partition']))
    .describe(
      'row_conservation: rows of each file = clean + triage + outside the retention; no_duplicate_partition: one file a month',
    ),
  retention: z
    .strictObject({ oldestMonth: month })
    .nullable()
    .describe('months before this one go into the monthly table alone; null keeps all'),
});

export type Plan = z.output<typeof planSchema>;
export type Source = Plan['sources'][number];
export type PlannedFile = Source['files'][number];
export type Sink = Plan['sinks']['clean'];
export type Destination = Plan['destination'];
export type Engine = Plan['engine'];
export type Mode = Plan['mode'];

/** The schema that the runner in Python checks a plan by: draft 7. */
export function toPlanJsonSchema(): string {
  return `${JSON.stringify({ title: `Plan, version ${planVersion}`, ...z.toJSONSchema(planSchema, { target: 'draft-7' }) }, null, 2)}\n`;
}
