// Groups the files of a manifest by schema, from their footers alone, and says which can't be mapped onto the contract.
import { z } from 'zod';
import { categoryOption } from '../contract/categories.ts';
import { readManifest } from '../plan/manifest.ts';
import { readSchemaGroups } from '../plan/schema-groups.ts';
import { log } from '../platform/log.ts';
import { writeJsonObject } from '../platform/objects.ts';
import { runProgram } from '../platform/program.ts';
import { toUri } from '../platform/uri.ts';
import { toReport } from './report.ts';

await runProgram({
  name: 'schema-groups',
  description:
    "Reads Parquet footers, groups files of one schema, and reports how each group drifts from the contract. Refuses files that don't fit it, by name.",
  options: {
    category: categoryOption.describe('the data set, such as yellow'),
    manifest: z.string().transform(toUri).describe('URI of the list of files that transfer wrote'),
    groups: z.string().transform(toUri).describe('URI of the JSON file to write: groups of files with their casts'),
  },
  run: async (options) => {
    const { files } = await readManifest(options.manifest);
    const groups = await readSchemaGroups(
      options.category,
      files.map((file) => file.uri),
    );
    await writeJsonObject(options.groups, groups);
    const report = toReport(groups);
    for (const group of report.groups)
      log('group', { files: group.files, rows: group.rows, drift: group.drift.join(', ') || 'none' });
    return report;
  },
});
