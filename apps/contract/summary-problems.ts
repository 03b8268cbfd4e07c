// What is wrong with the summary of a definition, and with the view that derives from it.
import { digitsOf, type LogicalType, listTypes, logicalOf, mostDigits, numberTypes } from './column-type.ts';
import { type Dataset, datesOfSummary, summaryOf } from './dataset.ts';
import { viewColumns } from './derive/view-columns.ts';
import { didYouMean } from './did-you-mean.ts';
import { countNames, findColumn, nearest } from './find-column.ts';
import { findNameProblem } from './plain-name.ts';
import type { Predicate } from './predicate.ts';
import { typeProblems } from './rule-problems.ts';
import { columnsOfSummaryFigure, type SummaryFigure } from './summary.ts';

const nameProblems = (names: readonly string[]): string[] =>
  names.flatMap((name) => {
    const problem = findNameProblem(name);
    return problem === undefined ? [] : [`summary: "${name}" ${problem}`];
  });

/** Ten digits are left for ten thousand million rows. */
const mostSummedDigits = mostDigits - 10;

/** The types of the columns that a figure reads. */
const typesOfFigure: Readonly<Record<Exclude<SummaryFigure['of'], 'count' | `${string}-where`>, readonly LogicalType[]>> = {
  sum: numberTypes,
  mean: numberTypes,
  min: numberTypes,
  max: numberTypes,
  'mean-minutes': ['timestamp', 'instant'],
  'sum-hours': ['timestamp', 'instant'],
  'busiest-hour': ['timestamp'],
};

export function summaryProblems(dataset: Dataset): string[] {
  const { keys, figures } = summaryOf(dataset);
  const names = countNames(
    [...datesOfSummary(dataset), ...Object.keys(keys), ...Object.keys(figures)].map((name) => name.toLowerCase()),
  );
  return [
    ...[...names].filter(([, times]) => times > 1).map(([name]) => `summary: "${name}" is defined twice`),
    ...(Object.keys(figures).length === 0 ? ['summary: no figures; expected one at least, such as count()'] : []),
    ...nameProblems([...Object.keys(keys), ...Object.keys(figures)]),
    ...Object.entries(keys)
      .filter(([, column]) => !findColumn(dataset, column))
      .map(([name, column]) => `summary "${name}": no column ${nearest(dataset, column)}`),
    ...Object.entries(figures).flatMap(([name, figure]) => {
      const [one, other] = columnsOfSummaryFigure(figure).flatMap((column) => findColumn(dataset, column) ?? []);
      const isMixed = one && other && one.type !== other.type;
      return isMixed
        ? [
            `summary "${name}": no time passes from "${one.name}" (${one.type}) to "${other.name}" (${other.type}): one has a zone, the other has none`,
          ]
        : [];
    }),
    ...Object.entries(figures).flatMap(([name, figure]) =>
      figureProblems(dataset, figure).map((problem) => `summary "${name}": ${problem}`),
    ),
    ...boardProblems(dataset),
    ...viewProblems(dataset),
  ];
}

function figureProblems(dataset: Dataset, figure: SummaryFigure): string[] {
  const columns = columnsOfSummaryFigure(figure);
  const unknown = columns
    .filter((column) => !findColumn(dataset, column))
    .map((column) => `no column ${nearest(dataset, column)}`);
  if (figure.of === 'count') return [];
  if ('holds' in figure)
    return [
      ...unknown,
      ...(figure.description?.trim() ? [] : ['it has no description']),
      ...typeProblems(dataset, figure.holds),
      ...(readsClock(figure.holds)
        ? ["a month's figures are the same whenever it is loaded: they can't read the run's clock"]
        : []),
    ];
  const types = typesOfFigure[figure.of];
  const isSummed = figure.of === 'sum' || figure.of === 'mean';
  const wrong = columns
    .flatMap((column) => findColumn(dataset, column) ?? [])
    .flatMap(({ name, type }) => {
      if (isSummed && (digitsOf(type)?.precision ?? 0) > mostSummedDigits)
        return [`a sum of ${type} may not fit: column "${name}" has more than ${mostSummedDigits} digits`];
      return types.includes(logicalOf(type)) ? [] : [`"${figure.of}" needs ${listTypes(types)}, but column "${name}" is ${type}`];
    });
  return [...unknown, ...wrong];
}

function readsClock(predicate: Predicate): boolean {
  if ('predicates' in predicate) return predicate.predicates.some(readsClock);
  return 'holds' in predicate ? readsClock(predicate.holds) : predicate.op === 'before-as-of';
}

function boardProblems(dataset: Dataset): string[] {
  const { board } = dataset;
  const known = Object.keys(summaryOf(dataset).figures);
  return [
    ...(board?.length === 0 ? ['board: no figures; name one at least, or leave it out for all'] : []),
    ...(board ?? [])
      .filter((name) => !known.includes(name))
      .map((name) => `board: no figure "${name}"${didYouMean(name, known)}`),
    ...[...countNames(board ?? [])].filter(([, count]) => count > 1).map(([name]) => `board: figure "${name}" is listed twice`),
  ];
}

/** What is wrong with the view for dashboards. */
function viewProblems(dataset: Dataset): string[] {
  const { keys, figures, names = {}, repeats = {} } = summaryOf(dataset);
  const ofNames = Object.entries(names).flatMap(([name, key]) => {
    if (!Object.hasOwn(keys, key)) return [`summary.names "${name}": no key "${key}"${didYouMean(key, Object.keys(keys))}`];
    const column = findColumn(dataset, keys[key] as string);
    return column && !column.codes ? [`summary.names "${name}": column "${column.name}" has no codes`] : [];
  });
  const ofRepeats = Object.entries(repeats).flatMap(([name, { figure, description }]) => [
    ...(figure !== undefined && !Object.hasOwn(figures, figure)
      ? [`summary.repeats "${name}": no figure "${figure}"${didYouMean(figure, Object.keys(figures))}`]
      : []),
    ...(description.trim() === '' ? [`summary.repeats "${name}" has no description`] : []),
  ]);
  const problems = [...ofNames, ...ofRepeats, ...nameProblems([...Object.keys(names), ...Object.keys(repeats)])];
  // The columns of a view are made of keys and lookups that are right.
  if (problems.length > 0 || Object.values(keys).some((column) => !findColumn(dataset, column))) return problems;
  return [...countNames(viewColumns(dataset).map(({ name }) => name.toLowerCase()))]
    .filter(([, count]) => count > 1)
    .map(([name]) => `summary: the view would have "${name}" twice; name a key, a figure or a lookup in another way`);
}
