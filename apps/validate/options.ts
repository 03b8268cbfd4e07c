// The flags of validate, and what they mean together: one file by itself, or the files of schema groups.
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { z } from 'zod';
import { allDatasets, categoryOption } from '../contract/categories.ts';
import type { Dataset } from '../contract/dataset.ts';
import { asOfOption } from '../plan/run-clock.ts';
import { UsageError } from '../platform/errors.ts';
import { toUri } from '../platform/uri.ts';
import { readSuite, type Suite } from './suite.ts';

const threshold = z
  .string()
  .regex(/^\d+(\.\d+)?$/, { error: 'expected a percentage from 0 to 100' })
  .transform(Number)
  .refine((value) => value <= 100, { error: 'expected a percentage from 0 to 100' })
  .refine((value) => value === 0 || value > 1, { error: 'expected a percentage from 0 to 100: did you mean 100 times as much?' });

const uri = z.string().min(1).transform(toUri);

export const options = {
  file: z.string().min(1).optional().describe('URI of the Parquet file'),
  groups: uri.optional().describe('in place of --file: URI of what schema-groups wrote; every file of it is judged'),
  suite: z.string().min(1).describe('URI or path of the suite'),
  category: categoryOption
    .optional()
    .describe("the data set whose casts, rules and gates apply; left out: the one that the suite's meta names, if any"),
  threshold: threshold
    .default(90)
    .describe('least percentage of expectations that must hold; a critical one that fails always refuses the file'),
  asOf: asOfOption.optional().describe("the run's clock: rows after it are in the future; now when left out"),
  records: uri.optional().describe('URI of the folder of records of loaded months, with which the month is compared'),
  report: z.string().min(1).optional().describe('URI of the folder for index.html and result.json'),
  run: z
    .string()
    .regex(/^[\w.-]{1,200}$/, { error: 'expected letters, digits, ".", "_" and "-"' })
    .optional()
    .describe("the run's name: its report gets a folder <month>/<run>/ of its own below --report"),
  months: uri.optional().describe('URI of the JSON file to write: what the months were like, for their records'),
  accept: z
    .string()
    .max(500, { error: 'expected at most 500 characters' })
    .transform((text) => text.trim())
    .optional()
    .describe('why the month is to be loaded though it is refused; the reason stands in its record and report'),
} as const;

export type Options = z.output<z.ZodObject<typeof options>>;

/** Reads a suite. Throws UsageError with all problems at once. */
export async function loadSuite(path: string): Promise<Suite> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    throw new UsageError(`${path}: can't read the suite: ${(error as NodeJS.ErrnoException).code}`);
  }
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new UsageError(`${path}: the suite is not JSON: ${(error as Error).message}`);
  }
  return readSuite(json, basename(path));
}

/** The data set that the flags or the suite name. */
export function datasetOf({ category }: Pick<Options, 'category'>, suite: Suite): Dataset | undefined {
  return category ?? allDatasets.find((dataset) => dataset.category === suite.category);
}
