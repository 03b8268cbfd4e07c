// What is wrong with the features and the model of a definition.
import { type LogicalType, listTypes, logicalOf, numberTypes } from './column-type.ts';
import { type Dataset, isModelled } from './dataset.ts';
import { didYouMean } from './did-you-mean.ts';
import { isLearned } from './dimension.ts';
import { columnsOfExpression, type Expression, isFixed, type Point } from './expression.ts';
import { countNames, findColumn, nearest } from './find-column.ts';
import { findNameProblem } from './plain-name.ts';
import { units } from './units.ts';

export function featureProblems(dataset: Dataset): string[] {
  const features = Object.entries(dataset.features ?? {});
  const days = features.filter(([, { expression }]) => expression.of === 'day' && expression.column === dataset.time.at);
  return [
    ...features.flatMap(([name, { expression, description, unit }]) =>
      [
        ...(findNameProblem(name) === undefined ? [] : [`the name ${findNameProblem(name)}`]),
        ...(description.trim() === '' ? ['it has no description'] : []),
        ...(unit === undefined || Object.hasOwn(units, unit)
          ? []
          : [`unit "${unit}" is not known${didYouMean(unit, Object.keys(units))}`]),
        ...expressionProblems(dataset, expression),
      ].map((problem) => `feature "${name}": ${problem}`),
    ),
    ...[...countNames(features.map(([name]) => name.toLowerCase()))]
      .filter(([, count]) => count > 1)
      .map(([name]) => `feature "${name}" is defined twice`),
    ...(features.length > 0 && days.length !== 1 && findColumn(dataset, dataset.time.at)
      ? [`features: ${days.length} are day("${dataset.time.at}"); expected one, by whose month the table is replaced`]
      : []),
  ];
}

/** The types of the columns that an expression reads. */
const types: Readonly<Record<Exclude<Expression['of'], 'lookup' | 'metres'>, readonly LogicalType[]>> = {
  value: numberTypes,
  code: ['int', 'int32', 'boolean', 'string'],
  minutes: ['timestamp'],
  hour: ['timestamp'],
  'day-of-week': ['timestamp', 'date'],
  'day-of-month': ['timestamp', 'date'],
  month: ['timestamp', 'date'],
  year: ['timestamp', 'date'],
  day: ['timestamp', 'date'],
};

export function expressionProblems(dataset: Dataset, expression: Expression): string[] {
  if (expression.of === 'lookup') return placeProblems(dataset, expression.lookup);
  if (expression.of === 'metres') {
    const { from, to } = expression;
    const areFixed = isFixed(from) && isFixed(to);
    return [...[from, to].flatMap((point) => placeProblems(dataset, point)), ...(areFixed ? ['both places are fixed'] : [])];
  }
  return columnsOfExpression(expression).flatMap((name) => {
    const column = findColumn(dataset, name);
    if (!column) return [`no column ${nearest(dataset, name)}`];
    const allowed = types[expression.of];
    if (!allowed.includes(logicalOf(column.type)))
      return [`"${expression.of}" needs ${listTypes(allowed)}, but column "${name}" is ${column.type}`];
    const isUncoded = expression.of === 'code' && column.type === 'string' && !column.codes;
    return isUncoded ? [`"code" needs codes, but column "${name}" has none`] : [];
  });
}

function placeProblems(dataset: Dataset, point: Point): string[] {
  const { lookups = {} } = dataset;
  if (typeof point !== 'string' && !isFixed(point))
    return Object.entries(point.columns).flatMap(([part, name]) => {
      const column = findColumn(dataset, name);
      if (!column) return [`${part}: no column ${nearest(dataset, name)}`];
      return column.type === 'double' ? [] : [`${part}: column "${name}" must be double, got ${column.type}`];
    });
  if (typeof point !== 'string') {
    const isPlace = Math.abs(point.longitude) <= 180 && Math.abs(point.latitude) <= 90;
    return isPlace ? [] : [`longitude ${point.longitude} and latitude ${point.latitude} are no place`];
  }
  const found = Object.hasOwn(lookups, point) ? lookups[point] : undefined;
  if (!found) return [`no lookup "${point}"${didYouMean(point, Object.keys(lookups))}`];
  // The prediction service knows places from the contract.
  if (isLearned(found.dimension))
    return [`lookup "${point}": ${found.dimension.name} is learned from the data; read the place from columns, by placeIn`];
  return found.dimension.place ? [] : [`lookup "${point}": ${found.dimension.name} has no place`];
}

export function modelProblems(dataset: Dataset): string[] {
  const { features = {} } = dataset;
  if (!isModelled(dataset))
    return dataset.features === undefined ? [] : ['features: no model reads them; add a model, or leave them out'];
  const { model } = dataset;
  const known = Object.keys(features);
  const named = [...new Set([model.target, ...model.features])];
  const unknown = named.filter((name) => !known.includes(name));
  return [
    ...kindProblems(model.kind),
    ...(/^[a-z][a-z0-9_]*$/.test(model.name) ? [] : [`model: the name "${model.name}" must be snake_case`]),
    ...[...countNames(model.features)]
      .filter(([, count]) => count > 1)
      .map(([name]) => `model: feature "${name}" is listed twice`),
    ...(model.features.includes(model.target) ? [`model: the target "${model.target}" can't be a feature`] : []),
    ...unknown.map((name) => `model: the feature table has no column "${name}"${didYouMean(name, known)}`),
    ...named
      .filter((name) => features[name]?.expression.of === 'day')
      .map((name) => `model: "${name}" is a date; expected a number`),
    ...(model.features.length === 0 ? ['model: no features; expected one at least'] : []),
  ];
}

/** A definition that was not type-checked may say anything. */
function kindProblems(kind: string = 'regression'): string[] {
  return kind === 'regression'
    ? []
    : [`model: kind "${kind}" can't be trained; expected regression: predict a number, such as the share of a class`];
}
