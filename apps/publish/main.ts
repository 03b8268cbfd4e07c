// publish: writes the docs site (data sets, index, dbt's page) into the docs bucket, where validate has put its reports.
import { allDatasets, categoryOption } from '../contract/categories.ts';
import { statsdName, statsdVariable } from '../contract/names.ts';
import { log } from '../platform/log.ts';
import { uriOption } from '../platform/object-storage-uri.ts';
import { runProgram } from '../platform/program.ts';
import { sendSamples } from '../platform/statsd.ts';
import { publishSite } from './site.ts';

await runProgram({
  name: 'publish',
  description: 'Writes the documentation site into the docs bucket.',
  options: {
    category: categoryOption.describe('category of the run that publishes'),
    dbt: uriOption.describe("URI of the folder with dbt's static index.html"),
    docs: uriOption.describe('URI of the docs bucket'),
  },
  run: async ({ category, dbt, docs }) => {
    const published = await publishSite(docs, { dbt, datasets: allDatasets });
    // This step comes right after dbt has built all models of the category.
    await sendSamples(
      [{ name: statsdName('dbtSuccess', category.category), value: Math.round(Date.now() / 1000), type: 'gauge' }],
      process.env[statsdVariable],
    );
    log('published', { category: category.category, pages: published.pages.length, changed: published.changed.length });
    return published;
  },
});
