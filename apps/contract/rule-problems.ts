// What is wrong with the rules of a definition.
import { digitsOf, isDecimal, isWhole, type LogicalType, listTypes, logicalOf, mostDigits, numberTypes } from './column-type.ts';
import type { Column, Dataset } from './dataset.ts';
import { toSeconds } from './duration.ts';
import { countNames, findColumn, nearest } from './find-column.ts';
import { findPatternProblem } from './pattern.ts';
import { columnsRead, type DurationBounds, type Predicate } from './predicate.ts';

export function ruleProblems(dataset: Dataset): string[] {
  const twice = countNames(dataset.rules.map((rule) => rule.name));
  return [
    ...[...twice].filter(([, count]) => count > 1).map(([name, count]) => `rule "${name}" is defined ${count} times`),
    ...dataset.rules.flatMap((rule) => [
      ...(/^[a-z][a-z0-9_]*$/.test(rule.name) ? [] : [`rule "${rule.name}": the name must be snake_case`]),
      ...(rule.name.startsWith('cast_')
        ? [`rule "${rule.name}": names that start with cast_ mark values that can't be cast`]
        : []),
      ...columnsRead(rule.holds)
        .filter((name) => !findColumn(dataset, name))
        .map((name) => `rule "${rule.name}": no column ${nearest(dataset, name)}`),
      ...typeProblems(dataset, rule.holds).map((problem) => `rule "${rule.name}": ${problem}`),
    ]),
  ];
}

/** Columns that a predicate can't read; those that are not there are passed over. */
export function typeProblems(dataset: Dataset, predicate: Predicate): string[] {
  switch (predicate.op) {
    case 'all':
    case 'any': {
      const nothing = predicate.predicates.length === 0 ? [`"${predicate.op}" of nothing says nothing`] : [];
      return [...nothing, ...predicate.predicates.flatMap((part) => typeProblems(dataset, part))];
    }
    case 'not':
    case 'if-present':
      return typeProblems(dataset, predicate.holds);
  }
  const column = findColumn(dataset, predicate.column);
  if (!column) return [];
  const mustBe = (allowed: readonly LogicalType[]) =>
    allowed.includes(logicalOf(column.type))
      ? []
      : [`"${predicate.op}" needs ${listTypes(allowed)}, but column "${column.name}" is ${column.type}`];
  switch (predicate.op) {
    case 'present':
      return [];
    case 'one-of': {
      const typed = mustBe([...numberTypes, 'string', 'boolean']);
      if (typed.length > 0) return typed;
      const jsType = column.type === 'string' || column.type === 'boolean' ? column.type : 'number';
      const wrong = predicate.values.filter((value) => typeof value !== jsType);
      const kind = predicate.values.length === 0 ? ['an empty list of values never holds'] : [];
      return [
        ...kind,
        ...wrong.map((value) => `value ${JSON.stringify(value)} does not fit column "${column.name}" of type ${column.type}`),
        ...predicate.values.flatMap((value) => (typeof value === 'number' ? digitProblems(column, value) : [])),
      ];
    }
    case 'between': {
      const upper = predicate.below ?? predicate.atMost;
      const empty = upper !== undefined && (upper < predicate.atLeast || predicate.below === predicate.atLeast);
      return [
        ...mustBe(numberTypes),
        ...(empty ? [`no number lies between ${predicate.atLeast} and ${upper}`] : []),
        ...[predicate.atLeast, ...(upper === undefined ? [] : [upper])].flatMap((bound) => digitProblems(column, bound)),
      ];
    }
    case 'before':
    case 'not-after':
    case 'lasts': {
      const other = findColumn(dataset, predicate.other);
      const unlike = other && other.type !== column.type && !(isWhole(other.type) && isWhole(column.type));
      return [
        ...mustBe([...numberTypes, 'string', 'date', 'timestamp', 'instant']),
        ...(unlike ? [`can't compare "${column.name}" (${column.type}) with "${other.name}" (${other.type})`] : []),
        ...(predicate.op === 'lasts' ? [...mustBe(['timestamp', 'instant']), ...durationProblems(predicate)] : []),
      ];
    }
    case 'matches': {
      const problem = findPatternProblem(predicate.pattern);
      return [...mustBe(['string']), ...(problem === undefined ? [] : [`pattern "${predicate.pattern}": ${problem}`])];
    }
    case 'before-as-of':
    case 'in-month':
      return mustBe(['timestamp']);
  }
}

/** Engines compare decimals with what is written as one, of so many digits together. */
function digitProblems({ name, type }: Column, number: number): string[] {
  if (!isDecimal(type)) return [];
  const [, whole = '', fraction = ''] = /^-?(\d+)(?:\.(\d+))?$/.exec(String(number)) ?? [];
  const { precision, scale } = digitsOf(type);
  const together = Math.max(whole.length, precision - scale) + Math.max(fraction.length, scale);
  return whole !== '' && together <= mostDigits
    ? []
    : [
        `${number} can't be compared with column "${name}" (${type}): together they need more than ${mostDigits} digits, or it is written with an exponent`,
      ];
}

function durationProblems({ atLeast, below }: DurationBounds): string[] {
  const given = [atLeast, below].filter((one) => one !== undefined);
  const wrong = given.filter((one) => toSeconds(one) === undefined);
  if (given.length === 0) return ['"lasts" needs atLeast, below or both'];
  if (wrong.length > 0) return wrong.map((one) => `"${one}" is no duration; expected a whole number and s, m, h or d, as 90s`);
  const isEmpty = atLeast !== undefined && below !== undefined && (toSeconds(below) as number) <= (toSeconds(atLeast) as number);
  return isEmpty ? [`nothing lasts at least ${atLeast} and less than ${below}`] : [];
}
