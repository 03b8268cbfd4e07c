// The gates that make sense for any data set: what a month's file must be as a whole, whatever its columns are.
import type { Dataset } from './dataset.ts';
import type { Gate } from './gate.ts';

export interface UsualGates {
  /** What happens at the rows' times, in the plural: `rides`. */
  readonly what?: string;
  /** The largest share of rows that may break a rule. */
  readonly triaged?: number;
  /** The smallest share of the month's days that have rows. Without weekends it is 0.64 at least. */
  readonly days?: number;
  /** How far the rows' hours of day may be from those of earlier months, from 0 to 1. */
  readonly hours?: number;
}

/** The gates of a data set: its own, or the usual ones. */
export const gatesOf = ({ gates }: Pick<Dataset, 'gates'>): readonly Gate[] => gates ?? Object.values(usualGates());

const percent = (share: number): string => `${Number((share * 100).toFixed(2))} %`;

export function usualGates({ what = 'rows', triaged = 0.25, days = 0.6, hours = 0.25 }: UsualGates = {}) {
  const upper = `${what[0]?.toUpperCase()}${what.slice(1)}`;
  return {
    // Writers such as pandas turn missing numbers into NaN, so that many values of a good month may fail; their rows are triaged.
    cast: {
      name: 'cast',
      check: 'cast',
      atLeast: 0.5,
      severity: 'critical',
      description: 'At least half of the values of a column can be cast.',
    },
    castMost: {
      name: 'cast_most',
      check: 'cast',
      atLeast: 0.99,
      severity: 'warning',
      description: 'At least 99 % of the values of a column can be cast.',
    },
    inMonth: {
      name: 'in_month',
      check: 'in-month',
      atLeast: 0.9,
      severity: 'critical',
      description: `At least 90 % of the ${what} lie in the month of the file's name.`,
    },
    triaged: {
      name: 'triaged_rows',
      check: 'triaged',
      atMost: triaged,
      severity: 'critical',
      description: `At most ${percent(triaged)} of the rows break a rule.`,
    },
    days: {
      name: 'days',
      check: 'days',
      atLeast: days,
      severity: 'critical',
      description: `At least ${percent(days)} of the month's days have ${what}.`,
    },
    rowsOfEarlier: {
      name: 'rows_of_earlier_months',
      check: 'rows-of-earlier',
      factor: 10,
      severity: 'critical',
      description: 'The month has at most 10 times as many rows as earlier months, or as few.',
    },
    rowsChange: {
      name: 'rows_change',
      check: 'rows-of-earlier',
      factor: 2.5,
      severity: 'warning',
      description: 'The month has at most 2.5 times as many rows as earlier months, or as few.',
    },
    hoursOfEarlier: {
      name: 'hours_of_earlier_months',
      check: 'hours-of-earlier',
      atMost: hours,
      severity: 'critical',
      description: `${upper} are at the hours of day of earlier months; times that are shifted by hours are not.`,
    },
  } as const satisfies Readonly<Record<string, Gate>>;
}
