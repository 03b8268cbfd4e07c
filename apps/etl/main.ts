// Cleans monthly files into the warehouse: plans from footers and the contract, then runs the plan on DuckDB, or on Spark.
import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { categoryOption } from '../contract/categories.ts';
import type { Dataset } from '../contract/dataset.ts';
import { monthlyTable, statsdName, statsdVariable } from '../contract/names.ts';
import type { Mode } from '../plan/plan-schema.ts';
import { readSchemaGroups, type SchemaGroups, schemaGroups } from '../plan/schema-groups.ts';
import { UsageError } from '../platform/errors.ts';
import { writeFileAtomically } from '../platform/files.ts';
import { runProgram } from '../platform/program.ts';
import { sendSamples } from '../platform/statsd.ts';
import { toPath, toUri } from '../platform/uri.ts';
import { runOnDuckDb } from './duckdb-engine.ts';
import { toPlan } from './plan.ts';
import { lakeOf, runOnSpark } from './spark-engine.ts';
import { newestMonth } from './warehouse.ts';

await runProgram({
  name: 'etl',
  description:
    'Splits trips into clean and triaged rows and sums them up by month. A month replaces its partition, a full load the tables; no row is lost.',
  options: {
    category: categoryOption.describe('the data set, such as yellow'),
    mode: z
      .enum(['batch', 'initial_load'])
      .describe('batch: one month into its partitions; initial_load: all files into new tables'),
    file: z.string().transform(toUri).optional().describe("batch: URI of the month's file"),
    groups: z.string().transform(toUri).optional().describe('initial_load: URI of what schema-groups wrote'),
    asOf: z.iso
      .datetime({ offset: true, error: 'expected a time such as 2025-02-01T06:00:00Z' })
      .describe("the run's clock: trips after it are in the future"),
    warehouse: z.string().transform(toUri).describe('URI of the DuckDB file'),
    retentionMonths: z.coerce
      .number()
      .int()
      .positive()
      .optional()
      .describe('keep clean and triaged rows of so many months up to the newest; all when left out'),
    engine: z
      .enum(['duckdb', 'spark'])
      .default('duckdb')
      .describe('what runs the plan; spark: on this machine, into Parquet folders beside the warehouse, then into it'),
    plan: z.string().transform(toUri).describe('URI of the JSON file to write: what is going to be run'),
  },
  run: async (options) => {
    const groups = await readGroups(options);
    const { category, mode, asOf, engine, retentionMonths } = options;
    const warehouse = toPath(options.warehouse);
    const plan = toPlan(category, {
      groups,
      mode,
      asOf,
      engine,
      retentionMonths,
      newestLoaded: retentionMonths === undefined ? undefined : await newestMonth(warehouse, monthlyTable(category.category)),
      destination: engine === 'spark' ? { format: 'parquet', folder: lakeOf(options.warehouse) } : { format: 'duckdb' },
    });
    await writeFileAtomically(toPath(options.plan), `${JSON.stringify(plan, null, 2)}\n`);
    const result = engine === 'spark' ? await runOnSpark(plan, options.plan, warehouse) : await runOnDuckDb(plan, warehouse);
    await sendSamples(
      (['clean', 'triage'] as const).map((kind) => ({
        name: statsdName('rows', options.category.category, kind),
        value: result.rows[kind],
        type: 'counter',
      })),
      process.env[statsdVariable],
    );
    return result;
  },
});

async function readGroups(options: {
  category: Dataset;
  mode: Mode;
  file?: string | undefined;
  groups?: string | undefined;
}): Promise<SchemaGroups> {
  if (options.mode === 'batch') {
    if (!options.file || options.groups) throw new UsageError('--mode batch takes --file and no --groups');
    return readSchemaGroups(options.category, [options.file]);
  }
  if (!options.groups || options.file) throw new UsageError('--mode initial_load takes --groups and no --file');
  const path = toPath(options.groups);
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') throw new UsageError(`${path}: no such file; run schema-groups first`);
    throw error;
  });
  const read = schemaGroups.parse(JSON.parse(text));
  if (read.category !== options.category.category)
    throw new UsageError(
      `${options.groups}: these are files of ${read.category}, but --category is ${options.category.category}`,
    );
  return read;
}
