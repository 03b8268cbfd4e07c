// What the owner of a data set promises to those who read it. Alerts, the suite, dbt's sources and the data set's page derive from it.
import { type Duration, toSeconds } from './duration.ts';

export interface Promises {
  /** Who answers for the data. */
  readonly owner?: Owner;
  /** The longest time between two builds of the models; `usualFreshness` unless given. */
  readonly freshness?: Duration;
  /** How many rows a month's file has. Another number is a warning in its report. */
  readonly rowsPerMonth?: RowsPerMonth;
  /** How long clean and triaged rows are kept after the end of their month; for ever unless given. */
  readonly retention?: Retention;
}

export interface Owner {
  /** A team or a person. */
  readonly name: string;
  /** An e-mail address, or the https:// address of a page or channel. */
  readonly contact: string;
}

export interface RowsPerMonth {
  readonly atLeast?: number;
  readonly atMost?: number;
}

/** `90d`, `7y`. */
export type Retention = `${number}${'d' | 'y'}`;

/** A new file comes each month, up to 9 days early or late: 31 + 9 days. */
export const usualFreshness: Duration = '40d';

/** How old the models may become, in seconds. */
export const freshnessSeconds = ({ freshness = usualFreshness }: Promises = {}): number => toSeconds(freshness) as number;

/** Days, years with their leap days rounded up; undefined for what is no length of time. */
export function toDays(retention: string): number | undefined {
  const [, count, unit] = /^(\d{1,5})([dy])$/.exec(retention) ?? [];
  return unit === undefined ? undefined : unit === 'd' ? Number(count) : Math.ceil(Number(count) * 365.25);
}

/** Where the owner is reached, as a link. */
export const toContactLink = ({ contact }: Owner): string => (contact.startsWith('https://') ? contact : `mailto:${contact}`);
