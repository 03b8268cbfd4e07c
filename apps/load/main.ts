// load: takes the Parquet tables that etl or Spark has written, and loads them into BigQuery.
import { categoryOption } from '../contract/categories.ts';
import { filledTables, nameOfTable, placeOf } from '../plan/lake.ts';
import { connectBigQuery } from '../platform/bigquery.ts';
import { locationOption, runOption, warehouseOption } from '../platform/bigquery-warehouse.ts';
import { UsageError } from '../platform/errors.ts';
import { readJsonFile } from '../platform/json-file.ts';
import { log } from '../platform/log.ts';
import { uriOption } from '../platform/object-storage-uri.ts';
import { runProgram } from '../platform/program.ts';
import { readFilledTable } from './filled-table.ts';
import { type LoadResult, loadTable } from './load-table.ts';
import { checkTargets, partitionOption, toTargets } from './targets.ts';

await runProgram({
  name: 'load',
  description:
    'Loads the Parquet tables of a run into BigQuery: a month replaces its partition, a full load the tables, each by one job.',
  options: {
    category: categoryOption.describe('the data set, such as yellow'),
    runDate: partitionOption.optional().describe('the first day of the month that is loaded; all months when left out'),
    tables: uriOption
      .refine((uri) => uri.startsWith('gs://'), { error: 'expected a gs:// URI: BigQuery loads from Cloud Storage alone' })
      .describe('URI of the folder of the tables, as etl or Spark has written them'),
    filled: uriOption.describe('URI of the JSON file of what they have written'),
    warehouse: warehouseOption.describe('bigquery://project/prefix_; the prefix of the datasets may be left out'),
    location: locationOption.describe('where the datasets are, such as europe-west1'),
    run: runOption.describe("the run's name, a label of the jobs"),
  },
  run: async ({ category, runDate, tables, filled, warehouse, location, run }) => {
    const written = await readJsonFile({
      uri: filled,
      schema: filledTables,
      what: 'what etl or Spark writes of the tables',
      next: 'run etl first',
    });
    const bigQuery = connectBigQuery({ project: warehouse.project, location });
    const targets = toTargets(category, warehouse, runDate);
    await checkTargets(bigQuery, targets);
    // Check all files before the first table changes.
    const loads = [];
    for (const target of targets) {
      const name = nameOfTable(target.layout.table);
      const rows = written.tables[name]?.rows;
      if (rows === undefined)
        throw new UsageError(`${filled}: it says nothing of ${name}; run etl of ${category.category} first`);
      const columns = target.layout.fields.map((field) => field.name);
      const folder = placeOf(tables, target.layout.table, runDate ?? null);
      loads.push({ target, run, category: category.category, filled: await readFilledTable(folder, { name, rows, columns }) });
    }
    const jobs: LoadResult[] = [];
    for (const load of loads) {
      const loaded = await loadTable(bigQuery, load);
      log('loaded', { table: loaded.table, rows: loaded.rows, job: loaded.job });
      jobs.push(loaded);
    }
    return { jobs };
  },
});
