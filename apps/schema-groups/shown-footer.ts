// What a footer says of personal columns: how many nulls, and no value.
import type { Dataset } from '../contract/dataset.ts';
import { hasPersonal, mayShow, notShown } from '../contract/personal.ts';
import type { ColumnStatistics } from '../plan/footer-statistics.ts';
import { type CachedFooter, copyFooter, type FooterLines, footerOf, setFooter } from './cache-format.ts';

/** The footer without the smallest and largest values of personal columns. */
export function withoutPersonal<Footer extends CachedFooter>(dataset: Dataset, footer: Footer): Footer {
  if (!hasPersonal(dataset)) return footer;
  const { columns, statistics } = footer;
  const known = statistics.columns.map((one, place) => {
    const { name } = columns[place] ?? {};
    return name === undefined || mayShow(dataset, name) ? one : { nulls: one.nulls, min: null, max: null };
  });
  return { ...footer, statistics: { ...statistics, columns: known } };
}

/** Takes a file's line over from other footers; a column may have been marked since it was written. */
export function copyShownFooter(dataset: Dataset, uri: string, { from, to }: { from: FooterLines; to: FooterLines }): void {
  const footer = hasPersonal(dataset) ? footerOf(from, uri) : undefined;
  if (footer === undefined) copyFooter(uri, from, to);
  else setFooter(to, uri, withoutPersonal(dataset, footer));
}

/** A column as the page and its JSON have it. */
export const toShownColumn = <Column extends { readonly name: string } & ColumnStatistics>(
  dataset: Dataset,
  column: Column,
): Column => (mayShow(dataset, column.name) ? column : { ...column, min: notShown, max: notShown });
