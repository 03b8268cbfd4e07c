// A category on the home page: its rows, why some were triaged, its newest validation and its model.
import { allDatasets } from '../apps/contract/categories.ts';
import type { Dataset } from '../apps/contract/dataset.ts';
import { toError, toModelWords } from '../apps/contract/derive/model-words.ts';
import { docsPaths, paths } from '../apps/contract/names.ts';
import { type Html, html } from '../apps/platform/html.ts';
import { toBar, toChip, toCount, toFigures, toPercent, toTable } from '../apps/platform/page.ts';
import type { FileCounts, Summary } from '../workflows/local/summary.ts';

const shownMonths = 6;
const shownRules = 4;

/** A section with the newest facts of each kind, from whichever run has them. `runs` are the category's, newest first. */
export function toCategory(category: string, runs: readonly Summary[]): Html {
  const files = latestFiles(runs);
  const validated = runs.find(({ validation }) => validation);
  const trained = runs.find(({ model }) => model);
  const dataset = allDatasets.find((one) => one.category === category);
  const figures = [...toRowFigures(files), ...toValidationFigure(validated), ...toModelFigure(trained, dataset)];
  if (figures.length === 0) return html``;
  const title = dataset ? html`<a href="${paths.docs}${docsPaths.dataset(category)}">${dataset.title}</a>` : category;
  return html`<section><h2>${title}</h2>${toFigures(figures)}${toReasons(files)}${toMonths(category, files)}</section>`;
}

/** One entry a file, as the newest run counted it; the newest month first. */
function latestFiles(runs: readonly Summary[]): FileCounts[] {
  const files = new Map<string, FileCounts>();
  for (const { files: counted } of runs) for (const file of counted) if (!files.has(file.file)) files.set(file.file, file);
  return [...files.values()].sort((a, b) => (a.file < b.file ? 1 : -1));
}

type Figure = { name: string; value: Html };
const toFigure = (name: string, value: string, note: Html | string): Figure => ({
  name,
  value: html`${value}<span class="figure-note">${note}</span>`,
});

function toRowFigures(files: readonly FileCounts[]): Figure[] {
  if (files.length === 0) return [];
  const read = sum(files.map((file) => file.read));
  const outside = sum(files.map((file) => file.outsideRetention));
  const triaged = `${toCount(sum(files.map((file) => file.triage)))} triaged${outside > 0 ? `, ${toCount(outside)} too old` : ''}`;
  const clean = sum(files.map((file) => file.clean));
  return [
    toFigure(
      'Rows read',
      toCount(read),
      files.length === 1 ? `from ${files[0]?.month ?? '1 file'}` : `from ${files.length} months`,
    ),
    toFigure('Clean', read === 0 ? '–' : toPercent((100 * clean) / read), triaged),
  ];
}

function toValidationFigure(run: Summary | undefined): Figure[] {
  if (run?.validation === undefined) return [];
  const link = toReportLink(run);
  const verdict = run.validation.success === false ? toChip('refused', 'bad') : toChip('let in', 'good');
  return [toFigure('Expectations that hold', toPercent(run.validation.successPercent), html`${verdict} ${link}`)];
}

/** The error of the model that serves now; the note tells how the newest one did against what it was compared with. */
function toModelFigure(run: Summary | undefined, dataset: Dataset | undefined): Figure[] {
  const model = run?.model;
  if (typeof model?.rmse !== 'number') return [];
  const { rmse, baselineRmse, promoted, version, baseline } = model;
  const { title, unit } = toModelWords(dataset);
  const inUnit = (amount: number) => toError(amount, unit);
  const against =
    typeof baselineRmse === 'number' ? ` against ${inUnit(baselineRmse)} of ${String(baseline ?? 'the baseline')}` : '';
  const name = `Model ${String(version ?? '')}`.trim();
  return [
    toFigure(
      `${title} error (RMSE)`,
      inUnit(promoted === false && typeof baselineRmse === 'number' ? baselineRmse : rmse),
      html`${promoted === false ? toChip('champion stays') : toChip('promoted', 'good')} ${name}: ${inUnit(rmse)}${against}`,
    ),
  ];
}

/** A link to the report of the file that a run validated, where it validated one. */
export function toReportLink({ validation, category, parameters }: Summary): Html | undefined {
  const runDate = parameters.run_date;
  if (validation === undefined || category === undefined || runDate === undefined) return undefined;
  const folder = docsPaths.validation(encodeURIComponent(category), encodeURIComponent(runDate));
  return html`<a href="${paths.docs}${folder}/">Report of ${runDate.slice(0, 7)}</a>`;
}

function toReasons(files: readonly FileCounts[]): Html {
  const triaged = sum(files.map((file) => file.triage));
  const rules = toWorstRules(files).slice(0, shownRules);
  return rules.length === 0
    ? html``
    : html`<h3>Why rows were triaged</h3><ul class="reasons">${rules.map(
        ([rule, count]) =>
          html`<li><code>${rule}</code> <span>${toCount(count)}</span> ${toBar((100 * count) / triaged, 'warn')}</li>`,
      )}</ul>`;
}

function toWorstRules(files: readonly FileCounts[]): [string, number][] {
  const rules = new Map<string, number>();
  for (const { brokenRules } of files)
    for (const [rule, count] of Object.entries(brokenRules)) rules.set(rule, (rules.get(rule) ?? 0) + count);
  return [...rules].filter(([, count]) => count > 0).sort(([, a], [, b]) => b - a);
}

function toMonths(category: string, files: readonly FileCounts[]): Html {
  const table = (label: string, some: readonly FileCounts[]) =>
    toTable(label, ['Month', 'Read', 'Clean', 'Triaged', 'Share', 'Most often broken'], some.map(toMonthRow));
  const older = files.slice(shownMonths);
  return files.length === 0
    ? html``
    : html`<h3>Months</h3>${table(`Rows of ${category} by month`, files.slice(0, shownMonths))}
${older.length === 0 ? null : html`<details><summary>${older.length} older</summary>${table(`Rows of ${category} by month, older`, older)}</details>`}`;
}

function toMonthRow(file: FileCounts): Html[] {
  const share = file.read === 0 ? 0 : (100 * file.triage) / file.read;
  const [worst] = toWorstRules([file]);
  return [
    html`<span class="nowrap">${file.month ?? file.file}</span>`,
    html`${toCount(file.read)}`,
    html`${toCount(file.clean)}`,
    html`${toCount(file.triage)}`,
    html`<span class="nowrap">${toPercent(share)}</span>${toBar(share, 'warn')}`,
    worst ? html`<span class="nowrap"><code>${worst[0]}</code> ${toCount(worst[1])}</span>` : html`–`,
  ];
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);
