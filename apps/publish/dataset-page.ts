// The page of one data set: promises, columns, rules, gates, expectations, tables, lineage by the contract, and what its months were like.

import { type Column, type Dataset, isModelled, type Modelled, summaryOf, wordsOf } from '../contract/dataset.ts';
import { learnedDimensions } from '../contract/derive/dbt-dimensions.ts';
import { toMeaning } from '../contract/derive/dbt-sources.ts';
import { toExpectationSuite } from '../contract/derive/expectations.ts';
import {
  biView,
  cleanTable,
  dimensionTable,
  docsPaths,
  featureTable,
  monthlyColumns,
  monthlyTable,
  triageColumns,
  triageTable,
} from '../contract/names.ts';
import { personalWords } from '../contract/personal-kind.ts';
import type { Severity } from '../contract/severity.ts';
import { units } from '../contract/units.ts';
import { gatesOf } from '../contract/usual-gates.ts';
import { withArticle } from '../contract/with-article.ts';
import type { Rows } from '../plan/parquet-rows.ts';
import { toRowsTable } from '../plan/rows-table.ts';
import { type Html, html } from '../platform/html.ts';
import { type Tone, toChip, toPage, toTable } from '../platform/page.ts';
import { monthOf, reportOf, verdictOf } from './docs-index.ts';
import { nameOf, toLineage } from './lineage.ts';
import { toPromises } from './promises.ts';
import type { ValidationResult } from './validation-results.ts';

const tones: Record<Severity, Tone> = { critical: 'bad', warning: 'warn', info: 'plain' };

/** What the docs bucket knows of a data set. */
export interface DatasetFacts {
  /** The newest first. */
  readonly months: readonly ValidationResult[];
  /** Clean ones of the newest month. */
  readonly rows: Rows | undefined;
  /** Whether schema-groups has left its page. */
  readonly hasSchemas: boolean;
}

/** The page as an HTML document. It lies one folder below the docs bucket. */
export function toDatasetPage(dataset: Dataset, { months, rows, hasSchemas }: DatasetFacts): string {
  const suite = toExpectationSuite(dataset).expectations;
  const body = html`<p class="crumbs"><a href="../">Documentation</a> / ${dataset.category}</p>
<h2>From file to ${dataset.model?.name ?? 'table'}</h2>
${toLineage(dataset)}
${toPromises(dataset)}
<h2>Columns</h2>
${toTable(
  'Columns',
  ['Column', 'Type', 'Meaning', 'Codes'],
  dataset.columns.map((column) => toColumnRow(dataset, column)),
)}
${toClean(rows, months[0])}
<h2>Rules</h2>
<p>A row is clean when it keeps every rule. A rule whose answer is unknown, because a value is missing, counts as broken; such a row goes to triage with the names of the rules that it broke.</p>
${toTable(
  'Rules',
  ['Rule', 'Holds when'],
  dataset.rules.map(({ name, description }) => [html`<code>${name}</code>`, description]),
)}
${toMonths(months, hasSchemas ? `../${docsPaths.schema(dataset.category, 'html')}` : undefined)}
<h2>Tables</h2>
${toTable('Tables', ['Table', 'One row is', 'Partition', 'Filled by'], toTableRows(dataset))}
${isModelled(dataset) ? toFeatures(dataset) : null}
<h2>Checks of a month</h2>
<p>Judged by what the loader makes of the file, before a table changes. A critical one that fails stops the month, unless somebody accepts it with a reason.</p>
${toTable(
  'Checks of a month',
  ['Check', 'Holds when', 'Severity'],
  gatesOf(dataset).map(({ name, description, severity }) => [
    html`<code class="nowrap">${name}</code>`,
    description,
    toChip(severity, tones[severity]),
  ]),
)}
<h2>Expectations of a file</h2>
<p>Checked before a file is let in. A critical one that fails refuses the file. Each month’s validation report says what was found.</p>
<details><summary>Expectations: ${suite.length}</summary>${toTable(
    'Expectations',
    ['Expectation', 'Of', 'Arguments', 'Severity'],
    suite.map(({ type, kwargs, severity }) => [
      html`<span class="nowrap">${type.replace(/^expect_/, '').replaceAll('_', ' ')}</span>`,
      html`<code>${toSubject(kwargs)}</code>`,
      html`<span class="small">${toArguments(kwargs)}</span>`,
      toChip(severity, tones[severity]),
    ]),
  )}</details>`;
  return toPage({ title: dataset.title, lead: dataset.description, body, path: '/docs/' });
}

function toClean(rows: Rows | undefined, newest: ValidationResult | undefined): Html | null {
  if (!rows || !newest || rows.rows.length === 0) return null;
  return html`<h2>Clean rows</h2>
<p>Some of ${monthOf(newest)}. <a href="../${reportOf(newest)}">Its report</a> shows triaged ones, too.</p>
${toRowsTable('Clean rows', rows)}`;
}

function toFeatures({ features = {}, model }: Modelled): Html {
  const use = (name: string) => (name === model.target ? 'what is predicted' : model.features.includes(name) ? 'yes' : 'no');
  return html`<h2>Features</h2>
${toTable(
  'Features',
  ['Column', 'Meaning', 'Read by the model'],
  Object.entries(features).map(([name, feature]) => [html`<code>${name}</code>`, toMeaning(feature), use(name)]),
)}`;
}

/** The months that were validated, newest first: how their columns differ from the contract, and which were accepted all the same. */
function toMonths(months: readonly ValidationResult[], schemas: string | undefined): Html | null {
  if (months.length === 0) return null;
  return html`<h2>Months</h2>
<p>How each month’s file differs from the contract, and which checks failed. None of these differences loses a row.${schemas === undefined ? null : html` <a href="${schemas}">Their schemas</a>: what changes from month to month, and what the files say of their values.`}</p>
${toTable(
  'Months',
  ['Month', 'Verdict', 'Drift', 'Failed checks'],
  months.map((month) => [
    html`<a class="nowrap" href="../${reportOf(month)}">${monthOf(month)}</a>`,
    html`${verdictOf(month)}${month.accepted ? html` <span class="small">“${month.accepted.reason}”</span>` : null}`,
    html`<span class="small">${month.drift.join('; ') || 'none'}</span>`,
    html`<span class="small">${month.failedChecks.join(', ') || 'none'}</span>`,
  ]),
)}`;
}

function toColumnRow(
  dataset: Dataset,
  { name, type, unit, description, aliases = [], optional, since, until, codes = {}, personal }: Column,
): Html[] {
  const { key = [], lookups = {} } = dataset;
  const found = Object.values(lookups).find(({ column }) => column === name)?.dimension;
  const notes = [
    ...(key.includes(name) ? [key.length === 1 ? 'The key.' : 'Part of the key.'] : []),
    ...(found ? [`Refers to ${withArticle(found.row)} of ${nameOf(dimensionTable(found))}.`] : []),
    ...(aliases.length > 0 ? [`Some files spell it ${aliases.join(', ')}.`] : []),
    ...(since ? [`Since ${since}.`] : []),
    ...(until ? [`Until ${until}.`] : []),
    ...(optional && !since && !until ? ['Files of some years lack it.'] : []),
    ...(personal ? [personalWords[personal]] : []),
  ].join(' ');
  return [
    html`<code>${name}</code>`,
    html`<span class="nowrap">${type}${unit === undefined ? null : html` <span class="soft">${units[unit].text}</span>`}</span>`,
    html`${description}${notes === '' ? null : html` <span class="soft">${notes}</span>`}`,
    html`${Object.entries(codes).map(([code, meaning]) => html`<span class="code-pair"><code>${code}</code> ${meaning}</span> `)}`,
  ];
}

function toTableRows(dataset: Dataset): Html[][] {
  const { category, model, time } = dataset;
  const row = (name: string, grain: string, partition: string, by: string) => [
    html`<code>${name}</code>`,
    html`${grain}`,
    html`${partition}`,
    html`${by}`,
  ];
  return [
    row(nameOf(cleanTable(category)), `${withArticle(wordsOf(dataset).one)} that keeps every rule`, `month of ${time.at}`, 'etl'),
    row(
      nameOf(triageTable(category)),
      `${withArticle(wordsOf(dataset).one)} that breaks a rule, with ${triageColumns.rules}`,
      triageColumns.month,
      'etl',
    ),
    row(
      nameOf(monthlyTable(category)),
      `${Object.keys(summaryOf(dataset).keys).join(', ')} and month`,
      monthlyColumns.month,
      'etl',
    ),
    ...(model
      ? [
          row(
            nameOf(featureTable(category, model.name)),
            `a clean ${wordsOf(dataset).one} whose lookups find a place`,
            'month of its day',
            'dbt',
          ),
        ]
      : []),
    ...learnedDimensions(dataset).map((dimension) =>
      row(nameOf(dimensionTable(dimension)), `${withArticle(dimension.row)}, as the rows say it`, 'none', 'dbt'),
    ),
    row(nameOf(biView(category)), 'as the monthly table, with names for codes', 'none: a view', 'dbt'),
  ];
}

function toSubject(kwargs: Readonly<Record<string, unknown>>): string {
  if (typeof kwargs.column === 'string') return kwargs.column;
  return typeof kwargs.column_A === 'string' ? `${kwargs.column_A}, ${kwargs.column_B}` : 'table';
}

function toArguments(kwargs: Readonly<Record<string, unknown>>): string {
  const shown = Object.entries(kwargs).filter(([key]) => !['column', 'column_A', 'column_B'].includes(key));
  return shown.map(([key, value]) => `${key} ${Array.isArray(value) ? value.join(', ') : String(value)}`).join('; ');
}
