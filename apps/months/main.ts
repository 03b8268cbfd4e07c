// months: which months are in the source bucket, and which of them are done. Each task has a file of its own; this one reads flags.
import { z } from 'zod';
import { allDatasets, categoryHelp, categoryOption } from '../contract/categories.ts';
import { runDateOption } from '../contract/run-date.ts';
import { keyOf, readRecords } from '../plan/month-records.ts';
import { log } from '../platform/log.ts';
import { openStorage } from '../platform/object-storage-open.ts';
import { uriOption } from '../platform/object-storage-uri.ts';
import { runProgram } from '../platform/program.ts';
import { takeFlags } from '../platform/task-flags.ts';
import { planBackfill } from './backfill.ts';
import { filenameOption, monthOption, versionOption } from './flags.ts';
import { findMissingMonths } from './freshness.ts';
import { describeDoubles, findMonths } from './month-files.ts';
import { writeRecord, writeRecords } from './records.ts';

await runProgram({
  name: 'months',
  description: 'Plans the months of a backfill, finds months that were never loaded, or records that one has been loaded.',
  options: {
    task: z
      .enum(['backfill', 'freshness', 'record', 'record-all'])
      .describe('backfill; freshness; record: one month; record-all: the months of a manifest'),
    records: uriOption.describe('URI of the folder of records, a file a month'),
    source: uriOption.optional().describe('backfill, freshness: URI of the folder or bucket of the files: s3:// or file://'),
    category: categoryOption.optional().describe(`all but freshness: ${categoryHelp}`),
    from: monthOption.optional().describe('backfill: the first month, such as 2023-01'),
    to: monthOption.optional().describe('backfill: the last month, such as 2023-12'),
    uri: uriOption.optional().describe('record: URI of the file that was loaded'),
    filename: filenameOption.optional().describe("record: the file's base name"),
    runDate: runDateOption.optional().describe("record: the first day of the file's month, such as 2023-01-01"),
    manifest: uriOption.optional().describe('record-all: URI of the list of files that transfer wrote'),
    version: versionOption.optional().describe('record: its version, as transfer gave it'),
    judged: uriOption.optional().describe('record, record-all: URI of what validate wrote of the months (its --months)'),
  },
  run: async ({ task, ...flags }) => {
    switch (task) {
      case 'backfill': {
        const { source, records, category, ...range } = takeFlags(task, flags, ['source', 'records', 'category', 'from', 'to']);
        const { files, doubles } = await findMonths(openStorage(source), source, [category]);
        const done = await readRecords(records, [category]);
        const { plan, table } = planBackfill({ ...range, source, dataset: category, files, doubles, records: done });
        console.error(table);
        return plan;
      }
      case 'freshness': {
        const { source, records } = takeFlags(task, flags, ['source', 'records']);
        const { files, doubles, ignored } = await findMonths(openStorage(source), source, allDatasets);
        for (const month of doubles) log('left out', { month: keyOf(month), why: describeDoubles(month) });
        const found = findMissingMonths({ files, records: await readRecords(records, allDatasets), now: Date.now() });
        log('looked at the source', { files: files.length, ignored, missing: found.months.length, waiting: found.waiting });
        return { ...found, ...(doubles.length > 0 && { doubles }) };
      }
      case 'record':
        return writeRecord(takeFlags(task, flags, ['records', 'category', 'uri', 'filename', 'runDate', 'version'], ['judged']));
      case 'record-all':
        return writeRecords(takeFlags(task, flags, ['records', 'category', 'manifest'], ['judged']));
    }
  },
});
