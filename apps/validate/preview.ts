// A few rows of a month as the tables get them: ten clean ones, and ten that go to triage with the rules that they break.
import { isDecimal } from '../contract/column-type.ts';
import { doubtfulColumns, toReasons } from '../contract/derive/queries.ts';
import { cleanSchema, type TableColumn, type TableType } from '../contract/derive/table-schema.ts';
import { triageColumns } from '../contract/names.ts';
import { mayShow } from '../contract/personal.ts';
import { duckdb } from '../plan/duckdb-dialect.ts';
import type { Cell, Row, Rows } from '../plan/parquet-rows.ts';
import { toShownRows } from '../plan/shown-rows.ts';
import type { Values } from './evaluate.ts';
import type { MonthFacts } from './month-rows.ts';

const mostRows = 10;

export interface Preview {
  /** The contract's columns, personal ones by their names alone, and the broken rules, of which a clean row has none. */
  readonly columns: readonly TableColumn[];
  readonly clean: readonly Row[];
  readonly triage: readonly Row[];
}

export interface PreviewSql {
  readonly clean: string;
  readonly triage: string;
}

/** The aggregates over a FROM clause of loaded rows. The same rows give the same ones, whatever their order. Pure. */
export function toPreviewSql({ dataset, casts, asOf }: MonthFacts): PreviewSql {
  const reasons = toReasons(dataset, duckdb, { doubtful: doubtfulColumns([casts], duckdb), asOf });
  const keeps = reasons.map(({ holds }) => holds).join(' AND ');
  const columns = cleanSchema(dataset);
  const names = columns.map(({ name }) => duckdb.name(name)).join(', ');
  const fields = columns.map(({ name, type }, place) => {
    return `v${place}: ${mayShow(dataset, name) ? toCellSql(type, duckdb.name(name)) : 'NULL'}`;
  });
  // By a hash of the row: ten rows from all over the month, not its first ones.
  const rowsWhere = (when: string, rules: string) =>
    `min_by({${[...fields, `v${columns.length}: ${rules}`].join(', ')}}, hash(${names}), ${mostRows}) FILTER (WHERE ${when})`;
  return {
    clean: rowsWhere(keeps, '[]::VARCHAR[]'),
    triage: rowsWhere(`(${keeps}) IS NOT TRUE`, duckdb.labelsWhere(reasons)),
  };
}

/** As `Cell` has it. */
function toCellSql(type: TableType, value: string): string {
  if (isDecimal(type)) return `CAST(${value} AS VARCHAR)`;
  if (type === 'timestamp' || type === 'instant') return `epoch_us(${value})`;
  return type === 'date' ? `CAST(date_diff('day', DATE '1970-01-01', ${value}) AS INTEGER)` : value;
}

/** What the aggregates gave, in the order of time. */
export function toPreview({ dataset }: MonthFacts, sql: PreviewSql, values: Values): Preview {
  const known = cleanSchema(dataset);
  const time = known.findIndex(({ name }) => name === dataset.time.at);
  const rowsOf = (aggregate: string): Rows => {
    const cells = ((values(aggregate) ?? []) as Record<string, Cell>[])
      .map((row): Row => [...known, undefined].map((_, place) => row[`v${place}`] ?? null))
      .sort((one, other) => Number((one[time] as bigint | null) ?? 0n) - Number((other[time] as bigint | null) ?? 0n));
    const shown = toShownRows(dataset, { columns: known, rows: cells.map((row) => row.slice(0, -1)) });
    return { columns: shown.columns, rows: shown.rows.map((row, place) => [...row, cells[place]?.at(-1) ?? null]) };
  };
  const [clean, triage] = [rowsOf(sql.clean), rowsOf(sql.triage)];
  return {
    columns: [...clean.columns, { name: triageColumns.rules, type: 'strings' }],
    clean: clean.rows,
    triage: triage.rows,
  };
}

/** Both kinds as one table. */
export const toRows = ({ columns, clean, triage }: Preview): Rows => ({ columns, rows: [...clean, ...triage] });
