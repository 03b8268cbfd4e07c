// dbt's seeds: the rows of each dimension, with the types of their columns in both engines.
import type { Dataset } from '../dataset.ts';
import { type Dimension, type DimensionColumn, isLearned } from '../dimension.ts';
import { dimensionTable } from '../names.ts';
import { describe } from './dbt-sources.ts';
import { dimensionsOf, refersTo } from './dimensions.ts';
import { toGeneratedYaml } from './generated-yaml.ts';

/** Path relative to apps/dbt → content. */
export function toDbtSeeds(datasets: readonly Dataset[]): Record<string, string> {
  const dimensions = dimensionsOf(datasets).filter((dimension) => !isLearned(dimension));
  return {
    ...Object.fromEntries(dimensions.map((dimension) => [`seeds/${dimension.name}.csv`, toCsv(dimension)])),
    'seeds/seeds.yml': toGeneratedYaml({ version: 2, seeds: dimensions.map((dimension) => toSeed(dimension, datasets)) }),
  };
}

const types: Readonly<Record<DimensionColumn['type'], string>> = {
  int: "{{ 'int64' if target.type == 'bigquery' else 'bigint' }}",
  double: "{{ 'float64' if target.type == 'bigquery' else 'double' }}",
  string: "{{ 'string' if target.type == 'bigquery' else 'varchar' }}",
};

/** The categories that refer to it are its tags: dbt builds one category at a time. */
function toSeed(dimension: Dimension, datasets: readonly Dataset[]): object {
  const { name, description, columns, key } = dimension;
  return {
    name,
    description: describe({ description }),
    config: {
      schema: dimensionTable(dimension).dataset,
      column_types: Object.fromEntries(Object.entries(columns).map(([column, { type }]) => [column, types[type]])),
      tags: datasets.filter((dataset) => refersTo(dataset, dimension)).map(({ category }) => category),
    },
    columns: Object.entries(columns).map(([column, { description: meaning, optional }]) => ({
      name: column,
      description: describe({ description: meaning }),
      ...(!optional && { data_tests: ['not_null', ...(column === key ? ['unique'] : [])] }),
    })),
  };
}

/** Degrees with six decimals: a tenth of a metre. */
function toCsv({ columns, place, rows = [] }: Dimension): string {
  const quote = (text: string) => (/[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  const isDegrees = (name: string) => place !== undefined && [place.longitude, place.latitude].includes(name);
  const names = Object.keys(columns);
  const toField = (name: string, value: number | string | null) => {
    if (value === null) return '';
    return typeof value === 'number' && isDegrees(name) ? value.toFixed(6) : quote(String(value));
  };
  const lines = rows.map((row) => names.map((name) => toField(name, row[name] ?? null)).join(','));
  return `${[names.join(','), ...lines].join('\n')}\n`;
}
