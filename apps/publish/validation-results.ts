// The validation results that lie in the docs bucket, newest month first.
import { z } from 'zod';
import { docsPaths, triageColumns } from '../contract/names.ts';
import { type Acceptance, acceptance } from '../plan/month-records.ts';
import { type Rows, readRows } from '../plan/parquet-rows.ts';
import { mapConcurrently } from '../platform/concurrent.ts';
import { TemporaryError } from '../platform/errors.ts';
import { log } from '../platform/log.ts';
import { listNames, readJsonObject } from '../platform/objects.ts';
import { joinUri } from '../platform/uri.ts';

const resultsAtOnce = 32;

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
  const root = joinUri(docs, docsPaths.validation('', '').split('/')[0] as string);
  const names = await listNames(`${root}/`);
  const wanted = names.flatMap((name) => {
    const [category = '', folder = '', file, ...below] = name.split('/');
    return file === 'result.json' && below.length === 0 ? [{ category, folder, uri: joinUri(root, name) }] : [];
  });
  const read = await mapConcurrently(wanted.sort(newestFirst), resultsAtOnce, async ({ uri, ...of }) => {
    const result = await readResult(uri);
    return result ? [{ ...of, ...result }] : [];
  });
  return read.flat();
}

const newestFirst = (one: { category: string; folder: string }, other: { category: string; folder: string }): number => {
  if (one.category !== other.category) return one.category < other.category ? -1 : 1;
  return one.folder < other.folder ? 1 : -1;
};

async function readResult(uri: string): Promise<Omit<ValidationResult, 'category' | 'folder'> | undefined> {
  try {
    const { statistics, meta } = resultFile.parse(await readJsonObject(uri));
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
    return leftOut('validation result', uri, error);
  }
}

/** The clean ones of the rows that validate keeps of a month; undefined where there are none to read. */
export async function readCleanRows(docs: string, { category, folder }: ValidationResult): Promise<Rows | undefined> {
  const uri = joinUri(docs, docsPaths.validation(category, folder), docsPaths.rowsOfMonth);
  try {
    const read = await readRows(uri, { limit: 20 });
    const rules = read?.columns.findIndex(({ name }) => name === triageColumns.rules) ?? -1;
    if (!read || rules < 0) return undefined;
    const isKept = (_: unknown, place: number) => place !== rules;
    const clean = read.rows.filter((row) => (row[rules] as readonly string[] | null)?.length === 0);
    return { columns: read.columns.filter(isKept), rows: clean.map((row) => row.filter(isKept)) };
  } catch (error) {
    return leftOut('rows of a month', uri, error);
  }
}

/** What is wrong with one month's files does not keep the site from being published. */
function leftOut(what: string, uri: string, error: unknown): undefined {
  if (error instanceof TemporaryError) throw error;
  log(`${what} left out`, { uri, error: (error as Error).message.replaceAll(/\s+/g, ' ').slice(0, 200) });
}
