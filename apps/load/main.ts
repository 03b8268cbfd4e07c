// load: takes the Parquet tables that etl or Spark has written, and loads them into the warehouse: BigQuery, or a DuckDB file.
import { z } from 'zod';
import { categoryHelp, categoryOption } from '../contract/categories.ts';
import { locationOption, runOption, warehouseOption } from '../platform/bigquery-warehouse.ts';
import { UsageError } from '../platform/errors.ts';
import { uriOption } from '../platform/object-storage-uri.ts';
import { runProgram } from '../platform/program.ts';
import { loadIntoBigQuery } from './into-bigquery.ts';
import { loadIntoDuckDb } from './into-duckdb.ts';
import { partitionOption } from './targets.ts';

await runProgram({
  name: 'load',
  description:
    'Loads the Parquet tables of a run into the warehouse: a month replaces its rows, a full load the tables. In BigQuery each table by one job, in DuckDB all in one transaction.',
  options: {
    category: categoryOption.describe(categoryHelp),
    runDate: partitionOption.optional().describe('the first day of the month that is loaded; all months when left out'),
    tables: uriOption.describe('URI of the folder of the tables, as etl or Spark has written them'),
    filled: uriOption.describe('URI of the JSON file of what they have written'),
    warehouse: z
      .string()
      .describe('bigquery://project/prefix_, where the prefix of the datasets may be left out; or a DuckDB file'),
    location: locationOption.optional().describe('where the datasets are, such as europe-west1; with bigquery:// only'),
    run: runOption.optional().describe("the run's name, a label of the jobs; with bigquery:// only"),
  },
  run: async ({ category, runDate, tables, filled, warehouse, location, run }) => {
    const files = { category: category.category, runDate, tables, filled };
    if (!warehouse.startsWith('bigquery:')) {
      for (const [name, value] of Object.entries({ location, run }))
        if (value !== undefined) throw new UsageError(`--warehouse ${warehouse} is a file: --${name} belongs to bigquery://`);
      return loadIntoDuckDb(category, files, warehouse);
    }
    const parsed = warehouseOption.safeParse(warehouse);
    if (!parsed.success) throw new UsageError(`--warehouse ${warehouse}: ${parsed.error.issues[0]?.message}`);
    if (location === undefined || run === undefined)
      throw new UsageError(`--warehouse ${warehouse}: --location and --run are missing (--help lists the options)`);
    return loadIntoBigQuery(category, files, { warehouse: parsed.data, location, run });
  },
});
