// The contract's gates on one month's file, judged by what the scan measured.

import { fewestRowsOfAMonth, type Gate, nameOfFigure } from '../contract/gate.ts';
import type { Severity } from '../contract/severity.ts';
import { gatesOf } from '../contract/usual-gates.ts';
import type { MonthProfile } from '../plan/month-records.ts';
import type { Values } from './evaluate.ts';
import type { FailedCast } from './failed-casts.ts';
import { type Finding, judgeGate, toShare } from './judge-gate.ts';
import type { Measures } from './measures.ts';
import type { MonthFacts } from './month-rows.ts';

export interface CheckResult extends Finding {
  /** The gate's name; of a cast check `<name>_<column>` for each column with values that can't be cast. */
  readonly name: string;
  readonly description: string;
  readonly severity: Severity;
}

/** What the scans gave: failed casts of all rows, aggregates of the sample. */
export interface Measured {
  readonly measures: Measures;
  readonly casts: readonly FailedCast[];
  readonly sample: Values;
}

/** The file's profile, by which later months are judged. */
export function toProfile({ dataset, rows }: MonthFacts, { measures, sample }: Measured): MonthProfile {
  const figures = gatesOf(dataset).flatMap((gate) => ('figure' in gate ? [gate.figure] : []));
  const hours = (sample(measures.hours) as (number | string)[]).map(Number);
  const total = hours.reduce((sum, count) => sum + count, 0);
  return {
    rows,
    quantiles: Object.fromEntries(
      figures.map((figure) => {
        const [median = null, p95 = null] = (sample(measures.quantiles(figure)) as (number | null)[] | null) ?? [];
        return [nameOfFigure(figure), { median, p95 }];
      }),
    ),
    hours: hours.map((count) => (total === 0 ? 0 : count / total)),
  };
}

/** Rows of the sample that break each reason, most first: where the sample is all rows, the counts that etl will give. */
export function toBrokenRules({ measures, sample }: Measured): Record<string, number> {
  const counts = measures.reasons
    .map(({ label, count }) => [label, Number(sample(count))] as const)
    .filter(([, count]) => count > 0);
  return Object.fromEntries(counts.sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1)));
}

/** Judges every gate, in the contract's order. `earlier`: profiles of the months before this one, the latest first. */
export function judgeGates(
  facts: MonthFacts,
  { earlier, ...measured }: Measured & { earlier: readonly MonthProfile[] },
): CheckResult[] {
  const profile = toProfile(facts, measured);
  return gatesOf(facts.dataset).flatMap((gate): CheckResult[] => {
    const { name, description, severity } = gate;
    if (gate.check === 'cast') return judgeCasts(gate, facts, measured);
    const isSmall = facts.rows < fewestRowsOfAMonth && !['in-month', 'triaged', 'repeated'].includes(gate.check);
    const finding = isSmall
      ? notJudged(`fewer than ${fewestRowsOfAMonth} rows`)
      : judgeGate(gate, { facts, profile, earlier, measures: measured.measures, sample: measured.sample });
    return [{ name, description, severity, ...finding }];
  });
}

/** A check that has nothing to go by holds, and says why. */
const notJudged = (why: string): Finding => ({ success: true, got: `not judged: ${why}`, expected: '' });

function judgeCasts(
  { name, atLeast, description, severity }: Gate & { check: 'cast' },
  { casts }: MonthFacts,
  measured: Measured,
): CheckResult[] {
  const expected = `at least ${toShare(atLeast)} of the values`;
  const failing = measured.casts.map(({ column, failed, present, samples }): CheckResult => {
    const share = (present - failed) / present;
    const cast = casts.find((one) => one.column === column);
    const got = `${toShare(share)} of the values of ${column} can be cast (${cast?.from} to ${cast?.to}); ${failed} of ${present} can't`;
    return { name: `${name}_${column}`, description, severity, success: share >= atLeast, got, expected, samples };
  });
  if (failing.length > 0) return failing;
  return [{ name, description, severity, success: true, got: 'every value can be cast', expected }];
}
