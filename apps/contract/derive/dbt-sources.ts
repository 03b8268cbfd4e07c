// dbt's sources: every table that the etl step writes, its columns' meanings, and the data tests that follow from the rules.
import { type Column, columnOf, type Dataset, datesOfSummary, summaryOf, wordsOf } from '../dataset.ts';
import { cleanTable, monthlyColumns, monthlyTable, datasets as schemas, triageColumns, triageTable } from '../names.ts';
import { personalWords } from '../personal-kind.ts';
import { columnsNeeded, columnsRead, type Predicate } from '../predicate.ts';
import type { SummaryFigure } from '../summary.ts';
import { units } from '../units.ts';
import { escapeJinja } from './jinja.ts';
import { toDuckdbType, toTableType, typeOfFigure } from './table-schema.ts';

export interface DbtColumn {
  readonly name: string;
  readonly description: string;
  /** DuckDB's name of the type: the unit tests make empty tables of it. */
  readonly data_type: string;
  readonly data_tests?: readonly (string | object)[];
}

/** The content of sources.yml. */
export function toDbtSources(datasets: readonly Dataset[]): object {
  return {
    version: 2,
    sources: [
      {
        ...schemaOf(schemas.staging),
        description: 'Rows as the etl step splits them, one partition a month.',
        tables: datasets.flatMap((dataset) => [cleanSource(dataset), triageSource(dataset)]),
      },
      {
        ...schemaOf(schemas.historical),
        description: 'Monthly figures over all history.',
        tables: datasets.map(monthlySource),
      },
    ],
  };
}

/** A source, and where it is: BigQuery's datasets have the warehouse's prefix, as the macro generate_schema_name gives it to models. */
const schemaOf = (name: string) => ({ name, schema: `{{ env_var('TAXIWAY_DATASET_PREFIX', '') }}${name}` });

type Described = Pick<Column, 'description' | 'unit' | 'codes' | 'personal'>;

/** A column's sentence with its unit and codes, and what its mark means. */
export function toMeaning({ description, unit, codes, personal }: Described): string {
  const meanings = Object.entries(codes ?? {}).map(([code, meaning]) => `${code} ${meaning}`);
  return [
    description,
    ...(unit ? [`In ${units[unit].text}.`] : []),
    ...(meanings.length > 0 ? [`Codes: ${meanings.join(', ')}.`] : []),
    ...(personal ? [personalWords[personal]] : []),
  ].join(' ');
}

/** Its meaning for dbt, which reads descriptions as Jinja, so braces are made harmless. */
export const describe = (column: Described): string => escapeJinja(toMeaning(column));

function cleanSource(dataset: Dataset): object {
  const tests = toDataTests(dataset);
  return {
    name: cleanTable(dataset.category).table,
    description: describe({ description: `${dataset.title}: ${wordsOf(dataset).many} that keep every rule.` }),
    config: toConfig(dataset),
    // The etl step drops no repeated row: a month that was accepted in spite of them must not stop dbt for ever.
    ...(dataset.key && {
      data_tests: [{ unique_together: { arguments: { columns: dataset.key }, config: { severity: 'warn' } } }],
    }),
    columns: dataset.columns.map((column) => ({
      ...toColumn(column),
      ...(tests[column.name] ? { data_tests: tests[column.name] } : {}),
    })),
  };
}

function triageSource(dataset: Dataset): object {
  return {
    name: triageTable(dataset.category).table,
    description: describe({
      description: `${dataset.title}: ${wordsOf(dataset).many} that break a rule, with the rules' names.`,
    }),
    config: toConfig(dataset),
    columns: [...dataset.columns.map((column) => toColumn(column)), ...triageOnlyColumns],
  };
}

/** dbt's documentation and catalogs show the owner. */
const toConfig = ({ category, promises }: Dataset): object => {
  const { name, contact } = promises?.owner ?? {};
  return { tags: [category], ...(name !== undefined && { meta: { owner: escapeJinja(name), contact } }) };
};

/** The triage table's columns beside the category's own. */
export const triageOnlyColumns: readonly DbtColumn[] = [
  { name: triageColumns.file, description: "The file's base name.", data_type: 'VARCHAR', data_tests: ['not_null'] },
  { name: triageColumns.month, description: "First day of the file's month.", data_type: 'DATE', data_tests: ['not_null'] },
  {
    name: triageColumns.rules,
    description: 'Names of the rules that the row breaks.',
    data_type: 'VARCHAR[]',
    data_tests: ['not_null'],
  },
];

function monthlySource(dataset: Dataset): object {
  return {
    name: monthlyTable(dataset.category).table,
    description: describe({
      description: toSummaryMeaning(dataset),
    }),
    config: toConfig(dataset),
    columns: toMonthlyColumns(dataset),
  };
}

/** What the monthly table is. */
export function toSummaryMeaning(dataset: Dataset): string {
  const { keys, by = Object.keys(keys).join(', ') } = summaryOf(dataset);
  return `${dataset.title}: figures of each ${summaryOf(dataset).per ?? 'month'}${by === '' ? '' : ` by ${by}`}, of every in-month ${wordsOf(dataset).one}, clean or not.`;
}

/** The monthly table's columns; `words` makes their descriptions. */
export function toMonthlyColumns(dataset: Dataset, words = describe): DbtColumn[] {
  const { keys, figures } = summaryOf(dataset);
  const { word } = dataset.time;
  const ofTime = word === undefined ? '' : ` of ${word}`;
  return [
    ...Object.entries(keys).map(([name, of]) => ({ ...toColumn(columnOf(dataset, of), words), name })),
    ...datesOfSummary(dataset).map((name) => ({
      ...{ name, description: `${name === monthlyColumns.day ? 'Day' : 'First day of the month'}${ofTime}.`, data_type: 'DATE' },
      data_tests: ['not_null'],
    })),
    ...Object.entries(figures).map(([name, figure]) => ({
      ...{ name, description: figure.description ?? toFigureMeaning(dataset, figure, words) },
      data_type: toDuckdbType(typeOfFigure(dataset, figure)),
      ...(['count', 'count-where'].includes(figure.of) && { data_tests: ['not_null'] }),
    })),
  ];
}

const wordOfFigure = { sum: 'Sum of', mean: 'Average of', min: 'Least', max: 'Greatest' } as const;

function toFigureMeaning(dataset: Dataset, figure: SummaryFigure, words: (column: Described) => string): string {
  const { many } = wordsOf(dataset);
  switch (figure.of) {
    case 'count':
      return `Number of ${many}.`;
    case 'count-where':
    case 'share-where':
      throw new Error(`a figure of ${figure.of} has no description`);
    case 'mean-minutes':
      return 'Average duration in minutes.';
    case 'sum-hours':
      return 'Sum of durations in hours.';
    case 'busiest-hour':
      return `Hour of the day with the most ${many} of this group, 0 to 23; ties: the earlier hour.`;
    default: {
      const { personal: _, ...of } = columnOf(dataset, figure.column);
      return words({ ...of, codes: {}, description: `${wordOfFigure[figure.of]} ${of.name}: ${of.description}` });
    }
  }
}

function toColumn(column: Column, words = describe): DbtColumn {
  return { name: column.name, description: words(column), data_type: toDuckdbType(toTableType(column.type)) };
}

/** Column → tests on the clean table. A rule that is null is broken, so no column that a rule needs is null there. */
function toDataTests(dataset: Dataset): Record<string, (string | object)[]> {
  const tests: Record<string, (string | object)[]> = {};
  for (const { holds } of dataset.rules) {
    const [needed, more] = [columnsNeeded(holds), testsOf(holds, dataset)];
    for (const column of [...needed, ...more.map(([name]) => name)]) tests[column] ??= [];
    for (const column of needed) if (!tests[column]?.includes('not_null')) tests[column]?.unshift('not_null');
    for (const [column, test] of more) tests[column]?.push(test);
  }
  return tests;
}

function testsOf(predicate: Predicate, dataset: Dataset): [column: string, test: object][] {
  switch (predicate.op) {
    case 'all':
      return predicate.predicates.flatMap((part) => testsOf(part, dataset));
    case 'if-present':
      return isAboutOne(predicate.holds, predicate.column) ? testsOf(predicate.holds, dataset) : [];
    case 'one-of': {
      const quote = dataset.columns.find(({ name }) => name === predicate.column)?.type === 'string';
      return [[predicate.column, { accepted_values: { arguments: { values: predicate.values, quote } } }]];
    }
    case 'between': {
      const { atLeast, atMost, below } = predicate;
      const bounds = {
        at_least: atLeast,
        ...(atMost === undefined ? {} : { at_most: atMost }),
        ...(below === undefined ? {} : { below }),
      };
      return [[predicate.column, { number_between: { arguments: bounds } }]];
    }
    case 'before':
      return [[predicate.column, { before_column: { arguments: { other: predicate.other } } }]];
    case 'present':
    case 'before-as-of':
    case 'in-month':
    case 'not-after':
    case 'lasts':
    case 'matches':
    case 'any':
    case 'not':
      // The clock and the file of a row are not in the clean table, and not every predicate has a test; the etl step has checked them.
      return [];
  }
}

/** Whether a test of the predicate passes over the rows where the column is null. */
const isAboutOne = (predicate: Predicate, column: string): boolean => columnsRead(predicate).every((one) => one === column);
