// The home page: what the latest runs did to which rows, how good the data and the model are, and where to go on.
import { docsPaths, paths } from '../apps/contract/names.ts';
import { type Html, html } from '../apps/platform/html.ts';
import { type Tone, toBar, toChip, toCount, toFigures, toPage, toPercent, toTable } from '../apps/platform/page.ts';
import type { Summary } from '../workflows/summary.ts';

const tones: Record<Summary['status'], Tone> = { succeeded: 'good', failed: 'bad', stopped: 'warn', running: 'plain' };
const mostRuns = 12;

/** Renders the page for these runs, newest first. Pure. */
export function toHomePage(runs: readonly Summary[], now: Date): string {
  const body =
    runs.length === 0
      ? html`<p>No run yet. <code>npm start</code> makes one.</p>`
      : html`${toLatest(runs)}${toFiles(runs)}${toHistory(runs, now)}`;
  return toPage({
    title: 'Taxiway',
    lead: 'NYC taxi trips, from monthly files to clean tables, documentation and a fare model.',
    path: '/',
    body: html`${toDoors()}${body}`,
  });
}

function toDoors(): Html {
  return html`<ul class="doors">
    <li><a href="${paths.predict}">Predict a fare</a><span>with the champion model</span></li>
    <li><a href="${paths.docs}">Data docs</a><span>columns, rules, validation reports</span></li>
    <li><a href="${paths.docs}${docsPaths.dbt}">dbt docs</a><span>models, tests, lineage</span></li>
  </ul>`;
}

/** The newest facts of each kind, from whichever run has them. */
function toLatest(runs: readonly Summary[]): Html {
  const files = latestFiles(runs);
  const read = sum(files.map((file) => file.read));
  const clean = sum(files.map((file) => file.clean));
  const validated = runs.find((run) => run.validation);
  const trained = runs.find((run) => run.model);
  return html`<section><h2>Now</h2>${toFigures([
    { name: 'rows read', value: toCount(read) },
    { name: 'clean', value: read === 0 ? '–' : toPercent((100 * clean) / read) },
    { name: 'validation', value: validated?.validation ? toPercent(validated.validation.successPercent) : '–' },
    { name: 'model error (RMSE)', value: typeof trained?.model?.rmse === 'number' ? `$${trained.model.rmse.toFixed(2)}` : '–' },
  ])}</section>`;
}

/** One entry a category and month: the newest run's. */
function latestFiles(runs: readonly Summary[]): (Summary['files'][number] & { category: string })[] {
  const files = new Map<string, Summary['files'][number] & { category: string }>();
  for (const run of runs)
    for (const file of run.files) if (!files.has(file.file)) files.set(file.file, { ...file, category: run.category ?? '' });
  return [...files.values()].sort((a, b) => (a.file < b.file ? 1 : -1));
}

function toFiles(runs: readonly Summary[]): Html {
  const rows = latestFiles(runs).map((file) => {
    const worst = Object.entries(file.brokenRules).sort(([, a], [, b]) => b - a)[0];
    return [
      html`<a href="${paths.docs}${docsPaths.dataset(file.category)}">${file.category}</a> ${file.month ?? ''}`,
      toCount(file.read),
      toCount(file.clean),
      html`${toCount(file.triage)} ${toBar(file.read === 0 ? 0 : (100 * file.triage) / file.read, 'warn')}`,
      worst ? html`${worst[0]} (${toCount(worst[1])})` : '–',
    ];
  });
  return rows.length === 0
    ? html``
    : html`<section><h2>Months</h2>${toTable('Rows by month', ['Month', 'Read', 'Clean', 'Triaged', 'Rule most often broken'], rows)}</section>`;
}

function toHistory(runs: readonly Summary[], now: Date): Html {
  const rows = runs.slice(0, mostRuns).map((run) => {
    const failed = run.steps.find((step) => step.status === 'failed');
    const detail = failed
      ? html`${failed.name}: ${failed.message ?? 'failed'}`
      : html`${run.steps.filter((step) => step.status === 'succeeded').length} of ${run.steps.length} steps`;
    return [
      html`<code>${run.run}</code>`,
      toChip(run.status, tones[run.status]),
      toAge(run.startedAt, now),
      `${run.seconds.toFixed(1)} s`,
      detail,
    ];
  });
  return html`<section><h2>Latest runs</h2>${toTable('Latest runs', ['Run', 'Status', 'Started', 'Took', 'Steps'], rows)}</section>`;
}

/** `3 minutes ago`. */
function toAge(startedAt: string, now: Date): Html {
  const seconds = Math.max(0, (now.getTime() - Date.parse(startedAt)) / 1000);
  const [count, unit] =
    seconds < 90
      ? [seconds, 'second']
      : seconds < 5400
        ? [seconds / 60, 'minute']
        : seconds < 129_600
          ? [seconds / 3600, 'hour']
          : [seconds / 86_400, 'day'];
  const rounded = Math.round(count);
  return html`<time datetime="${startedAt}">${rounded} ${unit}${rounded === 1 ? '' : 's'} ago</time>`;
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);
