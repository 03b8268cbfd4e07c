// The contract's gates on one month's file, judged by what the scan measured.
import type { Severity } from '../contract/dataset.ts';
import { fewestRowsOfAMonth, type Gate, nameOfFigure } from '../contract/gate.ts';
import type { MonthProfile } from '../plan/month-records.ts';
import type { Values } from './evaluate.ts';
import { type Finding, judgeGate, toShare } from './judge-gate.ts';
import type { Measures, MonthFacts } from './measures.ts';

export interface CheckResult extends Finding {
  /** The gate's name; of a cast check `<name>_<column>` for each column with values that can't be cast. */
  readonly name: string;
  readonly description: string;
  readonly severity: Severity;
}

/** The file's profile, by which later months are judged. */
export function toProfile({ dataset, rows }: MonthFacts, measures: Measures, values: Values): MonthProfile {
  const figures = dataset.gates.flatMap((gate) => ('figure' in gate ? [gate.figure] : []));
  const hours = (values(measures.hours) as (number | string)[]).map(Number);
  const total = hours.reduce((sum, count) => sum + count, 0);
  return {
    rows,
    quantiles: Object.fromEntries(
      figures.map((figure) => {
        const [median = null, p95 = null] = (values(measures.quantiles(figure)) as (number | null)[] | null) ?? [];
        return [nameOfFigure(figure), { median, p95 }];
      }),
    ),
    hours: hours.map((count) => (total === 0 ? 0 : count / total)),
  };
}

/** Rows that break each reason, most first: the counts that etl will give. */
export function toBrokenRules(measures: Measures, values: Values): Record<string, number> {
  const counts = measures.reasons
    .map(({ label, count }) => [label, Number(values(count))] as const)
    .filter(([, count]) => count > 0);
  return Object.fromEntries(counts.sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1)));
}

/** Judges every gate, in the contract's order. `earlier`: profiles of the months before this one, the latest first. */
export function judgeGates(
  facts: MonthFacts,
  { measures, values, earlier }: { measures: Measures; values: Values; earlier: readonly MonthProfile[] },
): CheckResult[] {
  const profile = toProfile(facts, measures, values);
  return facts.dataset.gates.flatMap((gate): CheckResult[] => {
    const { name, description, severity } = gate;
    if (gate.check === 'cast') return judgeCasts(gate, { facts, measures, values });
    const seen = { facts, measures, values, profile, earlier };
    const isSmall = facts.rows < fewestRowsOfAMonth && !['in-month', 'triaged', 'repeated'].includes(gate.check);
    const finding = isSmall ? notJudged(`fewer than ${fewestRowsOfAMonth} rows`) : judgeGate(gate, seen);
    return [{ name, description, severity, ...finding }];
  });
}

/** A check that has nothing to go by holds, and says why. */
const notJudged = (why: string): Finding => ({ success: true, got: `not judged: ${why}`, expected: '' });

function judgeCasts(
  { name, atLeast, description, severity }: Gate & { check: 'cast' },
  { facts, measures, values }: { facts: MonthFacts; measures: Measures; values: Values },
): CheckResult[] {
  const expected = `at least ${toShare(atLeast)} of the values`;
  const failing = measures.casts.flatMap(({ column, failed, present, samples }): CheckResult[] => {
    const bad = Number(values(failed));
    if (bad === 0) return [];
    const total = bad + Number(values(present));
    const from = facts.casts.find((cast) => cast.column === column);
    const got = `${toShare((total - bad) / total)} of the values of ${column} can be cast (${from?.from} to ${from?.to}); ${bad} of ${total} can't`;
    const shown = samples === undefined ? [] : ((values(samples) as string[] | null) ?? []);
    return [
      {
        name: `${name}_${column}`,
        description,
        severity,
        success: (total - bad) / total >= atLeast,
        got,
        expected,
        samples: shown,
      },
    ];
  });
  if (failing.length > 0) return failing;
  return [{ name, description, severity, success: true, got: 'every value can be cast', expected }];
}
