// Refuses a data set that contradicts itself, with every problem in one list.
import { findTypeProblem } from './column-type.ts';
import { ContractError } from './contract-error.ts';
import { type Column, type Dataset, mayBeAbsent } from './dataset.ts';
import { toTableType } from './derive/table-schema.ts';
import { didYouMean } from './did-you-mean.ts';
import { featureProblems, modelProblems } from './feature-problems.ts';
import { isMonth } from './file-name.ts';
import { fileProblems } from './file-problems.ts';
import { countNames, findColumn, nearest } from './find-column.ts';
import { columnsOfCheck, type Gate } from './gate.ts';
import { inputProblems } from './input-problems.ts';
import { lookupProblems } from './lookup-problems.ts';
import { personalProblems } from './personal-problems.ts';
import { findNameProblem } from './plain-name.ts';
import { columnsNeeded } from './predicate.ts';
import { promiseProblems } from './promise-problems.ts';
import { ruleProblems } from './rule-problems.ts';
import { sampleProblems } from './sample-problems.ts';
import { summaryProblems } from './summary-problems.ts';
import { units } from './units.ts';
import { versionProblems } from './version.ts';

const defined = new WeakSet<object>();

/** Whether a value is a data set that has passed the checks. */
export const isDataset = (value: unknown): value is Dataset => typeof value === 'object' && value !== null && defined.has(value);

/** Checks a definition and returns it. Throws ContractError with all problems found. */
export function defineDataset(dataset: Dataset): Dataset {
  const problems = [
    ...nameProblems(dataset),
    ...fileProblems(dataset),
    ...columnProblems(dataset),
    ...timeProblems(dataset),
    ...listProblems(dataset),
    ...lookupProblems(dataset),
    ...ruleProblems(dataset),
    ...expectationProblems(dataset),
    ...gateProblems(dataset),
    ...summaryProblems(dataset),
    ...featureProblems(dataset),
    ...modelProblems(dataset),
    ...inputProblems(dataset),
    ...sampleProblems(dataset),
    ...promiseProblems(dataset),
    ...personalProblems(dataset),
    ...versionProblems(dataset),
  ].map((problem) => `${dataset.category}: ${problem}`);
  if (problems.length > 0) throw new ContractError(dataset.category, problems);
  defined.add(dataset);
  return dataset;
}

function nameProblems(dataset: Dataset): string[] {
  const problems: string[] = [];
  if (!/^[a-z][a-z0-9]{0,30}$/.test(dataset.category)) {
    problems.push(`category "${dataset.category}" must be a lower-case letter, then at most 30 lower-case letters or digits`);
  }
  return problems;
}

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return /^[A-Z]/.test(name);
  } catch {
    return false;
  }
}

/** What a file's column is called can be an alias. */
const aliasAdvice = ({ name }: Column): string => (/^[a-z]+$/i.test(name) ? `, and "${name}" as its alias` : '');

function columnProblems({ columns }: Dataset): string[] {
  const problems: string[] = [];
  const owners = new Map<string, string>();
  for (const column of columns) {
    if (column.unit !== undefined && !Object.hasOwn(units, column.unit))
      problems.push(`column "${column.name}": unit "${column.unit}" is not known${didYouMean(column.unit, Object.keys(units))}`);
    const typeProblem = findTypeProblem(column.type);
    if (typeProblem !== undefined) problems.push(`column "${column.name}": ${typeProblem}`);
    if (column.type === 'duration' && column.unit !== 'seconds')
      problems.push(
        `column "${column.name}": a duration is stored in seconds; expected unit: 'seconds', got ${column.unit ?? 'none'}`,
      );
    const nameProblem = findNameProblem(column.name);
    if (nameProblem !== undefined) problems.push(`column "${column.name}" ${nameProblem}${aliasAdvice(column)}`);
    const strange =
      column.type === 'boolean' ? Object.keys(column.codes ?? {}).filter((code) => !/^(true|false)$/.test(code)) : [];
    if (strange.length > 0)
      problems.push(`column "${column.name}": codes ${strange.join(', ')}: those of a boolean are true and false`);
    problems.push(...monthProblems(column).map((problem) => `column "${column.name}": ${problem}`));
    if (column.description.trim() === '') problems.push(`column "${column.name}" has no description`);
    if (isReserved(column.name)) problems.push(`column "${column.name}" has a name that the pipeline needs for itself`);
    for (const name of [column.name, ...(column.aliases ?? [])]) {
      // Engines compare column names without case: `airport_fee` and an alias `Airport_fee` of the same column are one name.
      const owner = owners.get(name.toLowerCase());
      if (owner !== undefined && owner !== column.name)
        problems.push(`name "${name}" belongs to columns "${owner}" and "${column.name}"`);
      if (owner === column.name && column.aliases?.filter((alias) => alias === name).length === 2) {
        problems.push(`column "${column.name}" lists alias "${name}" twice`);
      }
      owners.set(name.toLowerCase(), column.name);
    }
  }
  for (const [name, count] of countNames(columns.map((column) => column.name))) {
    if (count > 1) problems.push(`column "${name}" is defined ${count} times`);
  }
  return problems;
}

function monthProblems({ since, until }: Column): string[] {
  const wrong = Object.entries({ since, until }).filter(([, month]) => month !== undefined && !isMonth(month));
  if (wrong.length > 0) return wrong.map(([part, month]) => `${part} "${month}" is no month; expected one such as 2025-01`);
  return since !== undefined && until !== undefined && since > until ? [`since ${since} is after until ${until}`] : [];
}

const reserved = new Set(['source_file', 'source_month', 'broken_rules', 'scanned_file']);

/** Whether the pipeline needs the name for itself. */
export const isReserved = (name: string): boolean => reserved.has(name.toLowerCase()) || name.toLowerCase().startsWith('cast_');

function timeProblems(dataset: Dataset): string[] {
  const { at, until, zone } = dataset.time;
  const columns = { at, ...(until !== undefined && { until }) };
  return [
    ...Object.entries(columns).flatMap(([part, name]) => {
      const column = findColumn(dataset, name);
      if (!column) return [`time.${part}: no column ${nearest(dataset, name)}`];
      if (column.type !== 'timestamp') return [`time.${part}: column "${name}" must be timestamp, got ${column.type}`];
      // The tables are partitioned by it.
      return mayBeAbsent(column) && part === 'at' ? [`time.at: column "${name}" ${notAlways}`] : [];
    }),
    ...(until === at ? [`time.until: "${until}" is the beginning, too`] : []),
    ...(isTimeZone(zone)
      ? []
      : [`time.zone: "${zone}" is no zone of the IANA database; expected a name such as America/New_York`]),
  ];
}

const notAlways = 'may be absent, by its optional, since or until, but every file must carry it';

/** BigQuery's limit. */
const mostClustered = 4;

function listProblems(dataset: Dataset): string[] {
  const { must = [], cluster = [], key = [] } = dataset;
  const unknown = Object.entries({ must, cluster, key }).flatMap(([list, names]) => [
    ...names.filter((name) => !findColumn(dataset, name)).map((name) => `${list}: no column ${nearest(dataset, name)}`),
    ...[...countNames(names)].filter(([, count]) => count > 1).map(([name]) => `${list}: column "${name}" is listed twice`),
  ]);
  const needed = new Set([...must, ...dataset.rules.flatMap(({ holds }) => columnsNeeded(holds))]);
  const columnsOf = (names: readonly string[]) => names.flatMap((name) => findColumn(dataset, name) ?? []);
  return [
    ...unknown,
    ...columnsOf(must)
      .filter(mayBeAbsent)
      .map(({ name }) => `must: column "${name}" ${notAlways}`),
    ...columnsOf(cluster)
      .filter(({ type }) => toTableType(type) === 'double')
      .map(({ name, type }) => `cluster: column "${name}" is ${type}, by which BigQuery can't cluster`),
    ...columnsOf(key).flatMap((column) => {
      const { name } = column;
      if (mayBeAbsent(column)) return [`key: column "${name}" ${notAlways}`];
      return needed.has(name) ? [] : [`key: column "${name}" may be missing; add it to must, or a rule that needs it`];
    }),
    ...(dataset.key?.length === 0 ? ['key: no columns; expected one at least, or no key'] : []),
    ...(cluster.length > mostClustered ? [`cluster: ${cluster.length} columns; expected ${mostClustered} at most`] : []),
  ];
}

function expectationProblems(dataset: Dataset): string[] {
  return (dataset.expectations ?? []).flatMap(({ type, kwargs }) =>
    ['column', 'column_A', 'column_B']
      .map((key) => kwargs[key])
      .filter((name): name is string => typeof name === 'string' && !findColumn(dataset, name))
      .map((name) => `expectation ${type}: no column ${nearest(dataset, name)}`),
  );
}

function gateProblems(dataset: Dataset): string[] {
  const { gates = [], columns } = dataset;
  const types = new Map(columns.map(({ name, type }) => [name, type]));
  const twice = [...countNames(gates.map(({ name }) => name))].filter(([, count]) => count > 1);
  return [
    ...twice.map(([name, count]) => `gate "${name}" is defined ${count} times`),
    ...gates.flatMap((gate) => [
      ...(/^[a-z][a-z0-9_]*$/.test(gate.name) ? [] : [`gate "${gate.name}": the name must be snake_case`]),
      ...columnsOfCheck(gate)
        .filter((name) => !types.has(name))
        .map((name) => `gate "${gate.name}": no column ${nearest(dataset, name)}`),
      ...shareProblems(gate).map((problem) => `gate "${gate.name}": ${problem}`),
    ]),
  ];
}

/** Shares are from 0 to 1, factors above 1. */
function shareProblems(gate: Gate): string[] {
  if ('factor' in gate) return gate.factor > 1 ? [] : [`factor ${gate.factor} must be above 1`];
  const isShare = !['distinct', 'quantile'].includes(gate.check);
  const bounds = [...('atLeast' in gate ? [gate.atLeast] : []), ...('atMost' in gate ? [gate.atMost] : [])];
  const wrong = isShare ? bounds.filter((bound) => bound !== undefined && !(bound >= 0 && bound <= 1)) : [];
  return wrong.map((bound) => `${bound} is no share from 0 to 1`);
}
