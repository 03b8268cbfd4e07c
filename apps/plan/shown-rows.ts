// Rows as a page may show them: of a personal column its name alone.
import type { Dataset } from '../contract/dataset.ts';
import { mayShow, notShown } from '../contract/personal.ts';
import type { Rows } from './parquet-rows.ts';

/** The rows with a word in place of each personal value. All columns must be the data set's. */
export function toShownRows(dataset: Dataset, { columns, rows }: Rows): Rows {
  const shown = columns.map(({ name }) => mayShow(dataset, name));
  return {
    columns: columns.map((column, place) => (shown[place] ? column : { ...column, type: 'string' })),
    rows: rows.map((row) => row.map((cell, place) => (shown[place] ? cell : notShown))),
  };
}
