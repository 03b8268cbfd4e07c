// What the owner of a data set promises, as a section of its page.
import { type Dataset, wordsOf } from '../contract/dataset.ts';
import { freshnessSeconds, type Owner, type RowsPerMonth, toContactLink, toDays } from '../contract/promises.ts';
import { firstVersion } from '../contract/version.ts';
import { type Html, html } from '../platform/html.ts';
import { toTable } from '../platform/page.ts';

export function toPromises(dataset: Dataset): Html {
  const { owner, rowsPerMonth, retention } = dataset.promises ?? {};
  const { many } = wordsOf(dataset);
  const rows: (string | Html)[][] = [
    ['Contract', `version ${dataset.version ?? firstVersion}; its first number rises when readers have to change something`],
    ['Owner', owner ? toOwner(owner) : 'nobody is named'],
    ['Freshness', `models are at most ${toLength(freshnessSeconds(dataset.promises))} old; an alert fires when they are older`],
    ['A month', rowsPerMonth ? `${toRange(rowsPerMonth)} ${many}; another number is a warning` : `any number of ${many}`],
    ['Retention', retention === undefined ? 'rows are kept for ever' : toRetention(retention)],
  ];
  return html`<h2>Promises</h2>
${toTable('Promises', ['Promise', 'What is promised'], rows)}`;
}

const toOwner = (owner: Owner): Html => html`${owner.name}, <a href="${toContactLink(owner)}">${owner.contact}</a>`;

const toNumber = (count: number): string => count.toLocaleString('en-US');
function toRange({ atLeast, atMost }: RowsPerMonth): string {
  if (atLeast === undefined) return `at most ${toNumber(atMost as number)}`;
  return atMost === undefined ? `at least ${toNumber(atLeast)}` : `${toNumber(atLeast)} to ${toNumber(atMost)}`;
}

const units = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
  ['second', 1],
] as const;

/** In the largest unit that divides it. */
function toLength(seconds: number): string {
  const [unit, size] = units.find(([, size]) => seconds % size === 0) ?? units[3];
  return `${seconds / size} ${unit}${seconds === size ? '' : 's'}`;
}

function toRetention(retention: string): string {
  const count = Number.parseInt(retention, 10);
  const length = `${count} ${retention.endsWith('y') ? 'year' : 'day'}${count === 1 ? '' : 's'}`;
  return `rows are kept ${length} after the end of their month, clean and triaged rows alike; in BigQuery the partition then expires (${toDays(retention)} days)`;
}
