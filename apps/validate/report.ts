// The validation report as one page: the verdict, what failed, every check and expectation, the file's columns.
import { docsPaths } from '../contract/names.ts';
import { toRowsTable } from '../plan/rows-table.ts';
import { type Html, html } from '../platform/html.ts';
import { type Tone, toBar, toChip, toCount, toFigures, toPage, toPercent, toTable } from '../platform/page.ts';
import type { CheckResult } from './checks.ts';
import type { ExpectationResult } from './evaluate.ts';
import { type Gate, toFinding, toSentence, toText } from './gate.ts';
import type { JudgedMonth, Judgement } from './judge-file.ts';
import type { Preview } from './preview.ts';
import type { Severity } from './suite.ts';

export interface Report {
  readonly judged: Judgement;
  readonly gate: Gate;
  /** Names of the month's runs, each of which has a report in a folder beside this page. */
  readonly runs: readonly string[];
}

const tones: Record<Severity, Tone> = { critical: 'bad', warning: 'warn', info: 'plain' };

/** The report as an HTML document. */
export function toReport({ judged: { file, result, rows, columns, month, preview }, gate, runs }: Report): string {
  const failed = result.results.filter(({ success }) => !success);
  const passed = result.results.filter(({ success }) => success);
  const checks = month?.checks ?? [];
  const body = html`
${toVerdict(gate)}
${toFigures([
  { name: 'Expectations that hold', value: `${passed.length} of ${result.results.length}` },
  { name: 'Success', value: toPercent(gate.successPercent) },
  { name: 'Threshold', value: toPercent(gate.threshold) },
  { name: 'Rows', value: toCount(rows) },
  ...(month && month.judged > 0
    ? [{ name: 'Rows that go to triage', value: toPercent((month.triaged / month.judged) * 100) }]
    : []),
  { name: 'Columns', value: toCount(columns.length) },
])}
<h2>What failed</h2>
${failed.length === 0 && checks.every(({ success }) => success) ? html`<p class="soft">Nothing: every check and expectation holds.</p>` : null}
${toList('Failed checks', checks.filter(({ success }) => !success).map(toCheck), 'failed')}
${toList('Failed expectations', failed.map(toEntry), 'failed')}
${month ? toMonth(month) : null}
${preview ? toPreview(preview) : null}
<h2>What holds</h2>
${toList('Checks that hold', checks.filter(({ success }) => success).map(toCheck), 'held')}
${toList('Expectations that hold', passed.map(toEntry), 'held')}
<h2>Columns of the file</h2>
${toTable(
  'Columns of the file',
  ['Column', 'Type'],
  columns.map(({ name, type }) => [html`<code>${name}</code>`, type]),
)}
${runs.length > 1 ? html`<h2>Reports of this month</h2><ul>${runs.map((run) => html`<li><a href="${encodeURIComponent(run)}/">${run}</a></li>`)}</ul>` : null}
<p class="small soft">Suite <code>${result.suite_name}</code>. Values are judged as the loader casts them. Missing values are judged only by expectations about them; NaN counts as missing.
The whole result in Great Expectations' format: <a href="result.json">result.json</a>.</p>`;
  return toPage({ title: file, body, path: '/docs/', lead: 'Validation report' });
}

function toVerdict(gate: Gate): Html {
  const critical = gate.failed.filter(({ severity }) => severity === 'critical').length;
  const reasons = [
    ...(critical > 0
      ? [`${critical} critical check${critical === 1 ? '' : 's'} or expectation${critical === 1 ? '' : 's'} failed`]
      : []),
    ...(gate.successPercent < gate.threshold
      ? [`${toPercent(gate.successPercent)} is below the threshold of ${toPercent(gate.threshold)}`]
      : []),
  ].join(', and ');
  const [verdict, tone, text] = gate.accepted
    ? ['Accepted', 'warn', `${reasons}. It was loaded all the same: “${gate.accepted.reason}”`]
    : gate.success
      ? ['Let in', 'good', `${toPercent(gate.successPercent)} of the expectations hold, and nothing critical failed.`]
      : ['Refused', 'bad', `${reasons}.`];
  return html`<div class="notice ${tone}"><p class="verdict">${verdict}</p><p>${text}</p></div>`;
}

/** How the file differs from the contract, and why rows go to triage. */
function toMonth({ drift, brokenRules, judged }: JudgedMonth): Html {
  const rules = Object.entries(brokenRules);
  return html`${drift.length === 0 ? null : html`<h2>Drift</h2><p class="soft">The file differs from the contract in these columns; no row is lost by it.</p><ul>${drift.map((line) => html`<li><code>${line}</code></li>`)}</ul>`}
${
  rules.length === 0
    ? null
    : html`<h2>Why rows go to triage</h2><p class="soft">Of ${toCount(judged)} rows that were judged by the rules.</p>${toTable(
        'Why rows go to triage',
        ['Reason', 'Rows'],
        rules.map(([rule, count]) => [html`<code>${rule}</code>`, toCount(count)]),
      )}`
}`;
}

/** Clean rows have no broken rules to show; of triaged ones these are the first column. */
function toPreview({ columns, clean, triage }: Preview): Html {
  const last = columns.length - 1;
  const moved = <Item>(items: readonly Item[]): Item[] => [...items.slice(last), ...items.slice(0, last)];
  return html`<h2>Rows</h2>
<p class="soft">Some of the rows that were judged, as the tables get them. Both tables as one file: <a href="${docsPaths.rowsOfMonth}">${docsPaths.rowsOfMonth}</a>.</p>
<h3>Clean</h3>
${clean.length === 0 ? html`<p>No row is clean.</p>` : toRowsTable('Clean rows', { columns: columns.slice(0, last), rows: clean })}
<h3>Triaged</h3>
${triage.length === 0 ? html`<p>No row goes to triage.</p>` : toRowsTable('Triaged rows', { columns: moved(columns), rows: triage.map(moved) })}`;
}

const toList = (label: string, entries: readonly Html[], kind: 'held' | 'failed'): Html | null =>
  entries.length === 0 ? null : html`<ul class="results ${kind}" aria-label="${label}">${entries}</ul>`;

function toCheck({ name, description, severity, success, got, expected, samples = [] }: CheckResult): Html {
  return html`<li>
<div class="results-head"><p><strong>${description}</strong> <code>${name}</code></p>
<p>${success ? toChip('holds', 'good') : toChip(severity, tones[severity])}</p></div>
<p class="soft">Got: ${got}.${expected === '' ? '' : ` Expected: ${expected}.`}</p>
${toSamples(samples.map(toText))}
</li>`;
}

const toSamples = (samples: readonly string[]): Html | null =>
  samples.length > 0
    ? html`<p class="small soft">Such as ${samples.slice(0, 8).map((sample) => html`<code>${sample}</code> `)}</p>`
    : null;

function toEntry(entry: ExpectationResult): Html {
  const { success, expectation_config: config, result } = entry;
  const percent = result.unexpected_percent;
  const samples = [...new Set((result.partial_unexpected_list as unknown[] | undefined)?.map(toText))];
  return html`<li>
<div class="results-head"><p><strong>${toSentence(entry)}</strong></p>
<p>${success ? toChip('holds', 'good') : toChip(config.severity, tones[config.severity])}</p></div>
<p class="soft">${toFinding(entry)}</p>
${typeof percent === 'number' && percent > 0 ? toBar(percent, success ? 'plain' : tones[config.severity]) : null}
${toSamples(samples)}
</li>`;
}
