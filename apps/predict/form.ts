// The fields of a data set's form: each a control as its column wants it, with its label, and a hint or what is wrong.
import { type Asked, type Choice, isWithin } from '../contract/asked.ts';
import type { Bounds } from '../contract/input.ts';
import { units } from '../contract/units.ts';
import { type Html, html } from '../platform/html.ts';
import { drawMap, toPlaceMap } from './map.ts';
import type { Problem } from './request.ts';
import { findChoices, searchedChoices } from './search.ts';
import type { Served } from './served.ts';

export interface Filled {
  /** What the form was sent or asked for with. */
  readonly given: Readonly<Record<string, unknown>>;
  readonly problems: readonly Problem[];
  readonly now: Date;
}

export const toFields = ({ dataset, asked }: Served, { given, problems, now }: Filled): Html[] =>
  asked.map((one) => {
    const { field } = one;
    const problem = problems.find((found) => found.field === field)?.message;
    const written = Object.hasOwn(given, field) && typeof given[field] === 'string' ? given[field] : undefined;
    const [id, note] = [`${field}-input`, `${field}-note`];
    const required = one.input.estimate === undefined && html` required`;
    const invalid = problem !== undefined && html` aria-invalid="true"`;
    const attributes = html` id="${id}" name="${field}" aria-describedby="${note}"${required}${invalid}`;
    const control = toControl(one, attributes, { written, now: toClock(now, dataset.time.zone) });
    return html`<div><label for="${id}">${toLabel(one)}</label>${control}
<p id="${note}" class="${problem === undefined ? 'hint' : 'problem'}">${problem ?? toHint(one)}</p>${toMap(one, written)}</div>
`;
  });

function toLabel({ input: { label, estimate }, column: { unit }, holds }: Asked): string {
  const inUnit = unit !== undefined && holds.kind === 'number' ? ` in ${units[unit].text}` : '';
  return `${label}${inUnit}${estimate ? ' (optional)' : ''}`;
}

function toHint(asked: Asked): string {
  const { input, holds } = asked;
  const search = searchedChoices(asked) && 'Any part of a name';
  return [input.hint, search, holds.kind === 'time' ? holds.clock : undefined].filter((one) => one !== undefined).join('; ');
}

/** What the clocks show there, as forms write it. */
const toClock = (now: Date, timeZone: string): string =>
  new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'short' }).format(now).replace(' ', 'T');

function toControl(asked: Asked, attributes: Html, { written, now }: { written: string | undefined; now: string }): Html {
  const { holds } = asked;
  const searched = searchedChoices(asked);
  const byDefault = toDefault(asked);
  switch (holds.kind) {
    case 'choice':
      if (searched) return toSearch(asked, searched, attributes, written ?? byDefault);
      return toSelect(holds.choices, attributes, { written, byDefault });
    case 'number': {
      const mode = holds.whole ? html`inputmode="numeric" step="1"` : html`inputmode="decimal" step="any"`;
      return html`<input${attributes} type="number" ${mode}${toRange(holds.bounds)} value="${written ?? byDefault}">`;
    }
    case 'day':
    case 'time': {
      const present = holds.kind === 'day' ? now.slice(0, 10) : now;
      const value = written ?? (isWithin(present, holds.bounds) ? present : '');
      const ends = holds.kind === 'day' ? undefined : (['T00:00', 'T23:59'] as const);
      const type = holds.kind === 'day' ? 'date' : 'datetime-local';
      return html`<input${attributes} type="${type}"${toRange(holds.bounds, ends)} value="${value}">`;
    }
  }
}

const toRange = ({ atLeast, above, atMost, below }: Bounds, [first, last]: readonly [string, string] = ['', '']): Html[] =>
  Object.entries({ min: atLeast ?? above, max: atMost ?? below }).flatMap(([name, bound]) =>
    bound === undefined ? [] : [html` ${name}="${bound}${name === 'min' ? first : last}"`],
  );

/** Typing a choice's first letters finds it, as in any list of choices; rows of a dimension stand in groups. */
function toSelect(
  choices: readonly Choice[],
  attributes: Html,
  { written, byDefault }: { written: string | undefined; byDefault: string },
): Html {
  const isOne = (text: string | undefined) => choices.some(({ value }) => String(value) === text);
  const chosen = isOne(written) ? written : byDefault;
  const groups = [...Map.groupBy(choices, ({ group }) => group)];
  const toOption = ({ value, label }: Choice) =>
    html`<option value="${String(value)}"${String(value) === chosen && html` selected`}>${label}</option>`;
  return html`<select${attributes}>${byDefault === '' && html`<option value="">Choose …</option>`}${groups.map(
    ([group, members]) =>
      group === undefined ? members.map(toOption) : html`<optgroup label="${group}">${members.map(toOption)}</optgroup>`,
  )}</select>`;
}

/** Made once: to compare is then a hundred times as fast. */
const names = new Intl.Collator('en', { numeric: true });

/** A field that takes any part of a name. */
function toSearch(asked: Asked, choices: readonly Choice[], attributes: Html, text: string): Html {
  const map = toPlaceMap(choices);
  const list = `${asked.field}-list`;
  const toOption = ({ label, place }: Choice) => {
    const point = map && place && map.pointOf(place);
    return html`<option value="${label}"${point && html` data-x="${point.x}" data-y="${point.y}"`}></option>`;
  };
  const byName = choices.toSorted((a, b) => names.compare(a.label, b.label));
  return html`<input${attributes} type="text" list="${list}" autocomplete="off" value="${findOne(choices, text)?.label ?? text}">
<datalist id="${list}">${byName.map(toOption)}</datalist>`;
}

/** A map of a searched field's choices, where these have places. */
function toMap(asked: Asked, written: string | undefined): Html | undefined {
  const choices = searchedChoices(asked);
  const map = choices && toPlaceMap(choices);
  return map && drawMap(map, choices, findOne(choices, written ?? toDefault(asked)));
}

/** The only one that a text can mean. */
function findOne(choices: readonly Choice[], text: string): Choice | undefined {
  const [found, ...others] = text === '' ? [] : findChoices(choices, text);
  return others.length === 0 ? found : undefined;
}

const toDefault = ({ input }: Asked): string => (input.default === undefined ? '' : String(input.default));
