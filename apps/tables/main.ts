// tables: BigQuery's datasets and tables as the contract says.
import { z } from 'zod';
import { categoryHelp, categoryOption } from '../contract/categories.ts';
import { connectBigQuery } from '../platform/bigquery.ts';
import { locationOption, warehouseOption } from '../platform/bigquery-warehouse.ts';
import { runProgram } from '../platform/program.ts';
import { defineTables } from './define.ts';
import { toDesired } from './desired.ts';

await runProgram({
  name: 'tables',
  description: "Creates BigQuery's datasets and tables as the contract says, and changes what loses no data.",
  options: {
    category: categoryOption.describe(categoryHelp),
    warehouse: warehouseOption.describe('bigquery://project/prefix_; the prefix of the datasets may be left out'),
    location: locationOption.describe('where the datasets are, such as europe-west1'),
    expiryDays: z.coerce
      .number()
      .int()
      .positive()
      .optional()
      .describe(
        'BigQuery deletes months of clean and triaged rows after so many days; when left out, after the promised retention, if any',
      ),
  },
  run: ({ category, warehouse, location, expiryDays }) => {
    const { project } = warehouse;
    const bigQuery = connectBigQuery({ project, location });
    return defineTables(bigQuery, toDesired(category, { ...warehouse, location, expiryDays }));
  },
});
