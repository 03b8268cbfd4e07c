// dbt's feature model: its SQL in both engines, its columns and data tests, and its unit tests.
import { logicalOf } from '../column-type.ts';
import { type Dataset, type Feature, lookupOf, type Modelled, wordsOf } from '../dataset.ts';
import type { Dimension, Place } from '../dimension.ts';
import { columnsOfExpression } from '../expression.ts';
import { cleanTable, datasets, dimensionTable, featureTable } from '../names.ts';
import { describe } from './dbt-sources.ts';
import { exampleKeys, toExampleRows } from './dimension-examples.ts';
import { bigQueryExpressions, duckdbExpressions, type ExpressionDialect } from './expression-sql.ts';
import { findPlace, type RowValues, toValue } from './expression-value.ts';
import { cleanAlias, dayOf, fixedPlaces, lookupsOfFeatures, toFeatureQuery } from './feature-query.ts';
import { escapeJinja, generatedComment } from './jinja.ts';

const toRef = (dimension: Dimension) => `ref('${dimensionTable(dimension).table}')`;
const toSource = ({ dataset, table }: ReturnType<typeof cleanTable>) => `source('${dataset}', '${table}')`;

/** The model's file. dbt renders the part of its engine. */
export function toFeatureModel(dataset: Modelled): string {
  return [
    generatedComment,
    `{{ replace_month_of('${dayOf(dataset)}') }}`,
    "{%- if target.type == 'bigquery' %}",
    toSql(dataset, bigQueryExpressions),
    '{%- else %}',
    toSql(dataset, duckdbExpressions),
    '{%- endif %}',
    '',
  ].join('\n');
}

function toSql(dataset: Dataset, dialect: ExpressionDialect): string {
  // The only free texts are those of codes.
  const text = (value: string) => escapeJinja(dialect.text(value));
  const clean = `{{ ${toSource(cleanTable(dataset.category))} }}`;
  const sql = toFeatureQuery(dataset, { ...dialect, text }, { clean, tableOf: (dimension) => `{{ ${toRef(dimension)} }}` });
  const at = `${cleanAlias}.${dialect.name(dataset.time.at)}`;
  return `${sql}\n{{ where_run_month('${at}') }}`;
}

/** The model in models.yml. */
export function toFeatureProperties(dataset: Modelled): object {
  const { category, title, features = {}, model, time } = dataset;
  const { one, many } = wordsOf(dataset);
  const { table } = featureTable(category, model.name);
  const lookups = lookupsOfFeatures(dataset).map((name) => lookupOf(dataset, name));
  const placed = lookups.length === 0 ? '' : ' whose lookups all find a place';
  const leftOut = {
    clean: toSource(cleanTable(category)),
    time: time.at,
    lookups: lookups.map(({ column, dimension }) => ({
      column,
      dimension: dimensionTable(dimension).table,
      key: dimension.key,
      ...dimension.place,
    })),
  };
  const name = `${many.replace(/\W+/g, '_')}_without_coordinates_${table}`;
  return {
    name: table,
    description: describe({
      description: `${title}: what the ${model.name} model learns from, a row a clean ${one}${placed}. Partitioned by month of ${dayOf(dataset)}.`,
    }),
    config: { schema: datasets.ml, materialized: 'incremental', tags: [category] },
    ...(lookups.length > 0 && {
      data_tests: [{ rows_without_place: { name, arguments: leftOut, config: { severity: 'warn' } } }],
    }),
    columns: Object.entries(features).map(([column, feature]) => ({
      name: column,
      description: describe(feature),
      ...(isCertain(dataset, column, feature) && { data_tests: ['not_null'] }),
    })),
  };
}

/** Days and places are present in every row, and what a row must have. */
function isCertain({ must = [], model }: Modelled, name: string, { expression }: Feature): boolean {
  if (['day', 'lookup'].includes(expression.of) || name === model.target) return true;
  if (expression.of === 'metres') return columnsOfExpression(expression).every((column) => must.includes(column));
  return expression.of === 'value' && must.includes(expression.column);
}

/** Hand-made rows through the model: all months, and one. What is expected is what JavaScript computes. */
export function toFeatureTests(dataset: Modelled): object[] {
  const places = new Map(usedDimensions(dataset).map((dimension) => [dimension, fixedPlaces(dataset, dimension)]));
  const example = withExamples(dataset, places);
  const rows = toExamples(example);
  const given = [
    { input: toSource(cleanTable(dataset.category)), rows },
    ...[...places].map(([dimension, some]) => ({ input: toRef(dimension), rows: toExampleRows(dimension, some) })),
  ];
  const found = rows.filter((row) => lookupsOfFeatures(example).every((name) => findPlace(example, name, row) !== undefined));
  const test = (details: { name: string; description: string; overrides: object }, some: readonly RowValues[]) => ({
    name: `${dataset.category}_${details.name}`,
    description: details.description,
    model: featureTable(dataset.category, dataset.model.name).table,
    overrides: details.overrides,
    given,
    expect: { rows: toExpected(example, some) },
  });
  const { many } = wordsOf(dataset);
  return [
    test(
      {
        name: `${dataset.model.name}_of_all_months`,
        description: describe({ description: `A full build takes all ${many} whose lookups find a place.` }),
        overrides: { macros: { is_incremental: false } },
      },
      found,
    ),
    test(
      {
        name: `${dataset.model.name}_of_one_month`,
        description: describe({ description: `A run for a month takes the ${many} of that month only.` }),
        overrides: { macros: { is_incremental: true }, env_vars: { TAXIWAY_RUN_DATE: '2024-02-01' } },
      },
      found.filter((row) => String(row[dataset.time.at]).startsWith('2024-02')),
    ),
  ];
}

const usedDimensions = (dataset: Dataset): Dimension[] => [
  ...new Set(lookupsOfFeatures(dataset).map((name) => lookupOf(dataset, name).dimension)),
];

/** The data set with the example rows as its dimensions. */
function withExamples(dataset: Dataset, places: ReadonlyMap<Dimension, readonly Place[]>): Dataset {
  const lookups = Object.entries(dataset.lookups ?? {}).map(([name, { column, dimension }]) => {
    const rows = toExampleRows(dimension, places.get(dimension));
    return [name, { column, dimension: { ...dimension, rows } }] as const;
  });
  return { ...dataset, lookups: Object.fromEntries(lookups) };
}

const times = [
  ['2024-01-07 08:30:00', '2024-01-07 08:42:30'],
  ['2024-01-31 23:59:59', '2024-02-01 00:59:59'],
  ['2024-02-01 00:00:00', '2024-02-01 00:01:00'],
  ['2024-02-03 12:00:00', '2024-02-03 12:10:00'],
] as const;

/** The last of the rows has a lookup that finds no place. */
function toExamples(dataset: Dataset): RowValues[] {
  const { features = {}, time } = dataset;
  const names = new Set(Object.values(features).flatMap(({ expression }) => columnsOfExpression(expression)));
  const others = dataset.columns.filter(({ name }) => names.has(name) && ![time.at, time.until].includes(name));
  const lookups = lookupsOfFeatures(dataset).map((name) => lookupOf(dataset, name));
  return times.map(([at, until], index) => ({
    [time.at]: at,
    ...(time.until !== undefined && { [time.until]: until }),
    ...Object.fromEntries(
      others.map(({ name, type, codes = {} }, place) => {
        const [code] = Object.keys(codes);
        return [
          name,
          {
            int: 2 + place,
            int32: 2 + place,
            double: 10.5 + place,
            // Every decimal has it.
            decimal: 0,
            duration: 10.5 + place,
            boolean: true,
            string: code ?? 'a',
            date: at.slice(0, 10),
            timestamp: at,
            // No feature reads one.
            instant: null,
          }[logicalOf(type)],
        ];
      }),
    ),
    ...Object.fromEntries(
      lookups.map(({ column, dimension }, place) => {
        const isLast = place === lookups.length - 1;
        const which = [place % 2, (place + 1) % 2, 0, isLast ? 2 : 0][index] as number;
        return [column, exampleKeys(dimension)[which] as number | string];
      }),
    ),
  }));
}

/** Without distances, but where each of the rows has none: engines round sines in their own ways. */
function toExpected(dataset: Dataset, rows: readonly RowValues[]): object[] {
  const features = Object.entries(dataset.features ?? {}).filter(
    ([, { expression }]) => expression.of !== 'metres' || rows.every((row) => toValue(dataset, expression, row) === 0),
  );
  return rows.map((row) =>
    Object.fromEntries(features.map(([name, { expression }]) => [name, toValue(dataset, expression, row)])),
  );
}
