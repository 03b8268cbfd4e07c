// Makes sample files for those who have none at hand.
import { z } from 'zod';
import { categoryHelp, categoryOption } from '../contract/categories.ts';
import { runProgram } from '../platform/program.ts';
import { toUri } from '../platform/uri.ts';
import { generateSample } from './generate.ts';

await runProgram({
  name: 'sample',
  description:
    'Writes monthly Parquet files of made-up rows, with the drift and dirt of real ones. The same flags give the same rows.',
  options: {
    category: categoryOption.describe(categoryHelp),
    destination: z.string().transform(toUri).describe('URI of the folder to write'),
    newest: z
      .string()
      .regex(/^\d{4}-(0[1-9]|1[0-2])$/, { error: 'expected a month such as 2025-01' })
      .default('2025-01')
      .describe('the last month'),
    months: z.coerce.number().int().min(1).max(240).default(14).describe('how many months up to the newest'),
    rows: z.coerce.number().int().min(0).max(50_000_000).default(50_000).describe('rows a month'),
    seed: z.coerce.number().int().min(0).default(1).describe('another seed gives other rows'),
  },
  run: generateSample,
});
