// dbt's month-to-month view: what the macro is called with, its columns and data tests, and its unit test.
import { type CodeValue, type Dataset, summaryOf, toCodeValue, wordsOf } from '../dataset.ts';
import { biView, datasets, dimensionTable, monthlyColumns, monthlyTable } from '../names.ts';
import { describe, toMonthlyColumns } from './dbt-sources.ts';
import { exampleKeys, toExampleRows } from './dimension-examples.ts';
import { generatedComment, toJinja } from './jinja.ts';
import { columnOfKey, keyLookups, type ViewColumn, viewColumns } from './view-columns.ts';

const toMonthlySource = (category: string) => {
  const { dataset, table } = monthlyTable(category);
  return `source('${dataset}', '${table}')`;
};

/** The view's file. */
export function toViewModel(dataset: Dataset): string {
  const columns = viewColumns(dataset).map((column) =>
    column.of === 'codes' ? { ...column, codes: toCodes(dataset, column.key) } : { ...column, description: undefined },
  );
  const lookups = keyLookups(dataset).map(({ lookup, key, dimension }) => ({
    name: lookup,
    key,
    dimension: dimensionTable(dimension).table,
    id: dimension.key,
  }));
  const list = (values: readonly object[]) => `[${values.map((value) => `\n      ${toJinja(value)},`).join('')}\n    ]`;
  return `${generatedComment}
{{
  month_to_month(
    monthly=${toMonthlySource(dataset.category)},
    columns=${list(columns)},
    lookups=${list(lookups)},
  )
}}
`;
}

function toCodes(dataset: Dataset, key: string): [code: CodeValue, meaning: string][] {
  const column = columnOfKey(dataset, key);
  return Object.entries(column.codes ?? {}).map(([code, meaning]) => [toCodeValue(column, code), meaning]);
}

/** The view in models.yml. */
export function toViewProperties(dataset: Dataset): object {
  const { category, title } = dataset;
  return {
    name: biView(category).table,
    description: describe({ description: `${title}: the monthly figures with readable names, for dashboards.` }),
    config: { schema: datasets.bi, materialized: 'view', tags: [category] },
    data_tests: [{ same_number_of_rows: { arguments: { other: toMonthlySource(category) } } }],
    columns: viewColumns(dataset).map((column) => ({
      name: column.name,
      description: toViewMeaning(dataset, column),
      ...(['codes', 'lookup'].includes(column.of) && { data_tests: ['not_null'] }),
    })),
  };
}

function toViewMeaning(dataset: Dataset, column: ViewColumn): string {
  const { word } = dataset.time;
  const ofTime = word === undefined ? '' : ` of ${word}`;
  switch (column.of) {
    case 'year':
      return `Year${ofTime}.`;
    case 'month':
      return `Month${ofTime}, 1 to 12.`;
    case 'codes':
      return describe({ description: `${columnOfKey(dataset, column.key).description.replace(/\.$/, '')}, as text.` });
    case 'lookup': {
      const dimension = dataset.lookups?.[column.lookup]?.dimension;
      const meaning = dimension?.columns[column.column]?.description ?? '';
      return describe({ description: `${meaning.replace(/\.$/, '')}, of the ${column.lookup}.` });
    }
    case 'column':
      if (column.description !== undefined) return describe({ description: column.description });
      return toMonthlyColumns(dataset).find(({ name }) => name === column.column)?.description ?? '';
  }
}

/** Two hand-made rows: names that are known, and keys that nobody knows. */
export function toViewTest(dataset: Dataset): object {
  const { category } = dataset;
  const { figures } = summaryOf(dataset);
  const count = Object.keys(figures).find((name) => figures[name]?.of === 'count');
  const coded = viewColumns(dataset).filter((column) => column.of === 'codes');
  const lookups = keyLookups(dataset);
  // A boolean can't be a code that nobody knows.
  const unknown = (key: string): number | string | null => {
    const { type } = columnOfKey(dataset, key);
    if (type === 'boolean') return null;
    return type === 'string' ? 'nobody' : 9999;
  };
  const nameOfUnknown = (key: string) => (unknown(key) === null ? 'not recorded' : `code ${unknown(key)}`);
  const firstCode = (key: string) => toCodes(dataset, key)[0] ?? [unknown(key), nameOfUnknown(key)];
  const idOf = ({ dimension }: (typeof lookups)[number], place: number) =>
    exampleKeys(dimension)[place % 2 === 0 ? 0 : 2] ?? null;
  const month = { [monthlyColumns.month]: '2024-02-01' };
  const known = {
    ...Object.fromEntries(coded.map(({ key }, place) => [key, place === 0 ? firstCode(key)[0] : null])),
    ...Object.fromEntries(lookups.map((one, place) => [one.key, idOf(one, place)])),
    ...month,
    ...(count !== undefined && { [count]: 5 }),
  };
  const strange = {
    ...Object.fromEntries(coded.map(({ key }) => [key, unknown(key)])),
    ...Object.fromEntries(lookups.map(({ key }, place) => [key, place % 2 === 0 ? unknown(key) : null])),
    ...month,
    ...(count !== undefined && { [count]: 7 }),
  };
  const expected = (names: (column: ViewColumn) => string | undefined, rows: number) => ({
    year: 2024,
    month: 2,
    ...(count !== undefined && { [count]: rows }),
    ...Object.fromEntries(
      viewColumns(dataset).flatMap((column) => {
        const name = names(column);
        return name === undefined ? [] : [[column.name, name]];
      }),
    ),
  });
  const dimensions = [...new Set(lookups.map(({ dimension }) => dimension))];
  return {
    name: `${category}_readable_names`,
    description: describe({
      description: `Codes and ids become names; a code or id that nobody knows loses no row of ${wordsOf(dataset).many}.`,
    }),
    model: biView(category).table,
    given: [
      { input: toMonthlySource(category), rows: [known, strange] },
      ...dimensions.map((dimension) => ({
        input: `ref('${dimensionTable(dimension).table}')`,
        rows: toExampleRows(dimension),
      })),
    ],
    expect: {
      rows: [
        expected((column) => {
          if (column.of === 'codes') return column.name === coded[0]?.name ? firstCode(column.key)[1] : 'not recorded';
          if (column.of !== 'lookup') return undefined;
          const place = lookups.findIndex(({ lookup }) => lookup === column.lookup);
          const one = lookups[place];
          const row = one && toExampleRows(one.dimension).find((found) => found[one.dimension.key] === idOf(one, place));
          return String(row?.[column.column]);
        }, 5),
        expected((column) => {
          if (column.of === 'codes') return nameOfUnknown(column.key);
          return column.of === 'lookup' ? 'Unknown' : undefined;
        }, 7),
      ],
    },
  };
}
