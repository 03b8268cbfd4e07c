// The validation report as one page: the verdict, what failed, every expectation, the file's columns.
import { type Html, html } from '../platform/html.ts';
import { type Tone, toBar, toChip, toCount, toFigures, toPage, toPercent, toTable } from '../platform/page.ts';
import type { ExpectationResult, SuiteResult } from './evaluate.ts';
import { type Gate, toFinding, toSentence, toText } from './gate.ts';
import type { FileColumn } from './parquet-file.ts';
import type { Severity } from './suite.ts';

export interface Report {
  readonly fileName: string;
  readonly result: SuiteResult;
  readonly gate: Gate;
  readonly rows: number;
  readonly columns: readonly FileColumn[];
}

const tones: Record<Severity, Tone> = { critical: 'bad', warning: 'warn', info: 'plain' };

/** The report as an HTML document. */
export function toReport({ fileName, result, gate, rows, columns }: Report): string {
  const failed = result.results.filter(({ success }) => !success);
  const passed = result.results.filter(({ success }) => success);
  const body = html`
${toVerdict(gate)}
${toFigures([
  { name: 'Expectations that hold', value: `${passed.length} of ${result.results.length}` },
  { name: 'Success', value: toPercent(gate.successPercent) },
  { name: 'Threshold', value: toPercent(gate.threshold) },
  { name: 'Rows', value: toCount(rows) },
  { name: 'Columns', value: toCount(columns.length) },
])}
<h2>What failed</h2>
${failed.length === 0 ? html`<p class="soft">Nothing: every expectation holds.</p>` : toResults('Failed expectations', failed)}
<h2>What holds</h2>
${passed.length === 0 ? html`<p class="soft">Nothing.</p>` : toResults('Expectations that hold', passed)}
<h2>Columns of the file</h2>
${toTable(
  'Columns of the file',
  ['Column', 'Type'],
  columns.map(({ name, type }) => [html`<code>${name}</code>`, type]),
)}
<p class="small soft">Suite <code>${result.suite_name}</code>. Missing values are judged only by expectations about them; NaN counts as missing.
The whole result in Great Expectations' format: <a href="result.json">result.json</a>.</p>`;
  return toPage({ title: fileName, body, path: '/docs/', lead: 'Validation report' });
}

function toVerdict(gate: Gate): Html {
  const critical = gate.failed.filter(({ severity }) => severity === 'critical').length;
  const reasons = [
    ...(critical > 0 ? [`${critical} critical expectation${critical === 1 ? '' : 's'} failed`] : []),
    ...(gate.successPercent < gate.threshold
      ? [`${toPercent(gate.successPercent)} is below the threshold of ${toPercent(gate.threshold)}`]
      : []),
  ];
  const text = gate.success
    ? `${toPercent(gate.successPercent)} of the expectations hold, and none that is critical failed.`
    : `${reasons.join(', and ')}.`;
  return html`<div class="notice ${gate.success ? 'good' : 'bad'}"><p class="verdict">${gate.success ? 'Let in' : 'Refused'}</p><p>${text}</p></div>`;
}

function toResults(label: string, results: readonly ExpectationResult[]): Html {
  return html`<ul class="results ${results[0]?.success ? 'held' : 'failed'}" aria-label="${label}">${results.map(toEntry)}</ul>`;
}

function toEntry(entry: ExpectationResult): Html {
  const { success, expectation_config: config, result } = entry;
  const percent = result.unexpected_percent;
  const samples = [...new Set((result.partial_unexpected_list as unknown[] | undefined)?.map(toText))];
  return html`<li>
<div class="results-head"><p><strong>${toSentence(entry)}</strong></p>
<p>${success ? toChip('holds', 'good') : toChip(config.severity, tones[config.severity])}</p></div>
<p class="soft">${toFinding(entry)}</p>
${typeof percent === 'number' && percent > 0 ? toBar(percent, success ? 'plain' : tones[config.severity]) : null}
${samples.length > 0 ? html`<p class="small soft">Such as ${samples.slice(0, 8).map((sample) => html`<code>${sample}</code> `)}</p>` : null}
</li>`;
}
