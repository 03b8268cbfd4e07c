// What is wrong with the sample of a definition. Its SQL is not read.
import type { Dataset } from './dataset.ts';
import { findColumn, nearest } from './find-column.ts';

export function sampleProblems(dataset: Dataset): string[] {
  const { sample } = dataset;
  if (!sample) return [];
  const { nullable, empty, words } = sample.drift;
  const unknown = (part: string, names: readonly string[]) =>
    names.filter((name) => !findColumn(dataset, name)).map((name) => `${part}: no column ${nearest(dataset, name)}`);
  return [
    ...(sample.steps.length === 0 ? ['sample.steps: none; leave the sample out, or say how rows come about'] : []),
    ...unknown('sample.values', Object.keys(sample.values)),
    ...unknown('sample.drift', [...nullable, ...empty, ...(words ? [words.column] : [])]),
  ];
}
