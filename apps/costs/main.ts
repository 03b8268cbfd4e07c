// costs: what a run has cost, as its exit step, and what a month has cost, as a page. Each task has a file of its own; this one reads flags.
import { z } from 'zod';
import { categoryHelp, categoryOption } from '../contract/categories.ts';
import { docsPaths, statsdVariable } from '../contract/names.ts';
import { connectBigQuery } from '../platform/bigquery.ts';
import { locationOption, warehouseOption } from '../platform/bigquery-warehouse.ts';
import { uriOption } from '../platform/object-storage-uri.ts';
import { writeObject } from '../platform/objects.ts';
import { runProgram } from '../platform/program.ts';
import { takeFlags } from '../platform/task-flags.ts';
import { joinUri } from '../platform/uri.ts';
import { readCluster } from './cluster.ts';
import { readJobs } from './jobs.ts';
import { spanOf, toMonthCost } from './month-cost.ts';
import { toMonthPage } from './month-page.ts';
import { readMonth } from './records.ts';
import { costRun } from './run-cost.ts';

const time = z.iso
  .datetime({ offset: true, error: 'expected a time such as 2026-11-01T06:00:00Z' })
  .transform((text) => new Date(text));
const kubernetesName = z
  .string()
  .max(63, { error: 'expected at most 63 characters' })
  .regex(/^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/, { error: 'expected a name of Kubernetes: a-z, 0-9, "-" and "."' });

await runProgram({
  name: 'costs',
  description:
    "Says what a run has cost: BigQuery's jobs and the cluster's pods by the price table; or a month, by run and step.",
  options: {
    task: z.enum(['run', 'month']).describe('run: as the exit step; month: all runs, as a page'),
    warehouse: warehouseOption.describe('bigquery://project/prefix_; the project is what counts'),
    location: locationOption.describe("where BigQuery's jobs ran, such as europe-west1"),
    records: uriOption.describe('URI of the folder of what runs have cost'),
    run: kubernetesName.optional().describe("run: the Workflow's name"),
    namespace: kubernetesName.optional().describe("run: the Workflow's namespace"),
    category: categoryOption.optional().describe(`run: ${categoryHelp}`),
    from: time.optional().describe('run: when it began'),
    to: time.optional().describe('run: until when to count; now when left out'),
    budgetUsd: z.coerce.number().positive().optional().describe('run: what it may cost; no budget when left out'),
    excess: z.enum(['warn', 'fail']).optional().describe('run: what a spent budget does; warn when left out'),
    month: z
      .string()
      .regex(/^\d{4}-(?:0[1-9]|1[0-2])$/, { error: 'expected a month such as 2026-11' })
      .optional()
      .describe('month: which one'),
    docs: uriOption.optional().describe('month: URI of the docs bucket'),
  },
  run: async ({ task, ...flags }) => {
    const bigQuery = connectBigQuery({ project: flags.warehouse.project, location: flags.location });
    const common = ['warehouse', 'location', 'records'] as const;
    switch (task) {
      case 'run': {
        const needed = [...common, 'run', 'namespace', 'category', 'from'] as const;
        const taken = takeFlags(task, flags, needed, ['to', 'budgetUsd', 'excess']);
        const cluster = await readCluster(taken.namespace, taken.run);
        return costRun(bigQuery, cluster, {
          ...taken,
          to: taken.to ?? new Date(),
          excess: taken.excess ?? 'warn',
          statsd: process.env[statsdVariable],
        });
      }
      case 'month': {
        const { month, records, docs } = takeFlags(task, flags, [...common, 'month', 'docs']);
        const cost = toMonthCost(month, await readJobs(bigQuery, spanOf(month)), await readMonth(records, month));
        await writeObject(joinUri(docs, docsPaths.costs(month)), toMonthPage(cost));
        return cost;
      }
    }
  },
});
