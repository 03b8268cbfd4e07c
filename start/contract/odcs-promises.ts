// Owner and service levels of an ODCS document as promises. What does not fit is a note.
import { promiseProblems } from '../../apps/contract/promise-problems.ts';
import type { Owner, Promises, RowsPerMonth } from '../../apps/contract/promises.ts';
import type { OdcsDocument, OdcsQuality } from './odcs-document.ts';

export interface FoundPromises {
  readonly promises: Promises | undefined;
  readonly notes: readonly string[];
}

export function toPromises(document: OdcsDocument, checks: readonly OdcsQuality[]): FoundPromises {
  const level = (name: string) => document.slaProperties?.find(({ property }) => property.toLowerCase() === name);
  const [latency, retention] = [level('latency'), level('retention')];
  const rows = checks.find(({ metric, rule }) => (metric ?? rule) === 'rowCount');
  const wanted: Record<keyof Promises, unknown> = {
    owner: toOwner(document),
    freshness: latency && toLength(latency.value, latency.unit, 'smhd'),
    rowsPerMonth: rows && toRows(rows),
    retention: retention && toLength(retention.value, retention.unit, 'dy'),
  };
  const given = Object.entries(wanted).filter(([, value]) => value !== undefined);
  const right = given.filter(([name, value]) => promiseProblems({ promises: { [name]: value } } as never).length === 0);
  const wrong = given.filter((one) => !right.includes(one));
  return {
    promises: right.length === 0 ? undefined : (Object.fromEntries(right) as Promises),
    notes: wrong.map(([name, value]) => `The document's ${name} is left out: ${JSON.stringify(value)} is none here.`),
  };
}

function toOwner({ team, support = [] }: OdcsDocument): Owner | undefined {
  const members = Array.isArray(team) ? team : (team?.members ?? []);
  const owner = members.find(({ role }) => role?.toLowerCase() === 'owner') ?? members[0];
  const name = (Array.isArray(team) ? undefined : team?.name) ?? owner?.name ?? owner?.username;
  const contacts = [owner?.username, ...support.map(({ url }) => url?.replace(/^mailto:/, ''))];
  const contact = contacts.find((one) => one !== undefined && /@|^https:/.test(one));
  return name === undefined || contact === undefined ? undefined : { name, contact };
}

const letters: Readonly<Record<string, string>> = {
  ...{ s: 's', second: 's', seconds: 's', m: 'm', minute: 'm', minutes: 'm', h: 'h', hour: 'h', hours: 'h' },
  ...{ d: 'd', day: 'd', days: 'd', y: 'y', yr: 'y', year: 'y', years: 'y' },
};

/** `{ value: 40, unit: 'days' }` as `40d`; in days where the unit is another one. */
function toLength(value: unknown, unit = 'd', allowed: string): string | undefined {
  const letter = letters[unit.toLowerCase()];
  const count = Number(value);
  if (letter === undefined || !Number.isSafeInteger(count)) return `${String(value)} ${unit}`;
  if (allowed.includes(letter)) return `${count}${letter}`;
  return letter === 'y' ? `${count * 365}d` : `${count} ${unit}`;
}

function toRows({ mustBe, mustBeBetween, mustBeGreaterOrEqualTo, mustBeLessOrEqualTo }: OdcsQuality): RowsPerMonth | undefined {
  if (typeof mustBe === 'number') return { atLeast: mustBe, atMost: mustBe };
  const [atLeast = mustBeGreaterOrEqualTo, atMost = mustBeLessOrEqualTo] = mustBeBetween ?? [];
  if (atLeast === undefined && atMost === undefined) return undefined;
  return { ...(atLeast !== undefined && { atLeast }), ...(atMost !== undefined && { atMost }) };
}
