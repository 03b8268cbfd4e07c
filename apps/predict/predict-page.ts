// The prediction page: a form for each model, the prediction, and what to do where no model serves yet.
import { wordsOf } from '../contract/dataset.ts';
import { describeTarget, toError, toModelWords } from '../contract/derive/model-words.ts';
import { decimalsOf, isMoney, toAmount, type UnitName, units } from '../contract/units.ts';
import { type Html, type HtmlValue, html } from '../platform/html.ts';
import { toPage } from '../platform/page.ts';
import type { Prediction } from './answer.ts';
import type { Champion } from './champion.ts';
import { toFields } from './form.ts';
import { pageScript } from './page-script.ts';
import type { Problem } from './request.ts';
import type { Served } from './served.ts';

/** A data set and the model that serves. */
export interface Serving {
  readonly served: Served;
  readonly champion: Pick<Champion, 'version' | 'rmse'>;
}

export interface PredictPage {
  readonly serving: readonly Serving[];
  /** Whose form is shown; the first one's unless given. */
  readonly category?: unknown;
  /** What the form was sent or asked for with. */
  readonly given?: Readonly<Record<string, unknown>>;
  readonly prediction?: Prediction;
  readonly problems?: readonly Problem[];
  readonly now: Date;
}

/** The page as an HTML document. */
export function toPredictPage(page: PredictPage): string {
  const shown = page.serving.find(({ served }) => served.dataset.category === page.category) ?? page.serving[0];
  const path = '/predict/';
  if (!shown) return toPage({ title: 'Predictions', body: emptyState, path });
  const { dataset } = shown.served;
  const target = describeTarget(dataset).replace(/\.$/, '');
  return toPage({
    title: `Predict the ${nameOf(shown)}`,
    lead: `${target}, as a model learned it from past ${wordsOf(dataset).many}.`,
    body: html`${toKinds(page.serving, shown)}<div class="predict">${toForm(shown, page)}${toOutcome(shown, page)}</div>`,
    path,
    script: pageScript,
  });
}

const nameOf = ({ served }: Serving): string => toModelWords(served.dataset).what.toLowerCase();

const emptyState = html`<div class="notice"><p class="verdict">No model serves yet</p>
<p>A model is trained by the <code>full-refresh</code> workflow, once rows are in the warehouse.</p>
<p>On one machine: <code>npm start</code>. This page shows the model as soon as it is there; reload it then.</p></div>`;

/** A link to the form of each model, where there are several. */
function toKinds(serving: readonly Serving[], shown: Serving): Html | null {
  if (serving.length < 2) return null;
  return html`<nav class="kinds" aria-label="Models"><ul>${serving.map(({ served: { dataset } }, index) => {
    const current = serving[index] === shown && html` aria-current="page"`;
    return html`<li><a href="?category=${dataset.category}"${current}>${dataset.title}</a></li>`;
  })}</ul></nav>
`;
}

function toForm(shown: Serving, { given = {}, problems = [], now }: PredictPage): Html {
  return html`<form method="post" action="./" id="prediction" novalidate>
<input type="hidden" name="category" value="${shown.served.dataset.category}">
<div class="fields" id="fields">
${toFields(shown.served, { given, problems, now })}</div>
<p><button type="submit">Predict the ${nameOf(shown)}</button></p>
</form>`;
}

function toOutcome(shown: Serving, { serving, prediction, problems = [] }: PredictPage): Html {
  return html`<div id="outcome" class="outcome" role="status" aria-live="polite">
${prediction ? toResult(prediction) : problems.length > 0 ? toProblem(shown.served, problems) : html`<p class="soft">The ${nameOf(shown)} appears here.</p>`}
<ul class="small soft models">${serving.map(({ served: { dataset }, champion: { version, rmse } }) => {
    const { unit } = toModelWords(dataset);
    return html`<li>${dataset.title}: model ${version}, typical error ${toError(rmse, unit)}</li>`;
  })}</ul>
</div>`;
}

function toResult({ dataset, value, unit, model, estimates }: Prediction): Html {
  const used = estimates.map(
    ({ asked, value: estimate, isEstimated }) => `${toAmount(estimate, asked.column.unit)}${isEstimated ? ', estimated' : ''} · `,
  );
  return html`<p class="soft">${toModelWords(dataset).what}</p><p class="predicted" id="predicted">${toLargeAmount(value, unit)}</p>
<p>Typical error (RMSE) ${toError(model.rmse, unit)}</p><p class="soft small">${used}${dataset.title}, model ${model.version}</p>`;
}

/** The number is what is read first; a sign of money is part of it, the word of another unit is smaller. */
const toLargeAmount = (value: number, unit: UnitName | undefined): HtmlValue =>
  unit === undefined || isMoney(unit)
    ? toAmount(value, unit)
    : html`${value.toFixed(decimalsOf(unit))} <small>${units[unit].text}</small>`;

/** What is wrong with no field of the form is said here. */
function toProblem({ asked }: Served, problems: readonly Problem[]): Html {
  const other = problems.filter(({ field }) => !asked.some((one) => one.field === field));
  const text = other.length > 0 ? other.map(({ message }) => message).join('; ') : 'Please correct the marked fields.';
  return html`<p class="problem">${text}</p>`;
}
