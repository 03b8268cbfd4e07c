// What is wrong with the lookups of a definition.
import { isWhole } from './column-type.ts';
import type { Dataset } from './dataset.ts';
import { didYouMean } from './did-you-mean.ts';
import { isLearned, type Lookup } from './dimension.ts';
import { findColumn, nearest } from './find-column.ts';

export function lookupProblems(dataset: Dataset): string[] {
  return Object.entries(dataset.lookups ?? {}).flatMap(([name, lookup]) =>
    [
      ...(/^[a-z][a-z0-9_]*$/.test(name) ? [] : ['the name must be snake_case']),
      ...pairProblems(dataset, lookup, [lookup.dimension.key, lookup.column]),
      ...learningProblems(dataset, lookup),
    ].map((problem) => `lookup "${name}": ${problem}`),
  );
}

/** A column of the dimension and one of the data set have the same values. */
function pairProblems(dataset: Dataset, { dimension }: Lookup, [part, column]: readonly [string, string]): string[] {
  const found = findColumn(dataset, column);
  const type = dimension.columns[part]?.type;
  if (!found) return [`no column ${nearest(dataset, column)}`];
  const isSame = found.type === type || (isWhole(found.type) && type === 'int');
  return isSame ? [] : [`column "${column}" is ${found.type}, but ${dimension.name}.${part} is ${type}`];
}

function learningProblems(dataset: Dataset, lookup: Lookup): string[] {
  const { dimension, learns } = lookup;
  if (!isLearned(dimension)) return learns === undefined ? [] : [`learns: ${dimension.name} has rows of its own; leave it out`];
  const known = Object.keys(dimension.columns).filter((name) => name !== dimension.key);
  const given = learns ?? {};
  return [
    ...known.filter((name) => !Object.hasOwn(given, name)).map((name) => `learns: nothing says ${dimension.name}.${name}`),
    ...Object.entries(given).flatMap(([part, column]) =>
      known.includes(part)
        ? pairProblems(dataset, lookup, [part, column]).map((problem) => `learns: ${problem}`)
        : [`learns: ${dimension.name} has no column "${part}"${didYouMean(part, known)}`],
    ),
  ];
}
