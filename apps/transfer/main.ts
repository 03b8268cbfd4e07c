// Copies files from one storage to another; a copy of the same version that is there already is left alone.
import { z } from 'zod';
import { categoryHelp, categoryOption } from '../contract/categories.ts';
import { uriOption } from '../platform/object-storage-uri.ts';
import { runProgram } from '../platform/program.ts';
import { transfer } from './transfer.ts';

await runProgram({
  name: 'transfer',
  description:
    'Copies one file, or the files of a folder by name prefix, to a folder or bucket. Copies are whole or absent; running it again changes nothing.',
  options: {
    source: uriOption.describe('URI of a file, or of a folder (with / at the end): gs://, s3:// or file://'),
    destination: uriOption.describe('URI of the folder or bucket to copy into'),
    prefixes: z
      .string()
      .optional()
      .transform((text) => text?.split(',').filter((prefix) => prefix !== ''))
      .describe('only files of the folder whose names begin with one of these, separated by commas'),
    ifExists: z
      .enum(['skip', 'overwrite', 'fail'])
      .default('overwrite')
      .describe('what to do where something else than a copy of the same version is there'),
    category: categoryOption.optional().describe(`${categoryHelp}; files that are CSV by its contract become Parquet`),
    filename: z.string().optional().describe("of a month: the file's base name, which must be the source's"),
    runDate: z.string().optional().describe("of a month: the first day of the file's month, such as 2024-01-01"),
    manifest: uriOption.optional().describe('URI of a JSON file to write: the files that were asked for, copied or not'),
  },
  run: transfer,
});
