// Cleans monthly files into the warehouse: plans from footers and the contract, then runs the plan on DuckDB, or on Spark.
import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { categoryHelp, categoryOption } from '../contract/categories.ts';
import type { Dataset } from '../contract/dataset.ts';
import { monthlyTable, statsdName, statsdVariable } from '../contract/names.ts';
import type { Destination, Engine, Mode, Plan } from '../plan/plan-schema.ts';
import { asOfOption } from '../plan/run-clock.ts';
import { readSchemaGroups, type SchemaGroups, schemaGroups } from '../plan/schema-groups.ts';
import { UsageError } from '../platform/errors.ts';
import { readJsonFile } from '../platform/json-file.ts';
import { writeJsonObject } from '../platform/objects.ts';
import { runProgram } from '../platform/program.ts';
import { sendSamples } from '../platform/statsd.ts';
import { toUri } from '../platform/uri.ts';
import { destinationFlags, type Lake, toDestination, type Warehouse } from './destination-options.ts';
import { runOnDuckDb } from './duckdb-engine.ts';
import { handToSpark } from './hand-to-spark.ts';
import { runIntoLake } from './lake-engine.ts';
import { type PlanRequest, toPlan } from './plan.ts';
import type { EtlResult } from './result.ts';
import { lakeOf, runOnSpark } from './spark-engine.ts';
import { newestMonth } from './warehouse.ts';

await runProgram({
  name: 'etl',
  description:
    'Splits rows into clean and triaged rows and sums them up by month. A month replaces its partition, a full load the tables; no row is lost.',
  options: {
    category: categoryOption.describe(categoryHelp),
    mode: z
      .enum(['batch', 'initial_load'])
      .describe('batch: one month into its partitions; initial_load: all files into new tables'),
    file: z.string().transform(toUri).optional().describe("batch: URI of the month's file"),
    groups: z.string().transform(toUri).optional().describe('initial_load: URI of what schema-groups wrote'),
    asOf: asOfOption.describe("the run's clock: rows after it are in the future"),
    ...destinationFlags,
    engine: z
      .enum(['duckdb', 'spark'])
      .default('duckdb')
      .describe(
        'what runs the plan; spark: on this machine, into Parquet folders beside the warehouse, then into it; with --tables the plan is only written',
      ),
    plan: z.string().transform(toUri).describe('URI of the JSON file to write: what is going to be run'),
  },
  run: async (options) => {
    const destination = toDestination(options);
    const groups = await readGroups(options);
    const { category, mode, asOf, engine } = options;
    const plan = toPlan(category, {
      groups,
      mode,
      asOf,
      engine,
      ...(await toRetention(options, destination)),
      destination: toPlanned(engine, destination),
    });
    if (engine === 'spark' && destination.kind === 'lake') return handToSpark(plan, options.plan);
    await writeJsonObject(options.plan, plan);
    const result = await runPlan(plan, options.plan, destination);
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

function toPlanned(engine: Engine, destination: Warehouse | Lake): Destination {
  if (destination.kind === 'lake') return { format: 'parquet', folder: destination.folder };
  return engine === 'spark' ? { format: 'parquet', folder: lakeOf(destination.uri) } : { format: 'duckdb' };
}

function runPlan(plan: Plan, planUri: string, destination: Warehouse | Lake): Promise<EtlResult> {
  if (destination.kind === 'lake') return runIntoLake(plan, destination);
  return plan.engine === 'duckdb' ? runOnDuckDb(plan, destination.path) : runOnSpark(plan, planUri, destination.path);
}

/** Counted back from the newest month that is loaded. */
async function toRetention(
  { category, retentionMonths }: { category: Dataset; retentionMonths?: number | undefined },
  destination: Warehouse | Lake,
): Promise<Pick<PlanRequest, 'retentionMonths' | 'newestLoaded'>> {
  if (retentionMonths === undefined || destination.kind === 'lake') return {};
  return { retentionMonths, newestLoaded: await newestMonth(destination.path, monthlyTable(category.category)) };
}

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
  const read = await readJsonFile({
    uri: options.groups,
    schema: schemaGroups,
    what: 'what schema-groups writes',
    next: 'run schema-groups first',
  });
  if (read.category !== options.category.category)
    throw new UsageError(
      `${options.groups}: these are files of ${read.category}, but --category is ${options.category.category}`,
    );
  // A file may have been replaced since, and the casts are SQL's names and types: both must be those of the files.
  const now = await readSchemaGroups(
    options.category,
    read.groups.flatMap(({ files }) => files.map(({ uri }) => uri)),
  );
  if (!isDeepStrictEqual(now, read))
    throw new UsageError(`${options.groups}: these are not the groups of the files as they are now; run schema-groups again`);
  return read;
}
