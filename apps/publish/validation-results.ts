// The validation results that lie in the docs bucket, newest month first.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { docsPaths } from '../contract/names.ts';
import { type Acceptance, acceptance } from '../plan/month-records.ts';
import { listFolder } from '../platform/files.ts';
import { log } from '../platform/log.ts';

const resultFile = z.object({
  statistics: z.object({
    evaluated_expectations: z.number(),
    successful_expectations: z.number(),
    success_percent: z.number().nullable(),
  }),
  meta: z.object({
    file: z.string(),
    rows: z.number(),
    gate: z.object({ success: z.boolean(), successPercent: z.number(), threshold: z.number() }),
    accepted: acceptance.optional(),
    drift: z.array(z.string()).default([]),
    checks: z.array(z.object({ name: z.string(), success: z.boolean() })).default([]),
  }),
});

export interface ValidationResult {
  readonly category: string;
  /** The folder's name: a month or its first day. */
  readonly folder: string;
  readonly file: string;
  readonly rows: number;
  readonly success: boolean;
  /** Why the file was loaded though it was refused. */
  readonly accepted?: Acceptance | undefined;
  /** How its columns differ from the contract. */
  readonly drift: readonly string[];
  /** Names of the checks that failed. */
  readonly failedChecks: readonly string[];
  readonly percent: number;
  readonly threshold: number;
  readonly held: number;
  readonly evaluated: number;
}

/** Every readable `validation/<category>/<month>/result.json`; one that can't be read is logged and left out. */
export async function readValidationResults(docs: string): Promise<ValidationResult[]> {
  const root = docsPaths.validation('', '').split('/')[0] as string;
  const found: ValidationResult[] = [];
  for (const category of await listFolder(join(docs, root))) {
    const folders = await listFolder(join(docs, root, category)).catch(() => []);
    for (const folder of folders.toReversed()) {
      const read = await readResult(join(docs, root, category, folder, 'result.json'));
      if (read) found.push({ category, folder, ...read });
    }
  }
  return found;
}

async function readResult(path: string): Promise<Omit<ValidationResult, 'category' | 'folder'> | undefined> {
  try {
    const { statistics, meta } = resultFile.parse(JSON.parse(await readFile(path, 'utf8')));
    return {
      file: meta.file,
      rows: meta.rows,
      success: meta.gate.success,
      accepted: meta.accepted,
      drift: meta.drift,
      failedChecks: meta.checks.filter(({ success }) => !success).map(({ name }) => name),
      percent: meta.gate.successPercent,
      threshold: meta.gate.threshold,
      held: statistics.successful_expectations,
      evaluated: statistics.evaluated_expectations,
    };
  } catch (error) {
    log('validation result left out', { path, error: (error as Error).message.replaceAll(/\s+/g, ' ').slice(0, 200) });
    return undefined;
  }
}
