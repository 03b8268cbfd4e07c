// validate: Parquet files against an expectation suite and the contract's gates; result JSON, report pages, and a verdict.
import type { Dataset } from '../contract/dataset.ts';
import { statsdName, statsdVariable } from '../contract/names.ts';
import { type MonthProfile, readRecords } from '../plan/month-records.ts';
import { toClock } from '../plan/run-clock.ts';
import { schemaGroups } from '../plan/schema-groups.ts';
import { OutcomeError, UsageError } from '../platform/errors.ts';
import { readJsonFile } from '../platform/json-file.ts';
import { withLocalCopy } from '../platform/local-copy.ts';
import { log } from '../platform/log.ts';
import { writeJsonObject } from '../platform/objects.ts';
import { runProgram } from '../platform/program.ts';
import { sendSamples } from '../platform/statsd.ts';
import { toPath } from '../platform/uri.ts';
import { type Gate, toGate } from './gate.ts';
import { type Judgement, judgeFile } from './judge-file.ts';
import { datasetOf, loadSuite, type Options, options } from './options.ts';
import { toRefusal } from './refusal.ts';
import { writeReport } from './write-report.ts';

await runProgram({
  name: 'validate',
  description:
    'Judges Parquet files by an expectation suite in Great Expectations JSON (1.x or 0.18) and by the gates of the contract, in one pass.',
  options,
  run: async (flags) => {
    const suite = await loadSuite(toPath(flags.suite));
    const dataset = datasetOf(flags, suite);
    const uris = await readUris(flags, dataset);
    const earlier = await readEarlier(flags, dataset);
    const asOf = toClock(flags.asOf ?? new Date().toISOString());
    const verdicts: Verdict[] = [];
    for (const uri of uris) {
      const judged = await withLocalCopy(uri, (path) =>
        judgeFile({ path, suite, dataset, asOf, earlier: (month) => before(earlier, month) }),
      );
      const gate = toGate(judged.result, { threshold: flags.threshold, checks: judged.month?.checks, accept: flags.accept });
      if (judged.month) earlier.set(judged.month.month, judged.month.profile);
      const report = await writeReport(flags, { judged, gate });
      verdicts.push({ judged, gate, report });
      log('validated', { file: judged.file, rows: judged.rows, percent: gate.successPercent, failed: gate.failed.length });
      if (judged.month && judged.month.drift.length > 0)
        log('drift', { file: judged.file, columns: judged.month.drift.join('; ') });
      if (gate.accepted)
        log('accepted', { file: judged.file, reason: gate.accepted.reason, refusedBy: gate.accepted.refusedBy.join(', ') });
      await countVerdict(dataset?.category ?? suite.name, gate);
    }
    if (flags.months !== undefined) await writeMonths(flags.months, verdicts);
    const result = toResult(verdicts, flags);
    const refused = verdicts.filter(({ gate }) => !gate.success);
    if (refused.length > 0) throw new OutcomeError(toLine(refused), result);
    return result;
  },
});

interface Verdict {
  readonly judged: Judgement;
  readonly gate: Gate;
  /** URI of the report's folder. */
  readonly report: string | undefined;
}

/** One line that names three refused files at most. */
function toLine(refused: readonly Verdict[]): string {
  const lines = refused.slice(0, 3).map(({ judged, gate, report }) => toRefusal(judged.file, gate, report));
  return [...lines, ...(refused.length > 3 ? [`and ${refused.length - 3} more files are refused`] : [])].join('; ');
}

async function readUris({ file, groups }: Options, dataset: Dataset | undefined): Promise<string[]> {
  if ((file === undefined) === (groups === undefined)) throw new UsageError('expected either --file or --groups');
  if (file !== undefined) return [file];
  if (dataset === undefined) throw new UsageError('--groups needs --category, or a suite whose meta names the category');
  const read = await readJsonFile({
    uri: groups as string,
    schema: schemaGroups,
    what: 'the groups that schema-groups writes',
    next: 'run schema-groups first',
  });
  if (read.category !== dataset.category)
    throw new UsageError(`--groups ${groups}: these are files of ${read.category}, but the data set is ${dataset.category}`);
  const files = read.groups.flatMap((group) => group.files).sort((a, b) => (a.month < b.month ? -1 : 1));
  return files.map(({ uri }) => uri);
}

/** Profiles by month, `2024-01`. A full load replaces every table: its months are compared with each other alone. */
async function readEarlier({ records, groups }: Options, dataset: Dataset | undefined): Promise<Map<string, MonthProfile>> {
  if (records === undefined || dataset === undefined || groups !== undefined) return new Map();
  const known = [...(await readRecords(records, [dataset])).values()];
  return new Map(known.flatMap(({ month, profile }) => (profile ? [[month, profile] as const] : [])));
}

function before(profiles: ReadonlyMap<string, MonthProfile>, month: string): MonthProfile[] {
  return [...profiles]
    .filter(([other]) => other < month)
    .sort(([a], [b]) => (a < b ? 1 : -1))
    .map(([, profile]) => profile);
}

async function writeMonths(uri: string, verdicts: readonly Verdict[]): Promise<void> {
  const months = verdicts.flatMap(({ judged, gate }) =>
    judged.month
      ? [
          {
            category: judged.month.category,
            month: judged.month.month,
            file: judged.file,
            profile: judged.month.profile,
            ...(gate.accepted && { accepted: gate.accepted }),
          },
        ]
      : [],
  );
  await writeJsonObject(uri, { version: 1, months });
}

/** The result of the step: of one file as it is; of several the worst, with each file's own. */
function toResult(verdicts: readonly Verdict[], { groups }: Options): object {
  const results = verdicts.map(({ judged, gate, report }) => ({
    ...gate,
    rows: judged.rows,
    file: judged.file,
    ...(judged.month && {
      judged: judged.month.judged,
      triaged: judged.month.triaged,
      brokenRules: judged.month.brokenRules,
      drift: judged.month.drift,
    }),
    ...(report !== undefined && { report }),
  }));
  if (groups === undefined) return results[0] ?? {};
  const accepted = results.flatMap((one) => one.accepted ?? []);
  return {
    ...(accepted[0] && { accepted: { ...accepted[0], refusedBy: [...new Set(accepted.flatMap(({ refusedBy }) => refusedBy))] } }),
    success: results.every(({ success }) => success),
    successPercent: Math.min(100, ...results.map(({ successPercent }) => successPercent)),
    threshold: results[0]?.threshold,
    rows: results.reduce((sum, { rows }) => sum + rows, 0),
    failed: results.flatMap(({ file, failed }) => failed.map((one) => ({ ...one, file }))),
    files: results,
  };
}

function countVerdict(category: string, { success }: Gate): Promise<void> {
  const sample = {
    name: statsdName('validations', category, success ? 'passed' : 'refused'),
    value: 1,
    type: 'counter',
  } as const;
  return sendSamples([sample], process.env[statsdVariable]);
}
