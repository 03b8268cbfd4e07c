// The prediction page: a form, the fare, and what to do where no model serves yet.

import { allDatasets } from '../contract/categories.ts';
import { type Html, html } from '../platform/html.ts';
import { toPage } from '../platform/page.ts';
import type { Answer } from './answer.ts';
import type { Champion } from './champion.ts';
import { pageScript } from './page-script.ts';
import type { Problem } from './request.ts';
import { zones } from './zones.ts';

export interface PredictPage {
  readonly champions: readonly Pick<Champion, 'category' | 'version' | 'rmse'>[];
  /** What the form was sent with. */
  readonly given?: Readonly<Record<string, unknown>>;
  readonly answer?: Answer;
  readonly problems?: readonly Problem[];
}

const lead =
  'What a taxi ride costs, as the model learned it from past trips: the metered fare, without tip, tolls and surcharges.';

/** The page as an HTML document. */
export function toPredictPage(page: PredictPage): string {
  const body = page.champions.length === 0 ? emptyState : html`<div class="predict">${toForm(page)}${toOutcome(page)}</div>`;
  return toPage({
    title: 'Predict a fare',
    lead,
    body,
    path: '/predict/',
    ...(page.champions.length > 0 && { script: pageScript }),
  });
}

const emptyState = html`<div class="notice"><p class="verdict">No model serves yet</p>
<p>A fare model is trained by the <code>full-refresh</code> workflow, once trips are in the warehouse.</p>
<p>On one machine: <code>npm start</code>. This page shows the model as soon as it is there; reload it then.</p></div>`;

function toForm({ champions, given = {}, problems = [] }: PredictPage): Html {
  const field = (name: string, label: string, control: (attributes: Html) => Html, hint?: string): Html => {
    const problem = problems.find((found) => found.field === name)?.message;
    const described = html` id="${name}" name="${name}" aria-describedby="${name}-note"${problem === undefined ? null : html` aria-invalid="true"`}`;
    return html`<div><label for="${name}">${label}</label>${control(described)}
<p id="${name}-note" class="${problem === undefined ? 'hint' : 'problem'}" data-hint="${hint ?? ''}">${problem ?? hint}</p></div>`;
  };
  const text = (name: string, fallback: string) => (typeof given[name] === 'string' ? (given[name] as string) : fallback);
  return html`<form method="post" action="./" id="trip" novalidate>
<div class="fields">
${field('category', 'Taxi', (attributes) => html`<select${attributes}>${champions.map(({ category }) => toOption(category, titleOf(category), text('category', '')))}</select>`)}
${field('passenger_count', 'Passengers', (attributes) => html`<input${attributes} type="number" inputmode="numeric" min="1" max="8" step="1" required value="${text('passenger_count', '1')}">`)}
${field('pickup_zone', 'From', (attributes) => toZoneSelect(attributes, text('pickup_zone', '161')))}
${field('dropoff_zone', 'To', (attributes) => toZoneSelect(attributes, text('dropoff_zone', '132')))}
${field('pickup_datetime', 'When', (attributes) => html`<input${attributes} type="datetime-local" required min="2009-01-01T00:00" max="2099-12-31T23:59" value="${text('pickup_datetime', '')}">`, 'New York time')}
${field('trip_distance', 'Distance in miles (optional)', (attributes) => html`<input${attributes} type="number" inputmode="decimal" min="0.1" max="500" step="any" value="${text('trip_distance', '')}">`, 'Estimated from the map when empty')}
</div>
<p><button type="submit">Predict the fare</button></p>
</form>`;
}

const groups = Map.groupBy(
  zones.filter(({ place }) => place !== undefined).toSorted((a, b) => a.name.localeCompare(b.name, 'en')),
  ({ group }) => group,
);

/** Typing a zone's first letters finds it, as in any list of choices; as in the dimension, they stand in groups. */
function toZoneSelect(attributes: Html, chosen: string): Html {
  const sorted = [...groups].toSorted(([a], [b]) => a.localeCompare(b, 'en'));
  return html`<select${attributes}>${sorted.map(
    ([group, members]) =>
      html`<optgroup label="${group}">${members.map(({ id, name }) => toOption(String(id), name, chosen))}</optgroup>`,
  )}</select>`;
}

const toOption = (value: string, label: string, chosen: string): Html =>
  value === chosen ? html`<option value="${value}" selected>${label}</option>` : html`<option value="${value}">${label}</option>`;

const titleOf = (category: string): string => allDatasets.find((dataset) => dataset.category === category)?.title ?? category;

function toOutcome({ champions, answer, problems = [] }: PredictPage): Html {
  const fields = ['category', 'passenger_count', 'pickup_zone', 'dropoff_zone', 'pickup_datetime', 'trip_distance'];
  const other = problems.filter(({ field }) => !fields.includes(field));
  return html`<div id="outcome" class="outcome" role="status" aria-live="polite">
<p class="soft outcome-empty"${answer || problems.length > 0 ? html` hidden` : null}>The fare appears here.</p>
<div id="fare"${answer ? null : html` hidden`}><p class="soft">Fare</p><p class="fare" id="fare-amount">${answer ? toDollars(answer.fare_amount) : null}</p>
<p id="fare-error">${answer ? toErrorText(answer) : null}</p><p class="soft small" id="fare-note">${answer ? toNote(answer) : null}</p></div>
<p class="problem" id="problem">${problems.length === 0 ? null : other.length > 0 ? other.map(({ message }) => message).join('; ') : 'Please mend the marked fields.'}</p>
<ul class="small soft models">${champions.map(({ category, version, rmse }) => html`<li>${titleOf(category)}: model ${version}, typical error ${toDollars(rmse)}</li>`)}</ul>
</div>`;
}

const toDollars = (amount: number): string => `$${amount.toFixed(2)}`;
const toErrorText = ({ model }: Answer): string => `Typical error (RMSE) ${toDollars(model.rmse)}`;
const toNote = ({ trip_distance: miles, distance_estimated: estimated, model }: Answer): string =>
  `${miles} miles${estimated ? ', estimated' : ''} · ${model.category} model ${model.version}`;
