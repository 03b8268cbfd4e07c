// Groups the files of a manifest by schema, from their footers alone, and says which can't be mapped onto the contract.
import { z } from 'zod';
import { categoryHelp, categoryOption } from '../contract/categories.ts';
import { effects } from '../contract/derive/cast-effect.ts';
import { readManifest } from '../plan/manifest.ts';
import { groupFiles, toRefusal } from '../plan/schema-groups.ts';
import { writeJsonObject } from '../platform/objects.ts';
import { runProgram } from '../platform/program.ts';
import { toUri } from '../platform/uri.ts';
import { failOnDrift } from './fail-on.ts';
import { openFooterCache } from './footer-cache.ts';
import { logReport } from './log-report.ts';
import { toReport } from './report.ts';
import { toShortReport } from './short-report.ts';
import { writeSchemaPages } from './write-pages.ts';

const uri = z.string().transform(toUri);

await runProgram({
  name: 'schema-groups',
  description:
    "Reads Parquet footers, groups files of one schema, and reports how each group drifts from the contract and from the month before. Refuses files that don't fit the contract, by name.",
  options: {
    category: categoryOption.describe(categoryHelp),
    manifest: uri.describe('URI of the list of files that transfer wrote'),
    groups: uri.describe('URI of the JSON file to write: groups of files with their casts'),
    cache: uri
      .optional()
      .describe(
        'URI of a file that keeps footers by the version of their files: only new versions are read; made if it is not there',
      ),
    docs: uri
      .optional()
      .describe('URI of the docs folder: the schemas, their drift and the statistics are written there as page and JSON'),
    failOn: z
      .enum(effects)
      .default('breaking')
      .describe(
        'the mildest change that ends the step with exit 1. breaking: a file does not fit the contract; lossy: or a value may become null or less exact; safe: or anything has changed',
      ),
  },
  run: async ({ category, manifest, groups, cache, docs, failOn }) => {
    const { files } = await readManifest(manifest);
    const uris = files.map((file) => file.uri);
    const footers = await openFooterCache(cache, uris, category);
    const found = await groupFiles(category, uris, footers.read).finally(footers.save);
    const report = toReport(category, found, footers.footerOf);
    logReport(report, footers.counts());
    if (docs !== undefined) await writeSchemaPages(docs, { dataset: category, found, report, footerOf: footers.footerOf });
    const short = { ...toShortReport(report), footers: footers.counts() };
    if (found.refused.length > 0) throw toRefusal(found.refused, short);
    failOnDrift(report, { failOn, category: category.category, result: short });
    await writeJsonObject(groups, found.groups);
    return short;
  },
});
