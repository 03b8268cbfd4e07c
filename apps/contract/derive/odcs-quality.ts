// Rules, expectations and gates of a data set as ODCS knows quality: library metrics where it has one, else what runs it and how.
import type { Column, Dataset, Rule } from '../dataset.ts';
import type { Predicate } from '../predicate.ts';
import type { RowsPerMonth } from '../promises.ts';
import { gatesOf } from '../usual-gates.ts';
import { type SuiteExpectation, toExpectationSuite } from './expectations.ts';

/** Who runs a check that no library knows: our rules and gates, and Great Expectations' suite. */
export const engines = { rules: 'taxiway', gates: 'taxiway-gates', suite: 'greatExpectations' } as const;

/** The parts of a rule that must all hold of a clean row's value, where it has one. */
function partsAbout(rule: Predicate, column: string): Predicate[] {
  if (rule.op === 'all') return rule.predicates.flatMap((part) => partsAbout(part, column));
  if (rule.op === 'if-present') return rule.column === column ? partsAbout(rule.holds, column) : [];
  return 'column' in rule && rule.column === column ? [rule] : [];
}

const partsOf = ({ rules }: Dataset, { name }: Column): Predicate[] => rules.flatMap(({ holds }) => partsAbout(holds, name));

/** The bounds and the pattern that each clean value keeps. */
export function toLogicalTypeOptions(dataset: Dataset, column: Column): Record<string, unknown> {
  const parts = partsOf(dataset, column);
  const ranges = parts.filter((part) => part.op === 'between');
  const [pattern] = parts.filter((part) => part.op === 'matches');
  const bound = (pick: typeof Math.min, values: readonly (number | undefined)[]) => {
    const given = values.filter((value) => value !== undefined);
    return given.length === 0 ? undefined : pick(...given);
  };
  const options = {
    minimum: bound(
      Math.max,
      ranges.map(({ atLeast }) => atLeast),
    ),
    maximum: bound(
      Math.min,
      ranges.map(({ atMost }) => atMost),
    ),
    exclusiveMaximum: bound(
      Math.min,
      ranges.map(({ below }) => below),
    ),
    pattern: pattern && `^(?:${pattern.pattern})$`,
    ...(column.type === 'timestamp' && { timezone: false, defaultTimezone: dataset.time.zone }),
  };
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}

/** Of one column: the values that a rule allows, and the suite's expectations. */
export const toPropertyQuality = (dataset: Dataset, column: Column): object[] => [
  ...partsOf(dataset, column)
    .filter((part) => part.op === 'one-of')
    .map(({ values }) => ({ metric: 'invalidValues', arguments: { validValues: values }, mustBe: 0, dimension: 'conformity' })),
  ...expectationsOf(dataset)
    .filter(({ kwargs }) => kwargs.column === column.name)
    .map(toSuiteCheck),
];

/** Of the whole table: rules, expectations of several columns, gates, the promised number of rows. */
export const toTableQuality = (dataset: Dataset): object[] => [
  ...dataset.rules.map(toRuleCheck),
  ...expectationsOf(dataset)
    .filter(({ kwargs }) => kwargs.column === undefined)
    .map(toSuiteCheck),
  ...gatesOf(dataset).map(({ name, description, severity, ...implementation }) => ({
    ...{ name, description, severity, type: 'custom', engine: engines.gates, implementation },
  })),
  ...(dataset.promises?.rowsPerMonth ? [toRowCheck(dataset.promises.rowsPerMonth)] : []),
];

/** The promised number of rows is a library metric. */
const expectationsOf = (dataset: Dataset): SuiteExpectation[] =>
  toExpectationSuite(dataset).expectations.filter(({ meta }) => meta.from !== 'promises');

const toRuleCheck = ({ name, description, holds }: Rule): object => ({
  ...{ name, description, dimension: 'conformity', severity: 'error', type: 'custom', engine: engines.rules },
  implementation: holds,
});

const toSuiteCheck = ({ type, kwargs, meta, severity }: SuiteExpectation): object => ({
  ...{ severity, type: 'custom', engine: engines.suite },
  implementation: { type, kwargs, meta },
});

function toRowCheck({ atLeast, atMost }: RowsPerMonth): object {
  const check = { description: 'Of each month.', metric: 'rowCount', severity: 'warning', arguments: { per: 'month' } };
  if (atLeast === undefined) return { ...check, mustBeLessOrEqualTo: atMost };
  if (atMost === undefined) return { ...check, mustBeGreaterOrEqualTo: atLeast };
  return atLeast === atMost ? { ...check, mustBe: atLeast } : { ...check, mustBeBetween: [atLeast, atMost] };
}
