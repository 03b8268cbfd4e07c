// tables: BigQuery's datasets and tables as the contract says, and loads into them. Each task has a file of its own; this one reads flags.
import { z } from 'zod';
import { categoryOption } from '../contract/categories.ts';
import { toBigQueryTables } from '../contract/derive/bigquery.ts';
import { jobLabels } from '../contract/names.ts';
import { connectBigQuery, endpointVariable } from '../platform/bigquery.ts';
import { loadParquet } from '../platform/bigquery-load.ts';
import { locationOption, warehouseOption } from '../platform/bigquery-warehouse.ts';
import { uriOption } from '../platform/object-storage-uri.ts';
import { runProgram } from '../platform/program.ts';
import { takeFlags } from '../platform/task-flags.ts';
import { defineTables } from './define.ts';
import { toDesired } from './desired.ts';

const text = z.string().regex(/^[\w.:-]{1,200}$/, { error: 'expected letters, digits, ".", "_", ":" and "-"' });
const kinds = ['clean', 'triage', 'monthly'] as const;

await runProgram({
  name: 'tables',
  description:
    "Creates BigQuery's datasets and tables as the contract says, changes what loses no data, and loads Parquet files.",
  options: {
    task: z.enum(['define', 'load']).describe("define: datasets and tables; load: a file into a table's month"),
    category: categoryOption.describe('the data set, such as yellow'),
    warehouse: warehouseOption.describe('bigquery://project/prefix_; the prefix of the datasets may be left out'),
    location: locationOption.describe('where the datasets are, such as europe-west1'),
    expiryDays: z.coerce
      .number()
      .int()
      .positive()
      .optional()
      .describe('define: BigQuery deletes months of clean and triaged rows after so many days; never when left out'),
    table: z
      .enum(kinds)
      .optional()
      .describe(`load: ${kinds.join(', ')}`),
    month: z
      .string()
      .regex(/^\d{4}-(?:0[1-9]|1[0-2])$/, { error: 'expected a month such as 2024-01' })
      .optional()
      .describe('load: the partition to replace; the whole table when left out'),
    file: uriOption.optional().describe('load: URI of a Parquet file: file:// or gs://, which may have one *'),
    version: text.optional().describe('load: of files on gs://, such as their digest: another one is loaded anew'),
    rows: z.coerce.number().int().min(0).optional().describe('load: rows of the file, which BigQuery must count too'),
    run: text.optional().describe("load: the run's name, a label of the job"),
    step: text.optional().describe("load: the step's name, a label of the job"),
  },
  run: ({ task, ...flags }) => {
    const { project } = flags.warehouse;
    const bigQuery = connectBigQuery({ project, location: flags.location, endpoint: process.env[endpointVariable] });
    switch (task) {
      case 'define': {
        const { category, warehouse, location, expiryDays } = takeFlags(
          task,
          flags,
          ['category', 'warehouse', 'location'],
          ['expiryDays'],
        );
        return defineTables(bigQuery, toDesired(category, { ...warehouse, location, expiryDays }));
      }
      case 'load': {
        const needed = ['category', 'warehouse', 'location', 'table', 'file', 'rows', 'run', 'step'] as const;
        const {
          category,
          warehouse,
          table: kind,
          file,
          rows,
          run,
          step,
          month,
          version,
        } = takeFlags(task, flags, needed, ['month', 'version']);
        const { category: name } = category;
        const { table, ...layout } = toBigQueryTables(category)[kinds.indexOf(kind)] as ReturnType<
          typeof toBigQueryTables
        >[number];
        const part = `${kind}-${month?.replace('-', '') ?? 'all'}`;
        return loadParquet(bigQuery, {
          ...layout,
          dataset: `${warehouse.datasetPrefix}${table.dataset}`,
          table: table.table,
          month,
          source: file,
          version,
          rows,
          labels: { [jobLabels.run]: run, [jobLabels.category]: name, [jobLabels.step]: step, [jobLabels.table]: part },
        });
      }
    }
  },
});
