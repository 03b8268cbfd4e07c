// What the contract's gates want to know of a month's file, as SQL aggregates: failed casts of all rows, the rest of the sample.
import type { Dataset } from '../contract/dataset.ts';
import { toFigureSql } from '../contract/derive/figure-sql.ts';
import { doubtfulColumns, toReasons } from '../contract/derive/queries.ts';
import { toCondition } from '../contract/derive/rule-sql.ts';
import { columnsOfCheck, type Figure, type Gate } from '../contract/gate.ts';
import { mayShow, notShown } from '../contract/personal.ts';
import { inMonth } from '../contract/predicate.ts';
import { gatesOf } from '../contract/usual-gates.ts';
import { duckdb } from '../plan/duckdb-dialect.ts';
import { countWhere } from './column-sql.ts';
import { failedFlag, failedSamples, type MonthFacts } from './month-rows.ts';

export interface CastMeasure {
  readonly column: string;
  readonly failed: string;
  readonly present: string;
  readonly samples?: string;
}

export interface Measures {
  /** Of all rows: what failed rides on the scan that judges the suite, the rest is asked for columns where something failed. */
  readonly casts: readonly CastMeasure[];
  /** Of the sample. */
  readonly ofSample: readonly string[];
  readonly sampled: string;
  readonly reasons: readonly { readonly label: string; readonly count: string }[];
  readonly triaged: string;
  readonly inMonth: string;
  readonly days: string;
  readonly hours: string;
  readonly distinctRows: (columns: readonly string[]) => string;
  readonly distinct: (column: string) => string;
  readonly quantiles: (figure: Figure) => string;
  readonly impossible: (gate: Gate & { check: 'impossible' }) => { readonly count: string; readonly samples: string };
}

/** The aggregates of a data set's gates over the FROM clauses of `readFileSchema`. Pure. */
export function toMeasures(facts: MonthFacts): Measures {
  const { dataset, casts, asOf } = facts;
  const { name } = duckdb;
  const time = name(dataset.time.at);
  const doubtful = doubtfulColumns([casts], duckdb);
  const reasons = toReasons(dataset, duckdb, { doubtful, asOf });
  const inMonthSql = toCondition(inMonth(dataset.time.at), duckdb, asOf);
  const measures = {
    casts: doubtful.map((column): CastMeasure => {
      const samples = failedSamples(facts, column);
      const failed = countWhere(failedFlag(column));
      return { column, failed, present: `count(${name(column)})`, ...(samples !== undefined && { samples }) };
    }),
    sampled: 'count(*)',
    reasons: reasons.map(({ label, when }) => ({ label, count: countWhere(when) })),
    triaged: countWhere(`(${reasons.map(({ holds }) => holds).join(' AND ')}) IS NOT TRUE`),
    inMonth: countWhere(inMonthSql),
    days: `bit_count(bit_or(CASE WHEN ${inMonthSql} THEN 1::UINTEGER << (day(${time}) - 1)::UTINYINT END))`,
    hours: `list_transform(range(24), lambda h: coalesce(element_at(histogram(hour(${time})), h)[1], 0))`,
    distinctRows: (columns: readonly string[]) => `count(DISTINCT hash(${columns.map(name).join(', ')}))`,
    distinct: (column: string) => `count(DISTINCT ${name(column)})`,
    quantiles: (figure: Figure) => `quantile_cont(CAST(${toFigureSql(figure, duckdb)} AS DOUBLE), [0.5, 0.95])`,
    impossible: (gate: Gate & { check: 'impossible' }) => toImpossible(dataset, gate),
  };
  const { sampled, triaged, inMonth: within, days, hours } = measures;
  return {
    ...measures,
    ofSample: [
      ...[sampled, triaged, within, days, hours, ...measures.reasons.map(({ count }) => count)],
      ...gatesOf(dataset).flatMap((gate) => sqlOfGate(gate, measures)),
    ],
  };
}

function sqlOfGate(gate: Gate, measures: Pick<Measures, 'distinct' | 'distinctRows' | 'quantiles' | 'impossible'>): string[] {
  switch (gate.check) {
    case 'distinct':
      return [measures.distinct(gate.column)];
    case 'repeated':
      return [measures.distinctRows(gate.columns)];
    case 'quantile':
    case 'quantile-of-earlier':
      return [measures.quantiles(gate.figure)];
    case 'impossible':
      return Object.values(measures.impossible(gate));
    default:
      return [];
  }
}

/** Rows in which all conditions hold: how many, and five of them, written column by column. */
function toImpossible(dataset: Dataset, gate: Gate & { check: 'impossible' }): { count: string; samples: string } {
  const when = gate.when
    .flatMap(({ figure, atLeast, atMost }) => [
      ...(atLeast === undefined ? [] : [`${toFigureSql(figure, duckdb)} >= ${atLeast}`]),
      ...(atMost === undefined ? [] : [`${toFigureSql(figure, duckdb)} <= ${atMost}`]),
    ])
    .join(' AND ');
  const columns = [...new Set(columnsOfCheck(gate))];
  const row = `{${columns.map((column, place) => `v${place}: ${duckdb.name(column)}`).join(', ')}}`;
  // Text is made of the five rows alone.
  const texts = columns.map((column, place) =>
    mayShow(dataset, column)
      ? `${duckdb.text(`${column} `)} || coalesce(CAST(r.v${place} AS VARCHAR), 'null')`
      : duckdb.text(`${column} ${notShown}`),
  );
  return {
    count: countWhere(when),
    samples: `list_transform(min(${row}, 5) FILTER (WHERE ${when}), lambda r: concat_ws(', ', ${texts.join(', ')}))`,
  };
}
