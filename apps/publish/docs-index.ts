// The first page of the docs site: data sets, the latest validation reports, dbt's documentation.
import type { Dataset } from '../contract/dataset.ts';
import { docsPaths } from '../contract/names.ts';
import { type Html, html } from '../platform/html.ts';
import { toBar, toChip, toCount, toPage, toPercent, toTable } from '../platform/page.ts';
import type { ValidationResult } from './validation-results.ts';

/** The page as an HTML document; its links are relative to the docs bucket. */
export function toDocsIndex(datasets: readonly Dataset[], results: readonly ValidationResult[]): string {
  const byCategory = Map.groupBy(results, ({ category }) => category);
  const body = html`<h2>Data sets</h2>
<ul class="cards">${datasets.map((dataset) => toCard(dataset, byCategory.get(dataset.category)?.[0]))}
<li class="card"><h3><a href="${docsPaths.dbt}">Warehouse models</a></h3><p class="soft">Tables, views, tests and lineage, as dbt documents them.</p></li></ul>
<h2>Validation reports</h2>
${results.length === 0 ? html`<p class="soft">No file has been validated yet.</p>` : [...byCategory].map(([category, members]) => toReports(category, members))}`;
  return toPage({
    title: 'Documentation',
    lead: 'What the data are, and whether each month’s file was fit to be let in.',
    body,
    path: '/docs/',
  });
}

function toCard(dataset: Dataset, latest: ValidationResult | undefined): Html {
  const state = latest
    ? html`<p>${verdictOf(latest)} <a href="${reportOf(latest)}">${monthOf(latest)}</a></p>`
    : html`<p class="small soft">No month validated yet.</p>`;
  return html`<li class="card"><h3><a href="${docsPaths.dataset(dataset.category)}">${dataset.title}</a></h3><p class="soft">${dataset.description}</p>
${state}</li>`;
}

function toReports(category: string, results: readonly ValidationResult[]): Html {
  return html`<h3>${category}</h3>${toTable(
    `Validation reports of ${category}`,
    ['Month', 'Verdict', 'Expectations that hold', 'Threshold', 'Rows', 'File'],
    results.map((result) => [
      html`<a class="nowrap" href="${reportOf(result)}">${monthOf(result)}</a>`,
      verdictOf(result),
      html`<span class="nowrap">${toPercent(result.percent)} <span class="soft">(${result.held} of ${result.evaluated})</span></span>${toBar(result.percent, result.success ? 'good' : 'bad')}`,
      html`<span class="nowrap">${toPercent(result.threshold)}</span>`,
      toCount(result.rows),
      html`<code class="nowrap">${result.file}</code>`,
    ]),
  )}`;
}

export function verdictOf({ success, accepted }: ValidationResult): Html {
  if (accepted) return toChip('accepted', 'warn');
  return success ? toChip('let in', 'good') : toChip('refused', 'bad');
}

/** Folders are named by month or by its first day; readers think in months. */
export const monthOf = ({ folder }: ValidationResult): string => (/^\d{4}-\d\d-01$/.test(folder) ? folder.slice(0, 7) : folder);
/** The report's folder, relative to the docs bucket. */
export const reportOf = ({ category, folder }: ValidationResult): string =>
  `${docsPaths.validation(encodeURIComponent(category), encodeURIComponent(folder))}/`;
