// The etl step's queries: source rows as the contract casts them, the clean/triage split, the monthly summary.
import { columnOf, type Dataset, summaryOf } from '../dataset.ts';
import { partsOfName } from '../file-name.ts';
import { monthlyColumns, triageColumns } from '../names.ts';
import { inMonth } from '../predicate.ts';
import type { SummaryFigure } from '../summary.ts';
import type { Cast } from './casts.ts';
import type { Aggregate, CastSql, Dialect } from './dialect.ts';
import { plain, toGroupedQuery } from './grouped-query.ts';
import { toCondition } from './rule-sql.ts';

/** Files of one schema: they are read in one scan. */
export interface SourceGroup {
  /** The name under which the engine's own reader has put the files. */
  readonly relation: string;
  /** Where the group is one file: its base name and the first day of its month. */
  readonly only?: { readonly file: string; readonly month: string } | undefined;
  readonly casts: readonly Cast[];
}

/** Names of the flags that say a row's value could not be cast; also the names that triage lists. */
export const castFlag = (column: string): string => `cast_${column}`;

/** Columns that may hold values that can't be cast in any of the groups. */
export function doubtfulColumns(castsOfGroups: readonly (readonly Cast[])[], dialect: Dialect): string[] {
  const doubtful = castsOfGroups.flatMap((casts) =>
    casts.filter((cast) => cast.source !== null && dialect.cast('x', cast).failed !== undefined),
  );
  return [...new Set(doubtful.map((cast) => cast.column))];
}

/** Every row of every file: the contract's columns, `source_file`, `source_month`, and a flag for each doubtful column. */
export function toSourceQuery(
  dataset: Dataset,
  dialect: Dialect,
  { groups, doubtful }: { groups: readonly SourceGroup[]; doubtful: readonly string[] },
): string {
  return groups
    .map((group) => {
      const columns = toCastColumns(dialect, { casts: group.casts, doubtful, sqlOf: dialect.name });
      // Of one file they are constants, by which engines skip work for each row.
      const fileName = group.only ? dialect.text(group.only.file) : dialect.fileOfScan;
      if (fileName === undefined) throw new Error(`${dialect.engine} reads file by file, and ${group.relation} has several`);
      const firstDay = group.only ? dialect.text(group.only.month) : toFirstDay(fileName, partsOfName(dataset));
      const file = `${fileName} AS ${dialect.name(triageColumns.file)}`;
      const month = `${dialect.dateOfText(firstDay)} AS ${dialect.name(triageColumns.month)}`;
      return `SELECT ${[...columns, file, month].join(',\n  ')}\nFROM ${dialect.name(group.relation)}`;
    })
    .join('\nUNION ALL\n');
}

/** The first day of the month in a file's name, as text. */
function toFirstDay(fileName: string, { before, form }: ReturnType<typeof partsOfName>): string {
  const part = (start: number, length: number) => `substr(${fileName}, ${before.length + start}, ${length})`;
  return form === '{YYYYMM}' ? `${part(1, 4)} || '-' || ${part(5, 2)} || '-01'` : `${part(1, 7)} || '-01'`;
}

/** The contract's columns and the flags of the doubtful ones as a SELECT list; `sqlOf` turns a file's column name into SQL. */
export function toCastColumns(
  dialect: Dialect,
  { casts, doubtful, sqlOf }: { casts: readonly Cast[]; doubtful: readonly string[]; sqlOf: (source: string) => string },
): string[] {
  const sql = new Map(
    casts.map((cast) => [
      cast.column,
      cast.source === null ? { value: dialect.nullOf(cast.to) } : withHash(dialect, cast, dialect.cast(sqlOf(cast.source), cast)),
    ]),
  );
  return [
    ...[...sql].map(([column, { value }]) => `${value} AS ${dialect.name(column)}`),
    ...doubtful.map((column) => `${sql.get(column)?.failed ?? 'FALSE'} AS ${dialect.name(castFlag(column))}`),
  ];
}

/** Everything after the casts sees the hash alone; whether a cast has failed is said of the value. */
const withHash = (dialect: Dialect, { personal }: Cast, sql: CastSql): CastSql =>
  personal === 'hash' ? { ...sql, value: dialect.sha256(sql.value) } : sql;

export interface SplitQueries {
  /** Rows that keep every rule: the contract's columns. */
  readonly clean: string;
  /** All other rows: the contract's columns, `source_file`, `source_month`, `broken_rules`. */
  readonly triage: string;
}

export interface Reason {
  /** The rule's name, or `cast_<column>`. */
  readonly label: string;
  /** SQL: the row keeps the rule; null counts as broken. */
  readonly holds: string;
  /** SQL, never null: the row breaks it. */
  readonly when: string;
}

/** Every reason for which a row goes to triage. */
export function toReasons(
  dataset: Dataset,
  dialect: Dialect,
  { doubtful, asOf }: { doubtful: readonly string[]; asOf: string },
): Reason[] {
  const rules = dataset.rules.map(({ name, holds }) => ({ label: name, condition: toCondition(holds, dialect, asOf) }));
  const flags = doubtful.map((column) => ({ label: castFlag(column), flag: dialect.name(castFlag(column)) }));
  return [
    ...rules.map(({ label, condition }) => ({ label, holds: `(${condition})`, when: `(${condition}) IS NOT TRUE` })),
    ...flags.map(({ label, flag }) => ({ label, holds: `NOT ${flag}`, when: flag })),
  ];
}

/** Splits the rows of the relation `source` so that each row is in exactly one of the two. */
export function toSplitQueries(
  dataset: Dataset,
  dialect: Dialect,
  { source, doubtful, asOf }: { source: string; doubtful: readonly string[]; asOf: string },
): SplitQueries {
  const reasons = toReasons(dataset, dialect, { doubtful, asOf });
  const keeps = reasons.map(({ holds }) => holds).join('\n  AND ');
  const columns = dataset.columns.map((column) => dialect.name(column.name));
  const broken = dialect.labelsWhere(reasons);
  const whence = [triageColumns.file, triageColumns.month].map(dialect.name);
  return {
    clean: `SELECT ${columns.join(', ')}\nFROM ${source}\nWHERE ${keeps}`,
    triage: `SELECT ${[...columns, ...whence].join(', ')},\n  ${broken} AS ${dialect.name(triageColumns.rules)}\nFROM ${source}\nWHERE (${keeps}) IS NOT TRUE`,
  };
}

/** Sums up the in-month rows of the relation `source`, kept or triaged, by the summary's keys. */
export function toMonthlyQuery(dataset: Dataset, dialect: Dialect, source: string): string {
  const { at } = dataset.time;
  const { keys, figures, per } = summaryOf(dataset);
  const name = dialect.name;
  const named = (columns: Iterable<readonly [column: string, value: string]>) =>
    Object.fromEntries([...columns].map(([column, value]) => [name(column), value]));
  return toGroupedQuery({
    from: source,
    where: toCondition(inMonth(at), dialect, ''),
    keys: named([
      ...Object.entries(keys).map(([key, column]) => [key, name(column)] as const),
      [monthlyColumns.month, name(triageColumns.month)],
      ...(per === 'day' ? [[monthlyColumns.day, `CAST(${name(at)} AS DATE)`] as const] : []),
    ]),
    columns: (of) =>
      named(Object.entries(figures).map(([figure, what]) => [figure, toFigure(dataset, dialect, { figure: what, of })] as const)),
  });
}

function toFigure(
  dataset: Dataset,
  dialect: Dialect,
  { figure, of }: { figure: SummaryFigure; of: (aggregate: Aggregate) => string },
): string {
  const { name } = dialect;
  if (figure.of === 'count') return of(plain('count(*)'));
  if ('holds' in figure) {
    const held = of(plain(`count(CASE WHEN ${toCondition(figure.holds, dialect, '')} THEN 1 END)`));
    return figure.of === 'count-where' ? held : dialect.divide(held, of(plain('count(*)')));
  }
  const column = name(figure.column);
  const sumOf = () => of(dialect.sumOf(column, columnOf(dataset, figure.column).type));
  switch (figure.of) {
    case 'sum':
      return sumOf();
    case 'mean':
      return dialect.divide(sumOf(), of(plain(`count(${column})`)));
    case 'min':
    case 'max':
      return of(plain(`${figure.of}(${column})`));
    case 'busiest-hour':
      return of(dialect.busiestHour(column));
  }
  const micros = of(dialect.sumOf(dialect.microsBetween(column, name(figure.other)), 'int'));
  if (figure.of === 'sum-hours') return dialect.divide(micros, '3600000000');
  return dialect.divide(micros, `${of(plain(`count(${name(figure.other)})`))} * 60000000`);
}
