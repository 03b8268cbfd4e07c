// The page of a data set's schemas: how the months drift, and what the footers say of their values.
import { toShownName } from '../contract/column-names.ts';
import type { Dataset } from '../contract/dataset.ts';
import type { Effect } from '../contract/derive/cast-effect.ts';
import type { FileColumn } from '../contract/file-schema.ts';
import type { ColumnStatistics, FooterStatistics } from '../plan/footer-statistics.ts';
import { type Html, type HtmlValue, html } from '../platform/html.ts';
import { type Tone, toChip, toCount, toFigures, toPage, toTable } from '../platform/page.ts';
import type { MonthDrift } from './drift-lines.ts';
import type { GroupReport, Report } from './report.ts';

type Column = FileColumn & ColumnStatistics;

export interface FilePart extends Omit<FooterStatistics, 'columns'> {
  readonly month: string;
  readonly file: string;
  readonly group: number;
  readonly rows: number;
  readonly bytes: number;
  readonly columns: readonly Column[];
}

export interface SchemaPage {
  readonly dataset: Dataset;
  readonly report: Report;
  /** The newest first. */
  readonly months: readonly MonthDrift[];
  readonly refused: readonly { readonly month: string; readonly message: string }[];
  /** The newest first, as many as are shown. */
  readonly files: readonly FilePart[];
  /** The address of the JSON with all files. */
  readonly json: string;
}

const most = { groups: 20, drift: 60, months: 60, refused: 50, columns: 12 };
const tones: Readonly<Record<Effect, Tone>> = { safe: 'good', lossy: 'warn', breaking: 'bad' };

/** The page as an HTML document. It lies one folder below the docs bucket. */
export function toSchemaPage({ dataset, report, months, refused, files, json }: SchemaPage): string {
  const { groups, drift, effects } = report;
  const body = html`<p class="crumbs"><a href="../">Documentation</a> / <a href="../datasets/${dataset.category}.html">${dataset.category}</a> / schemas</p>
${toFigures([
  { name: 'files', value: toCount(report.files) },
  { name: 'rows', value: toCount(report.rows) },
  { name: groups.length === 1 ? 'schema' : 'schemas', value: toCount(groups.length) },
  { name: 'lossy changes', value: toCount(effects.lossy) },
  { name: 'breaking changes', value: toCount(effects.breaking) },
])}
${toRefused(refused)}<h2>Changes</h2>
<p>${toChip('safe', tones.safe)} loses nothing. ${toChip('lossy', tones.lossy)}: some value may become null (its row goes to triage with the rule <code>cast_…</code>) or less exact, or the file no longer holds it. ${toChip('breaking', tones.breaking)}: the file is refused.</p>
${
  drift.length === 0
    ? html`<p class="soft">Every file has the contract’s own columns and types.</p>`
    : toTable(
        'Changes',
        ['Effect', 'Against the', 'Change', 'Files', 'First', 'Last'],
        [
          ...drift
            .slice(0, most.drift)
            .map(({ effect, against, text, files: count, first, last }): HtmlValue[] => [
              toChip(effect, tones[effect]),
              against,
              text,
              toCount(count),
              toMonth(first),
              toMonth(last),
            ]),
        ],
      )
}
${toMore(drift.length - most.drift, 'changes')}<h2>Month by month</h2>
${
  months.length === 0
    ? html`<p class="soft">No month differs from the month before.</p>`
    : toTable('Month by month', ['Month', 'Compared with', 'Changes'], months.slice(0, most.months).map(toMonthRow))
}
${toMore(months.length - most.months, 'months')}<h2>Schemas</h2>
<p class="soft">Files of one schema are read in one scan. Figures are the footers’ own; a value ends with … where it was cut.</p>
${groups.slice(0, most.groups).map(toGroup)}${toMore(groups.length - most.groups, 'schemas')}<h2>Files</h2>
${toTable(
  'Files',
  ['Month', 'Schema', 'Rows', 'Row groups', 'File', 'Data', 'Decompressed', 'Codec', 'Written by'],
  files.map((file): HtmlValue[] => [
    toMonth(file.month),
    file.group,
    toCount(file.rows),
    toCount(file.rowGroups),
    ...[file.bytes, file.compressed, file.uncompressed].map(toSize),
    file.codecs.join(', '),
    html`<span class="small">${file.createdBy ?? ''}</span>`,
  ]),
)}
${files.slice(0, most.columns).map(
  ({
    month,
    columns,
  }) => html`<details><summary>Columns of ${month.slice(0, 7)}</summary>${toColumns(month.slice(0, 7), columns)}</details>
`,
)}${toMore(report.files - files.length, 'files')}<p><a href="${json}">All files as JSON</a></p>`;
  return toPage({
    title: `${dataset.title}: schemas`,
    lead: 'How the months’ files differ from the contract and from the month before, and what they say of their values.',
    body,
    path: '/docs/',
  });
}

const toRefused = (refused: SchemaPage['refused']): Html | null =>
  refused.length === 0
    ? null
    : html`<div class="notice bad"><p>${toCount(refused.length)} ${refused.length === 1 ? 'file was' : 'files were'} refused; nothing was loaded.</p>
<ul>${refused.slice(0, most.refused).map(({ message }) => html`<li>${message}</li>`)}</ul>${toMore(refused.length - most.refused, 'files')}</div>
`;

const toMonthRow = ({ month, before, changes }: MonthDrift): HtmlValue[] => [
  toMonth(month),
  toMonth(before),
  changes.map(({ effect, text }, index) => html`${index > 0 ? html`<br>` : null}${toChip(effect, tones[effect])} ${text}`),
];

function toGroup(group: GroupReport, index: number): Html {
  const months = group.first === group.last ? group.first.slice(0, 7) : `${group.first.slice(0, 7)} to ${group.last.slice(0, 7)}`;
  return html`<h3>Schema ${index + 1}: ${months}</h3>
<p>${toCount(group.files)} ${group.files === 1 ? 'file' : 'files'}, ${toCount(group.rows)} rows in ${toCount(group.rowGroups)} row groups, ${toSize(group.compressed)} (${toSize(group.uncompressed)} decompressed), ${group.codecs.join(', ')}, written by ${group.createdBy.join(', ')}.</p>
<details><summary>${group.columns.length} columns</summary>${toColumns(`schema ${index + 1}`, group.columns)}</details>
`;
}

const toColumns = (of: string, columns: readonly Column[]): Html =>
  toTable(
    `Columns of ${of}`,
    ['Column', 'Type', 'Nulls', 'Smallest', 'Largest'],
    columns.map(({ name, type, decimal, nulls, min, max, minIsCut, maxIsCut }): HtmlValue[] => [
      html`<code>${toShownName(name)}</code>`,
      html`<code class="nowrap">${decimal === undefined ? type : `${type}(${decimal})`}</code>`,
      nulls === null ? html`<span class="soft">not counted</span>` : toCount(nulls),
      toValue(min, minIsCut),
      toValue(max, maxIsCut),
    ]),
  );

const toValue = (value: string | null, isCut: true | undefined): Html =>
  value === null ? html`<span class="soft">–</span>` : html`<span class="nowrap">${toShownName(value)}${isCut ? '…' : ''}</span>`;

const toMore = (count: number, what: string): Html | null =>
  count > 0 ? html`<p class="soft">And ${toCount(count)} more ${what}: see the JSON.</p>\n` : null;

const toMonth = (month: string): Html => html`<span class="nowrap">${month.slice(0, 7)}</span>`;

/** `12.3 MB`. */
function toSize(bytes: number): string {
  const units = ['bytes', 'kB', 'MB', 'GB', 'TB'];
  const power = bytes < 1000 ? 0 : Math.min(Math.floor(Math.log10(bytes) / 3), units.length - 1);
  const value = bytes / 1000 ** power;
  return `${power === 0 ? value : value.toPrecision(Math.max(3, Math.ceil(Math.log10(value))))} ${units[power]}`;
}
