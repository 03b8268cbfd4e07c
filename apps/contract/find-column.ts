// What the checks of a definition look names up with.
import type { Column, Dataset } from './dataset.ts';
import { didYouMean } from './did-you-mean.ts';

/** `"nmae" (did you mean "name"?)` */
export const nearest = ({ columns }: Pick<Dataset, 'columns'>, got: string): string =>
  `"${got}"${didYouMean(
    got,
    columns.map(({ name }) => name),
  )}`;

export function findColumn(dataset: Dataset, name: string): Column | undefined {
  return dataset.columns.find((column) => column.name === name);
}

export function countNames(names: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}
