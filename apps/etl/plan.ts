// Plans a run: which files by which casts, which query fills which table, how each table is written.
import type { Dataset } from '../contract/dataset.ts';
import type { Dialect } from '../contract/derive/dialect.ts';
import { doubtfulColumns, toMonthlyQuery, toSourceQuery, toSplitQueries } from '../contract/derive/queries.ts';
import { type FilledByEtl, toTables } from '../contract/derive/table-schema.ts';
import { addMonths, firstDayOf, monthOf } from '../contract/file-name.ts';
import { triageColumns } from '../contract/names.ts';
import { duckdb } from '../plan/duckdb-dialect.ts';
import { type Destination, type Engine, type Mode, type Plan, planVersion, type Sink, type Source } from '../plan/plan-schema.ts';
import { toClock } from '../plan/run-clock.ts';
import type { SchemaGroup, SchemaGroups } from '../plan/schema-groups.ts';
import { spark, sparkSettings, toReadSchema } from '../plan/spark-dialect.ts';
import { OutcomeError, UsageError } from '../platform/errors.ts';

/** The relation that the sinks' queries read: the rows of the sources, as the contract casts them. */
export const sourceView = 'source';

export interface PlanRequest {
  readonly groups: SchemaGroups;
  readonly engine: Engine;
  readonly mode: Mode;
  /** RFC 3339 time. */
  readonly asOf: string;
  readonly destination: Destination;
  /** Months of clean and triaged rows to keep up to the newest; all when left out. */
  readonly retentionMonths?: number | undefined;
  /** First day of the newest month that the monthly table holds already. */
  readonly newestLoaded?: string | undefined;
}

const dialects: Record<Engine, Dialect> = { duckdb, spark };

/** Plans a run. Pure. Throws OutcomeError where two files are of one month, UsageError where a batch has several. */
export function toPlan(dataset: Dataset, request: PlanRequest): Plan {
  const { engine, mode, asOf, destination } = request;
  const { groups } = request.groups;
  const dialect = dialects[engine];
  const months = checkMonths(groups, mode);
  const doubtful = doubtfulColumns(
    groups.map((group) => group.casts),
    dialect,
  );
  const split = toSplitQueries(dataset, dialect, { source: sourceView, doubtful, asOf: toClock(asOf) });
  const { clean, triage, monthly } = toTables(dataset);
  const toSink = sinkMaker(mode, months);
  return {
    version: planVersion,
    engine,
    mode,
    category: dataset.category,
    asOf,
    settings: engine === 'spark' ? { ...sparkSettings } : {},
    sources: toSources(dataset, engine, { groups, doubtful }),
    sinks: {
      clean: toSink({ ...toPlace(clean), query: split.clean, retained: true }),
      triage: toSink({ ...toPlace(triage), query: split.triage, retained: true, reasonsField: triageColumns.rules }),
      monthly: toSink({ ...toPlace(monthly), query: toMonthlyQuery(dataset, dialect, sourceView), retained: false }),
    },
    destination,
    checks: ['row_conservation', 'no_duplicate_partition'],
    retention: toRetention(request, months),
  };
}

/** The months of the files, oldest first, each once. */
function checkMonths(groups: readonly SchemaGroup[], mode: Mode): string[] {
  const files = groups.flatMap((group) => group.files).sort((a, b) => (a.month < b.month ? -1 : 1));
  const twice = files.filter((file, at) => files[at - 1]?.month === file.month || files[at + 1]?.month === file.month);
  if (twice.length > 0)
    throw new OutcomeError(
      `${twice.map(({ uri }) => uri).join(', ')}: files of the same month, which would count rows twice; leave out all but one a month`,
    );
  if (files.length === 0) throw new UsageError('there are no files to load; expected one or more in the schema groups');
  if (mode === 'batch' && files.length > 1) throw new UsageError(`--mode batch takes one month, got ${files.length}`);
  return files.map(({ month }) => month);
}

/** DuckDB reads month by month, which bounds its memory by the largest; Spark reads each group in one scan. */
function toSources(
  dataset: Dataset,
  engine: Engine,
  { groups, doubtful }: { groups: readonly SchemaGroup[]; doubtful: readonly string[] },
): Source[] {
  const scans = groups
    .flatMap((group) => (engine === 'spark' ? [group] : group.files.map((file) => ({ ...group, files: [file] }))))
    .sort((a, b) => ((a.files[0]?.month ?? '') < (b.files[0]?.month ?? '') ? -1 : 1));
  return scans.map((group, index) => {
    const relation = `files_${index + 1}`;
    const only = group.files.length === 1 ? group.files[0] : undefined;
    const used = new Set(group.casts.flatMap(({ source }) => source ?? []));
    return {
      relation,
      ...(engine === 'spark' ? { readSchema: toReadSchema(group.columns, used) } : {}),
      files: group.files,
      query: toSourceQuery(dataset, dialects[engine], { groups: [{ relation, only, casts: group.casts }], doubtful }),
    };
  });
}

const toPlace = ({ table, columns, partitionField }: FilledByEtl) => ({ table, schema: [...columns], partitionField });

type SinkFacts = Omit<Sink, 'mode' | 'datePartition'>;

function sinkMaker(mode: Mode, months: readonly string[]): (facts: SinkFacts) => Sink {
  const partition = mode === 'batch' ? monthOf(months[0] as string).replace('-', '') : null;
  return (facts) => ({
    ...facts,
    mode: partition === null ? 'overwrite_table' : 'overwrite_partition',
    datePartition: partition,
  });
}

/** Counted back from the newest month that is loaded or about to be. */
function toRetention({ retentionMonths, newestLoaded, mode }: PlanRequest, months: readonly string[]): Plan['retention'] {
  if (retentionMonths === undefined) return null;
  const newest = [...months, (mode === 'batch' ? newestLoaded : undefined) ?? ''].sort().at(-1) as string;
  return { oldestMonth: firstDayOf(addMonths(monthOf(newest), 1 - retentionMonths)) };
}

/** Whether the retention keeps a month's rows. */
export const isRetained = (plan: Plan, month: string): boolean => plan.retention === null || month >= plan.retention.oldestMonth;
