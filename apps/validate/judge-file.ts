// Judges one file: the suite by its expectations and, where a data set is known, the contract's gates, in one scan.
import { basename } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Dataset } from '../contract/dataset.ts';
import { monthOf } from '../contract/file-name.ts';
import { toDrift } from '../plan/drift.ts';
import type { MonthProfile } from '../plan/month-records.ts';
import { readFooter } from '../plan/parquet-footer.ts';
import { readSchemaGroups } from '../plan/schema-groups.ts';
import { blameOnFile, withDuckDb } from '../platform/duckdb.ts';
import { type CheckResult, judgeGates, toBrokenRules, toProfile } from './checks.ts';
import { evaluateSuite, keptValue, readAggregates, type SuiteResult } from './evaluate.ts';
import { readFailedCasts } from './failed-casts.ts';
import { toMeasures } from './measures.ts';
import { isJudgedWhole, type MonthFacts, sampledRows, toSample } from './month-rows.ts';
import { type FileColumn, readFileSchema } from './parquet-file.ts';
import { checkPatterns } from './patterns.ts';
import { type Preview, toPreview, toPreviewSql } from './preview.ts';
import type { Suite } from './suite.ts';

/** What is known of a file of a data set. */
export interface JudgedMonth {
  readonly category: string;
  /** `2024-01`. */
  readonly month: string;
  readonly drift: readonly string[];
  readonly checks: readonly CheckResult[];
  /** Rows that were judged by the rules: all, or some that stand for all. */
  readonly judged: number;
  /** Of these, rows that go to triage, and why. */
  readonly triaged: number;
  readonly brokenRules: Readonly<Record<string, number>>;
  readonly profile: MonthProfile;
}

export interface Judgement {
  readonly file: string;
  readonly rows: number;
  readonly columns: readonly FileColumn[];
  readonly result: SuiteResult;
  readonly month?: JudgedMonth;
  /** Of a month's file. */
  readonly preview?: Preview;
}

export interface JudgeRequest {
  /** Of a file on this machine. */
  readonly path: string;
  readonly suite: Suite;
  /** Without one the file is judged by the suite alone. */
  readonly dataset?: Dataset | undefined;
  readonly asOf: string;
  /** Profiles of earlier months, the latest first, given the month of the file: `2024-01`. */
  readonly earlier: (month: string) => readonly MonthProfile[];
}

/** Reads the file once. Throws OutcomeError where it can't be read, or can't be mapped onto the contract. */
export async function judgeFile({ path, suite, dataset, asOf, earlier }: JudgeRequest): Promise<Judgement> {
  const file = basename(path);
  const uri = pathToFileURL(path).href;
  const footer = await readFooter(uri);
  const group = dataset && (await readSchemaGroups(dataset, [uri])).groups[0];
  const source = group?.files[0];
  const facts: MonthFacts | undefined = dataset &&
    group &&
    source && { dataset, casts: group.casts, month: source.month, rows: footer.rows, asOf };
  const measures = facts && toMeasures(facts);
  const preview = facts && toPreviewSql(facts);
  return blameOnFile(file, () =>
    withDuckDb(
      ':memory:',
      async (connection) => {
        await checkPatterns(connection, suite);
        const schema = await readFileSchema(connection, path, { footer: footer.columns, month: facts });
        const { result, rows, values } = await evaluateSuite(
          connection,
          schema,
          suite,
          facts &&
            measures && {
              aggregates: measures.casts.map(({ failed }) => failed),
              ...(!isJudgedWhole(facts) && { kept: sampledRows }),
            },
        );
        const judged = { file, rows, columns: schema.columns, result };
        if (!facts || !measures || !preview || !group || schema.loaded === undefined) return judged;
        const month = monthOf(facts.month);
        const rowsToJudge = isJudgedWhole(facts) ? schema.loaded : toSample(facts, keptValue);
        const sample = await readAggregates(connection, rowsToJudge, [...measures.ofSample, ...Object.values(preview)]);
        const casts = await readFailedCasts(connection, schema.source, { casts: measures.casts, values });
        const seen = { measures, casts, sample };
        return {
          ...judged,
          preview: toPreview(facts, preview, sample),
          month: {
            category: facts.dataset.category,
            month,
            drift: toDrift(group),
            checks: judgeGates(facts, { ...seen, earlier: earlier(month) }),
            judged: Number(sample(measures.sampled)),
            triaged: Number(sample(measures.triaged)),
            brokenRules: toBrokenRules(seen),
            profile: toProfile(facts, seen),
          },
        };
      },
      { memoryLimit: '1GB' },
    ),
  );
}
