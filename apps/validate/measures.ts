// What the contract's gates want to know of a month's file, as SQL aggregates of the scan that judges the suite.
import type { Dataset } from '../contract/dataset.ts';
import type { Cast } from '../contract/derive/casts.ts';
import { toFigureSql } from '../contract/derive/figure-sql.ts';
import { castFlag, doubtfulColumns, type Reason, toReasons } from '../contract/derive/queries.ts';
import { toCondition } from '../contract/derive/rule-sql.ts';
import { columnsOfCheck, type Figure, type Gate } from '../contract/gate.ts';
import { inMonth } from '../contract/predicate.ts';
import { duckdb } from '../plan/duckdb-dialect.ts';
import { failedText, rowHash } from './parquet-file.ts';

export interface MonthFacts {
  readonly dataset: Dataset;
  readonly casts: readonly Cast[];
  /** The first day of the month of the file's name. */
  readonly month: string;
  /** By the footer. */
  readonly rows: number;
  /** The run's clock, as `toClock` gives it. */
  readonly asOf: string;
}

/** Quantiles, hours and repeated rows are taken of about this many rows; of all rows where a file has not twice as many. */
const sampledRows = 100_000;

/** SQL of everything that the gates want to know of a file. */
export interface Measures {
  readonly all: readonly string[];
  readonly casts: readonly {
    readonly column: string;
    readonly failed: string;
    readonly present: string;
    readonly samples?: string;
  }[];
  readonly reasons: readonly (Reason & { readonly count: string })[];
  readonly triaged: string;
  readonly inMonth: string;
  readonly days: string;
  readonly distinct: (column: string) => string;
  readonly quantiles: (figure: Figure) => string;
  readonly hours: string;
  readonly sampled: string;
  readonly sampledDistinct: string;
  readonly impossible: (gate: Gate & { check: 'impossible' }) => { readonly count: string; readonly samples: string };
}

/** The aggregates of a data set's gates over `readFileSchema`'s source. Pure. */
export function toMeasures({ dataset, casts, rows, asOf }: MonthFacts): Measures {
  const { name } = duckdb;
  const time = name(dataset.roles.pickup);
  const doubtful = doubtfulColumns([casts], duckdb);
  const reasons = toReasons(dataset, duckdb, { doubtful, asOf }).map((reason) => ({ ...reason, count: countIf(reason.when) }));
  const inMonthSql = toCondition(inMonth(dataset.roles.pickup), duckdb, asOf);
  const every = 2 ** Math.max(0, Math.floor(Math.log2(rows / sampledRows)));
  const sample = every === 1 ? 'true' : `${rowHash} % ${every} = 0`;
  const measures = {
    casts: doubtful.map((column) => ({
      column,
      failed: countIf(name(castFlag(column))),
      present: `count(${name(column)})`,
      ...(failedText(casts, column) !== undefined && { samples: `min(${name(`failed ${column}`)}, 5)` }),
    })),
    reasons,
    triaged: countIf(`(${reasons.map(({ holds }) => holds).join(' AND ')}) IS NOT TRUE`),
    inMonth: countIf(inMonthSql),
    days: `bit_count(bit_or(1::UINTEGER << (day(${time}) - 1)::UTINYINT) FILTER (WHERE ${inMonthSql}))`,
    distinct: (column: string) => `count(DISTINCT ${name(column)})`,
    quantiles: (figure: Figure) =>
      `quantile_cont(CAST(${toFigureSql(figure, duckdb)} AS DOUBLE), [0.5, 0.95]) FILTER (WHERE ${sample})`,
    hours: `list_transform(range(24), lambda h: coalesce(element_at(histogram(hour(${time})) FILTER (WHERE ${sample}), h)[1], 0))`,
    sampled: countIf(sample),
    sampledDistinct: `count(DISTINCT ${rowHash}) FILTER (WHERE ${sample})`,
    impossible: (gate: Gate & { check: 'impossible' }) => {
      const when = gate.when.flatMap(({ figure, atLeast, atMost }) => [
        ...(atLeast === undefined ? [] : [`${toFigureSql(figure, duckdb)} >= ${atLeast}`]),
        ...(atMost === undefined ? [] : [`${toFigureSql(figure, duckdb)} <= ${atMost}`]),
      ]);
      const columns = [...new Set(columnsOfCheck(gate))];
      const row = `[${columns.map((column) => `${duckdb.text(`${column} `)} || coalesce(CAST(${name(column)} AS VARCHAR), 'null')`).join(', ')}]`;
      return {
        count: countIf(when.join(' AND ')),
        samples: `list_transform(min(${row}, 5) FILTER (WHERE ${when.join(' AND ')}), lambda r: array_to_string(r, ', '))`,
      };
    },
  };
  return { ...measures, all: [...baseOf(measures), ...dataset.gates.flatMap((gate) => sqlOfGate(gate, measures))] };
}

const countIf = (condition: string): string => `count(*) FILTER (WHERE ${condition})`;

const baseOf = ({ casts, reasons, triaged, sampled, hours }: Omit<Measures, 'all'>): string[] => [
  ...casts.flatMap(({ failed, present, samples }) => [failed, present, ...(samples === undefined ? [] : [samples])]),
  ...reasons.map(({ count }) => count),
  triaged,
  sampled,
  hours,
];

function sqlOfGate(gate: Gate, measures: Omit<Measures, 'all'>): string[] {
  switch (gate.check) {
    case 'in-month':
      return [measures.inMonth];
    case 'repeated':
      return [measures.sampledDistinct];
    case 'days':
      return [measures.days];
    case 'distinct':
      return [measures.distinct(gate.column)];
    case 'quantile':
    case 'quantile-of-earlier':
      return [measures.quantiles(gate.figure)];
    case 'impossible':
      return Object.values(measures.impossible(gate));
    default:
      return [];
  }
}
