// The runs on the home page: the latest of each category in words, and the list of all.
import { exitCode } from '../apps/platform/errors.ts';
import { type Html, html } from '../apps/platform/html.ts';
import { type Tone, toChip } from '../apps/platform/page.ts';
import { hasFailed, type StepSummary, type Summary } from '../workflows/local/summary.ts';
import { toReportLink } from './home-category.ts';

export interface Home {
  /** Newest first. */
  readonly runs: readonly Summary[];
  readonly now: Date;
  /** The state folder as the reader would type it: logs are below it. */
  readonly state: string;
}

const tones: Record<Summary['status'], Tone> = {
  succeeded: 'good',
  failed: 'bad',
  error: 'bad',
  stopped: 'warn',
  running: 'plain',
};
const shownRuns = 6;

/** What became of a category's latest run: a line where all is well, else what to do. */
export function toNews(run: Summary | undefined, home: Home): Html {
  if (run === undefined) return html``;
  if (run.status === 'succeeded')
    return html`<div class="notice good"><p><strong>${toName(run)}: succeeded</strong> ${toAge(run, home.now)}, after ${toSeconds(run.seconds)}.</p></div>`;
  const step = currentStep(run);
  if (run.status === 'running')
    return html`<div class="notice"><p><strong>${toName(run)}: running</strong>${step ? html`, now at ${step.name}` : null}; started ${toAge(run, home.now)}. Reload to see more.</p></div>`;
  const report = toReportLink(run);
  return html`<div class="notice ${hasFailed(run) ? 'bad' : ''}"><p class="verdict">${toName(run)}: ${run.status}${step ? ` at ${step.name}` : null}</p>
${step?.message === undefined ? null : html`<p>${toReason(step)}</p>`}
<dl class="facts">${step ? html`<dt>Log</dt><dd><code>${home.state}/${step.log}</code></dd>` : null}
${report ? html`<dt>Report</dt><dd>${report}</dd>` : null}
${step?.exitCode === exitCode.outcome ? html`<dt>Mend files</dt><dd>then start anew, as before</dd>` : null}
<dt>Resume</dt><dd><code>npm start -- --resume ${run.run}</code></dd></dl></div>`;
}

/** The latest runs, older ones folded away. What the news tell of theirs is not told twice. */
export function toRuns(home: Home, news: readonly (Summary | undefined)[]): Html {
  const { runs } = home;
  const older = runs.slice(shownRuns);
  const list = (some: readonly Summary[]) =>
    html`<ul class="results">${some.map((run) => toEntry(run, home, news.includes(run)))}</ul>`;
  return html`<section aria-labelledby="runs"><h2 id="runs">Latest runs</h2>${list(runs.slice(0, shownRuns))}
${older.length === 0 ? null : html`<details><summary>${older.length} older</summary>${list(older)}</details>`}</section>`;
}

function toEntry(run: Summary, { now, state }: Home, isNews: boolean): Html {
  const step = run.status === 'succeeded' ? undefined : currentStep(run);
  const done = run.steps.filter(({ status }) => status === 'succeeded').length;
  return html`<li><div class="results-head"><p><strong>${toName(run)}</strong></p><p>${toChip(run.status, tones[run.status])}</p></div>
<p class="soft">${toAge(run, now)} · ${toSeconds(run.seconds)} · ${done} of ${run.steps.length} steps · <code>${run.run}</code></p>
${step && hasFailed(step) && !isNews ? html`<p>${step.name}: ${toReason(step)} <span class="soft">(${state}/${step.log})</span></p>` : null}</li>`;
}

/** `batch yellow 2025-01`. */
const toName = ({ workflow, category, files, parameters }: Summary): string => {
  const months = files.flatMap(({ month }) => month ?? []).sort();
  const span = months.length > 1 ? `${months[0]} to ${months.at(-1)}` : (months[0] ?? parameters.run_date?.slice(0, 7));
  return [workflow, category, span].filter(Boolean).join(' ');
};

/** Where a run that did not succeed stands: the failed step, else the one that was running when it ended. */
const currentStep = ({ steps }: Summary): StepSummary | undefined =>
  ['failed', 'error', 'stopped', 'running'].map((wanted) => steps.find(({ status }) => status === wanted)).find(Boolean);

/** A program's own line starts with its name, which the reader knows already. */
const toReason = ({ name, message = 'failed' }: StepSummary): string =>
  message.startsWith(`${name}: `) ? message.slice(name.length + 2) : message;

const toSeconds = (seconds: number): string =>
  seconds < 60 ? `${seconds.toFixed(1)} s` : `${Math.floor(seconds / 60)} min ${Math.floor(seconds % 60)} s`;

/** `3 minutes ago`, with the exact time for who asks. */
function toAge({ startedAt }: Summary, now: Date): Html {
  const seconds = Math.max(0, (now.getTime() - Date.parse(startedAt)) / 1000);
  if (!Number.isFinite(seconds)) return html`${startedAt}`;
  const [count, unit] =
    seconds < 90
      ? [seconds, 'second']
      : seconds < 5400
        ? [seconds / 60, 'minute']
        : seconds < 129_600
          ? [seconds / 3600, 'hour']
          : [seconds / 86_400, 'day'];
  const rounded = Math.round(count);
  return html`<time datetime="${startedAt}" title="${startedAt}">${rounded} ${unit}${rounded === 1 ? '' : 's'} ago</time>`;
}
