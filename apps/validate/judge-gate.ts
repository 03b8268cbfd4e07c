// Judges one gate by what the scan measured, and says what was got and what was expected.
import { type Bounds, earlierMonths, type Figure, type Gate, nameOfFigure, type Quantile } from '../contract/gate.ts';
import type { MonthProfile } from '../plan/month-records.ts';
import type { Values } from './evaluate.ts';
import type { Measures } from './measures.ts';
import type { MonthFacts } from './month-rows.ts';

export interface Finding {
  readonly success: boolean;
  readonly got: string;
  readonly expected: string;
  readonly samples?: readonly string[];
}

export interface Seen {
  readonly facts: MonthFacts;
  readonly measures: Measures;
  readonly sample: Values;
  readonly profile: MonthProfile;
  /** Of earlier months, the latest first. */
  readonly earlier: readonly MonthProfile[];
}

/** Judges any gate but `cast`, which has a result a column. */
export function judgeGate(gate: Exclude<Gate, { check: 'cast' }>, seen: Seen): Finding {
  const { facts, measures, sample, profile } = seen;
  const sampled = Number(sample(measures.sampled));
  const shareOf = (sql: string) => (sampled === 0 ? 0 : Number(sample(sql)) / sampled);
  switch (gate.check) {
    case 'in-month':
      return least(shareOf(measures.inMonth), gate.atLeast, `of the rows lie in ${facts.month.slice(0, 7)}`);
    case 'triaged':
      return most(shareOf(measures.triaged), gate.atMost, 'of the rows break a rule and would be triaged');
    case 'repeated': {
      const repeated = sampled === 0 ? 0 : 1 - Number(sample(measures.distinctRows(gate.columns))) / sampled;
      return most(repeated, gate.atMost, 'of the rows repeat another row');
    }
    case 'days':
      return least(Number(sample(measures.days) ?? 0) / daysOf(facts.month), gate.atLeast, "of the month's days have rows");
    case 'distinct': {
      const found = Number(sample(measures.distinct(gate.column)));
      const what = `distinct values of ${gate.column}`;
      return { success: found >= gate.atLeast, got: `${found} ${what}`, expected: `at least ${gate.atLeast}` };
    }
    case 'quantile':
      return within(quantileOf(profile, gate), gate, whatOf(gate));
    case 'quantile-of-earlier':
      return alike(quantileOf(profile, gate), {
        others: before(seen).map((month) => quantileOf(month, gate)),
        factor: gate.factor,
        what: whatOf(gate),
      });
    case 'rows-of-earlier':
      return alike(facts.rows, { others: before(seen).map(({ rows }) => rows), factor: gate.factor, what: 'rows' });
    case 'hours-of-earlier':
      return judgeHours(gate.atMost, seen);
    case 'impossible': {
      const { count, samples } = measures.impossible(gate);
      const found = `${Number(sample(count))} of ${sampled} ${sampled === facts.rows ? 'rows' : 'sampled rows'}`;
      const finding = most(shareOf(count), gate.atMost, `of the rows can't be true (${found})`);
      return { ...finding, samples: (sample(samples) as string[] | null) ?? [] };
    }
  }
}

const before = ({ earlier }: Seen): readonly MonthProfile[] => earlier.slice(0, earlierMonths);

function judgeHours(atMost: number, seen: Seen): Finding {
  const months = before(seen);
  const expected = `at most ${atMost} from the earlier months`;
  if (months.length === 0) return { success: true, got: 'not judged: no earlier month is loaded', expected };
  const usual = seen.profile.hours.map(
    (_, hour) => months.reduce((sum, { hours }) => sum + (hours[hour] ?? 0), 0) / months.length,
  );
  const distance = seen.profile.hours.reduce((sum, share, hour) => sum + Math.abs(share - (usual[hour] ?? 0)), 0) / 2;
  return { success: distance <= atMost, got: `the hours of day are ${distance.toFixed(2)} from the earlier months`, expected };
}

const least = (share: number, atLeast: number, what: string): Finding => ({
  success: share >= atLeast,
  got: `${toShare(share)} ${what}`,
  expected: `at least ${toShare(atLeast)}`,
});

const most = (share: number, atMost: number, what: string): Finding => ({
  success: share <= atMost,
  got: `${toShare(share)} ${what}`,
  expected: `at most ${toShare(atMost)}`,
});

function within(value: number | null, { atLeast, atMost }: Bounds, what: string): Finding {
  const expected = [
    ...(atLeast === undefined ? [] : [`at least ${atLeast}`]),
    ...(atMost === undefined ? [] : [`at most ${atMost}`]),
  ].join(' and ');
  if (value === null) return { success: false, got: `no value for the ${what}`, expected };
  const success = (atLeast === undefined || value >= atLeast) && (atMost === undefined || value <= atMost);
  return { success, got: `the ${what} is ${toNumber(value)}`, expected };
}

/** A number against the middle of the earlier months' numbers. */
function alike(
  value: number | null,
  { others, factor, what }: { others: readonly (number | null)[]; factor: number; what: string },
): Finding {
  const known = others.filter((other) => other !== null && other > 0).sort((a, b) => (a as number) - (b as number)) as number[];
  const usual = known[Math.floor((known.length - 1) / 2)];
  if (usual === undefined) return { success: true, got: 'not judged: no earlier month is loaded', expected: '' };
  const expected = `${toNumber(usual / factor)} to ${toNumber(usual * factor)}, as in earlier months`;
  if (value === null) return { success: false, got: `no value for ${what}`, expected };
  const success = value <= usual * factor && value >= usual / factor;
  return { success, got: `${what}: ${toNumber(value)}`, expected };
}

const quantileOf = (
  { quantiles }: MonthProfile,
  { figure, quantile }: { readonly figure: Figure; readonly quantile: Quantile },
): number | null => {
  const found = quantiles[nameOfFigure(figure)];
  return (quantile === 0.5 ? found?.median : found?.p95) ?? null;
};

const whatOf = ({ figure, quantile }: { readonly figure: Figure; readonly quantile: Quantile }): string =>
  `${quantile === 0.5 ? 'median' : '95th percentile'} of ${nameOfFigure(figure)}`;

/** `53.7 %`. */
export const toShare = (share: number): string => `${Number((share * 100).toFixed(2))} %`;
const toNumber = (value: number): string => String(Number(value.toPrecision(4)));
const daysOf = (month: string): number =>
  new Date(Date.UTC(Number(month.slice(0, 4)), Number(month.slice(5, 7)), 0)).getUTCDate();
