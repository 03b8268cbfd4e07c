// What is wrong with the promises of a definition.
import type { Dataset } from './dataset.ts';
import { toSeconds } from './duration.ts';
import { type Owner, type RowsPerMonth, toDays } from './promises.ts';

/** BigQuery and people count by whole months: rows must outlive the month in which they came. */
const shortestRetentionDays = 31;

export function promiseProblems({ promises = {} }: Dataset): string[] {
  const { owner, freshness, rowsPerMonth, retention } = promises;
  return [
    ...(owner ? ownerProblems(owner) : []),
    ...(freshness === undefined ? [] : freshnessProblems(freshness)),
    ...(rowsPerMonth ? rowProblems(rowsPerMonth) : []),
    ...(retention === undefined ? [] : retentionProblems(retention)),
  ].map((problem) => `promises.${problem}`);
}

function ownerProblems({ name, contact }: Owner): string[] {
  const isLine = name.trim() !== '' && !/[\p{Cc}\u2028\u2029]/u.test(name);
  return [
    ...(isLine ? [] : [`owner.name ${JSON.stringify(name)} must be one line of text`]),
    ...(isMail(contact) || isAddress(contact)
      ? []
      : [`owner.contact ${JSON.stringify(contact)} is no e-mail address and no https:// address, as data@example.com`]),
  ];
}

const isMail = (text: string): boolean => /^[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+$/.test(text);
const isAddress = (text: string): boolean => /^https:\/\/[^\s"'<>]+$/.test(text) && URL.canParse(text);

function freshnessProblems(freshness: string): string[] {
  const seconds = toSeconds(freshness);
  if (seconds === undefined) return [`freshness "${freshness}" is no duration; expected a whole number and s, m, h or d, as 40d`];
  return seconds === 0 ? [`freshness "${freshness}" is never kept; expected more than nothing, as 40d`] : [];
}

function rowProblems({ atLeast, atMost }: RowsPerMonth): string[] {
  if (atLeast === undefined && atMost === undefined) return ['rowsPerMonth needs atLeast, atMost or both'];
  const wrong = Object.entries({ atLeast, atMost }).filter(
    ([, bound]) => bound !== undefined && !(Number.isSafeInteger(bound) && bound >= 0),
  );
  if (wrong.length > 0) return wrong.map(([name, bound]) => `rowsPerMonth.${name} ${bound} is no number of rows`);
  return atLeast !== undefined && atMost !== undefined && atLeast > atMost
    ? [`rowsPerMonth: no number is at least ${atLeast} and at most ${atMost}`]
    : [];
}

function retentionProblems(retention: string): string[] {
  const days = toDays(retention);
  if (days === undefined) return [`retention "${retention}" is no length of time; expected a whole number and d or y, as 7y`];
  return days < shortestRetentionDays
    ? [`retention "${retention}" is too short; expected ${shortestRetentionDays}d at least`]
    : [];
}
