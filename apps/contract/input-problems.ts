// What is wrong with the inputs of a model. What passes can be asked: each field can be filled in, and each feature follows from them.
import { type Asked, isWithin, type Kind, toAsked } from './asked.ts';
import { exists, readValue, toBoundsText } from './asked-value.ts';
import { type Dataset, isModelled, type Modelled } from './dataset.ts';
import { didYouMean } from './did-you-mean.ts';
import { columnsBehind, type Expression } from './expression.ts';
import { expressionProblems } from './feature-problems.ts';
import { countNames, findColumn, nearest } from './find-column.ts';
import { type Bounds, columnOfInput, type Estimate, flagOf, type Input } from './input.ts';
import { isMoney, toFactor, type UnitName, unitsLike } from './units.ts';

export function inputProblems(dataset: Dataset): string[] {
  if (!isModelled(dataset)) return [];
  const inputs = Object.entries(dataset.model.inputs);
  const isKnown = ([field, input]: [string, Input]) => findColumn(dataset, columnOfInput(field, input)) !== undefined;
  const known = Object.fromEntries(inputs.filter(isKnown));
  const asked = toAsked({ ...dataset, model: { ...dataset.model, inputs: known } });
  return [
    ...inputs.flatMap(([field, input]) =>
      [
        ...fieldProblems(field, input),
        ...(isKnown([field, input]) ? [] : [`no column ${nearest(dataset, columnOfInput(field, input))}`]),
      ].map((problem) => `input "${field}": ${problem}`),
    ),
    ...asked.flatMap((one) =>
      [...boundsProblems(one), ...defaultProblems(one), ...(one.input.estimate ? estimateProblems(dataset, one, asked) : [])].map(
        (problem) => `input "${one.field}": ${problem}`,
      ),
    ),
    ...[...countNames(asked.map(({ column }) => column.name))]
      .filter(([, count]) => count > 1)
      .map(([name, count]) => `${count} inputs stand for column "${name}"; expected one`),
    ...needProblems(dataset, asked),
    ...answerProblems(dataset, asked),
  ].map((problem) => `model: ${problem}`);
}

function fieldProblems(field: string, { label }: Input): string[] {
  return [
    ...(/^[A-Za-z][A-Za-z0-9_]*$/.test(field) ? [] : ['the name must be a letter, then letters, digits or "_"']),
    ...(field === 'category' ? ['"category" says which model is asked; choose another name'] : []),
    ...(label.trim() === '' ? ['it has no label'] : []),
  ];
}

const boundNames = ['atLeast', 'above', 'atMost', 'below'] as const;

function boundsProblems({ input, column, holds }: Asked): string[] {
  const given = boundNames.filter((name) => input[name] !== undefined);
  const isNumber = column.type === 'int' || column.type === 'double';
  if (given.length > 0 && holds.kind === 'choice' && (holds.dimension || !isNumber)) {
    const why = holds.dimension
      ? `the rows of ${holds.dimension.name} are its bounds`
      : `a number, a date or a timestamp has bounds, but column "${column.name}" is ${column.type}`;
    return [`${given.join(' and ')}: ${why}`];
  }
  const doubled = pairs.filter((pair) => pair.every((name) => given.includes(name)));
  const wrong = [
    ...given.flatMap((name) => boundProblem(name, input[name], isNumber)),
    ...doubled.map((pair) => `${pair.join(' and ')}: expected one of them`),
  ];
  return wrong.length > 0 ? wrong : emptyProblems(holds);
}

const pairs = [
  ['atLeast', 'above'],
  ['atMost', 'below'],
] as const;

/** Where no value could be given. */
function emptyProblems(holds: Kind): string[] {
  if (holds.kind === 'choice') {
    const why = holds.dimension ? `no row of ${holds.dimension.name} has a place` : 'no code keeps rules and bounds';
    return holds.choices.length > 0 ? [] : [`nothing can be chosen: ${why}`];
  }
  const whole = holds.kind === 'number' && holds.whole;
  const word = whole ? 'whole number' : holds.kind === 'number' ? 'number' : 'day';
  return isEmpty(holds.bounds, whole) ? [`no ${word} is ${toBoundsText(holds.bounds)}`] : [];
}

function boundProblem(name: (typeof boundNames)[number], bound: unknown, isNumber: boolean): string[] {
  if (isNumber) return Number.isFinite(bound) ? [] : [`${name} ${JSON.stringify(bound)} must be a number`];
  if (name === 'above' || name === 'below') return [`${name}: days have atLeast and atMost`];
  const isDay = typeof bound === 'string' && bound.length === 10 && exists(bound);
  return isDay ? [] : [`${name} ${JSON.stringify(bound)} must be a day such as 2024-05-31`];
}

/** Whether no value lies within bounds. */
function isEmpty(bounds: Bounds, whole: boolean): boolean {
  const { atLeast, above, atMost, below } = bounds;
  const [lower, upper] = [atLeast ?? above, atMost ?? below];
  if (lower === undefined || upper === undefined) return false;
  if (!whole || typeof lower === 'string' || typeof upper === 'string')
    return lower > upper || (lower === upper && !isWithin(lower, bounds));
  const least = above === undefined ? Math.ceil(lower) : Math.floor(lower) + 1;
  return !isWithin(least, bounds);
}

function defaultProblems({ input, column, holds }: Asked): string[] {
  if (input.default === undefined) return [];
  if (holds.kind === 'day' || holds.kind === 'time') return [`default: a ${column.type} begins with the present; leave it out`];
  const read = readValue({ column, holds }, input.default);
  return 'problem' in read ? [`default ${JSON.stringify(input.default)}: ${read.problem}`] : [];
}

function estimateProblems(dataset: Modelled, { field, column, holds, input }: Asked, asked: readonly Asked[]): string[] {
  const { expression, times, atLeast } = input.estimate as Estimate;
  const wrong = expressionProblems(dataset, expression);
  const numbers = Object.entries({ times, atLeast }).filter(([, one]) => one !== undefined && !Number.isFinite(one));
  const behind = [...new Set(columnsBehind(expression, dataset.lookups))].filter((name) => findColumn(dataset, name));
  const problems = [
    ...wrong,
    ...(holds.kind === 'number'
      ? []
      : [
          `a plain number can be estimated, but column "${column.name}" is ${holds.kind === 'choice' ? 'one of several' : column.type}`,
        ]),
    ...(expression.of === 'day' ? ['a date is no number'] : []),
    ...numbers.map(([name, one]) => `${name} ${one} must be a number`),
    ...behind.flatMap((name) => {
      const found = asked.find((one) => one.column.name === name);
      if (!found) return [`it needs ${name}, which no input gives`];
      return found.input.estimate
        ? [`it needs ${found.field === field ? 'itself' : `"${found.field}", which is estimated, too`}`]
        : [];
    }),
    ...(wrong.length === 0 && holds.kind === 'number' ? unitProblems(unitOf(dataset, expression), column.unit) : []),
  ];
  return problems.map((problem) => `estimate: ${problem}`);
}

function unitProblems(from: UnitName | undefined, to: UnitName | undefined): string[] {
  if (from === undefined || (to !== undefined && toFactor(from, to) !== undefined)) return [];
  return [
    `it is in ${from}, but the column ${to === undefined ? 'has no unit' : `is in ${to}`}; expected ${unitsLike(from).join(', ')}`,
  ];
}

/** What an expression's number is counted in; undefined where nothing says it. */
export function unitOf(dataset: Dataset, expression: Expression): UnitName | undefined {
  switch (expression.of) {
    case 'metres':
    case 'minutes':
      return expression.of;
    case 'lookup':
      return 'degrees';
    case 'value':
      return findColumn(dataset, expression.column)?.unit;
    default:
      return undefined;
  }
}

/** Every feature of the model follows from the inputs, and every input is there for one. */
function needProblems({ model, features = {}, lookups, ...dataset }: Modelled, asked: readonly Asked[]): string[] {
  const needs = model.features.flatMap((name) => {
    const expression = features[name]?.expression;
    const columns = expression ? columnsBehind(expression, lookups) : [];
    return columns.map((column) => ({ name, column })).filter(({ column }) => dataset.columns.some((one) => one.name === column));
  });
  const needed = new Set(needs.map(({ column }) => column));
  const behind = asked.flatMap(({ column, input }) =>
    input.estimate && needed.has(column.name) ? columnsBehind(input.estimate.expression, lookups) : [],
  );
  const isGiven = (column: string) => asked.some((one) => one.column.name === column);
  return [
    ...needs
      .filter(({ column }) => !isGiven(column))
      .map(({ name, column }) => `feature "${name}" needs ${column}, which no input gives`),
    ...asked
      .filter(({ column }) => !needed.has(column.name) && !behind.includes(column.name))
      .map(
        ({ field, column }) =>
          `input "${field}": no feature of the model needs ${column.name}${didYouMean(
            column.name,
            [...needed].filter((one) => !isGiven(one)),
          )}; leave it out`,
      ),
  ];
}

/** What an answer holds has a name each. */
function answerProblems({ model, features = {} }: Modelled, asked: readonly Asked[]): string[] {
  const unit = features[model.target]?.unit;
  const estimated = asked.flatMap(({ field, input }) => (input.estimate ? [field, flagOf(field, input.estimate)] : []));
  const names = [
    model.target,
    'model',
    'features',
    ...(unit === undefined ? [] : [isMoney(unit) ? 'currency' : 'unit']),
    ...estimated,
  ];
  return [...countNames(names)]
    .filter(([, count]) => count > 1)
    .map(([name]) => `an answer would have "${name}" twice; choose another name`);
}
