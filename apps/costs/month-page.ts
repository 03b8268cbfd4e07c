// A month's cost as a page of the docs site.
import { html } from '../platform/html.ts';
import { toCount, toFigures, toPage, toTable } from '../platform/page.ts';
import type { MonthCost } from './month-cost.ts';
import type { Cost } from './price.ts';

/** An HTML document. */
export function toMonthPage(cost: MonthCost): string {
  const { month, runs, steps } = cost;
  const head = ['BigQuery billed', 'Slot time', 'Pod time', 'Cost'];
  const cells = (of: Cost | Cost['steps'][number]) => [
    toGiB(of.bytesBilled),
    toHours(of.slotMs / 1000),
    toHours(of.podSeconds),
    toUsd(of.usd),
  ];
  return toPage({
    title: `Cost of ${month}`,
    path: '/docs/',
    lead: 'What the runs of the month used, by the price table. Bills show what it was.',
    body: html`${toFigures([
      { name: 'in all', value: toUsd(cost.usd) },
      { name: 'billed by BigQuery', value: toGiB(cost.bytesBilled) },
      { name: 'of pods', value: toHours(cost.podSeconds) },
      { name: 'runs', value: toCount(runs.filter(({ run }) => run !== null).length) },
    ])}
<h2>Runs</h2>
${toTable(
  'Cost of each run',
  ['Run', 'Category', ...head, 'Most of it'],
  runs.map((run) => [run.run ?? 'no run: dashboards, people', run.category ?? '', ...cells(run), run.steps[0]?.step ?? '']),
)}
<h2>Steps</h2>
${toTable(
  'Cost of each step',
  ['Step', ...head],
  steps.map((step) => [step.step, ...cells(step)]),
)}
<h2>What this rests on</h2>
<ul>${cost.assumptions.map((line) => html`<li>${line}</li>`)}</ul>`,
  });
}

const toUsd = (usd: number) => html`<span class="nowrap">$${usd.toFixed(2)}</span>`;
const toGiB = (bytes: number) => html`<span class="nowrap">${(bytes / 2 ** 30).toFixed(2)} GiB</span>`;
const toHours = (seconds: number) => html`<span class="nowrap">${(seconds / 3600).toFixed(2)} h</span>`;
