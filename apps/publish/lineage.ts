// The way of a data set's rows from file to view and model, drawn as boxes in a grid; on a phone, as a list from top to bottom.
import { type Dataset, wordsOf } from '../contract/dataset.ts';
import { shownFileName } from '../contract/file-name.ts';
import {
  biView,
  cleanTable,
  featureTable,
  monthlyTable,
  registeredModel,
  type TableName,
  triageTable,
} from '../contract/names.ts';
import { type Html, html } from '../platform/html.ts';

interface Box {
  readonly name: string;
  readonly what: string;
  readonly from?: string;
  /** Place in the grid: column 1 to 5, row 1 to 3, or all rows. */
  readonly place: string;
}

/** The picture as an ordered list. */
export function toLineage(dataset: Dataset): Html {
  const { category, model } = dataset;
  const { many } = wordsOf(dataset);
  const clean = nameOf(cleanTable(category));
  const monthly = nameOf(monthlyTable(category));
  const features = model ? nameOf(featureTable(category, model.name)) : '';
  const boxes: Box[] = [
    { name: shownFileName(dataset), what: 'a month’s file', place: 'at-1' },
    { name: 'validate', what: 'expectations and threshold', from: 'the file', place: 'at-2' },
    { name: clean, what: `${many} that keep every rule`, from: 'validate', place: 'at-3 row-1' },
    { name: nameOf(triageTable(category)), what: `${many} that break a rule`, from: 'validate', place: 'at-3 row-2' },
    { name: monthly, what: 'sums and averages', from: 'validate', place: 'at-3 row-3' },
    ...(model ? [{ name: features, what: `features of the ${model.name} model`, from: clean, place: 'at-4 row-1' }] : []),
    { name: nameOf(biView(category)), what: 'view for dashboards', from: monthly, place: 'at-4 row-3' },
    ...(model
      ? [{ name: registeredModel(category, model.name), what: `predicts the ${model.name}`, from: features, place: 'at-5 row-1' }]
      : []),
  ];
  return html`<ol class="lineage">${boxes.map(
    ({ name, what, from, place }) =>
      html`<li class="${place}"><code>${toBreakable(name)}</code><span class="small soft">${what}</span>${from === undefined ? null : html`<span class="small soft lineage-from">from ${from}</span>`}</li>`,
  )}</ol>`;
}

/** Narrow boxes break a name after its dot or underscores. */
const toBreakable = (name: string): Html => html`${name.split(/(?<=\.|_)(?!_)/).map((part) => html`${part}<wbr>`)}`;

/** `staging.green_clean`. */
export const nameOf = ({ dataset, table }: TableName): string => `${dataset}.${table}`;
