// dbt's models of dimensions that are learned from the data: a row for each key in the clean table, as it was seen last.
import type { Dataset } from '../dataset.ts';
import { type Dimension, type DimensionColumn, isLearned, type Lookup } from '../dimension.ts';
import { cleanTable, dimensionTable } from '../names.ts';
import { describe } from './dbt-sources.ts';
import { dimensionsOf } from './dimensions.ts';
import { bigQueryExpressions, duckdbExpressions, type ExpressionDialect } from './expression-sql.ts';
import { generatedComment } from './jinja.ts';

export const learnedDimensions = (dataset: Dataset): Dimension[] => dimensionsOf([dataset]).filter(isLearned);

/** The model's file. dbt renders the part of its engine. */
export function toDimensionModel(dataset: Dataset, dimension: Dimension): string {
  return [
    generatedComment,
    "{%- if target.type == 'bigquery' %}",
    toSql(dataset, dimension, bigQueryExpressions),
    '{%- else %}',
    toSql(dataset, dimension, duckdbExpressions),
    '{%- endif %}',
    '',
  ].join('\n');
}

/** The model in models.yml. */
export function toDimensionProperties({ category, title }: Dataset, dimension: Dimension): object {
  const { table, dataset: schema } = dimensionTable(dimension);
  return {
    name: table,
    description: describe({ description: `${dimension.description} Learned from the clean rows of ${title}.` }),
    config: { schema, materialized: 'table', tags: [category] },
    columns: Object.entries(dimension.columns).map(([column, { description, optional }]) => ({
      name: column,
      description: describe({ description }),
      ...(column === dimension.key ? { data_tests: ['not_null', 'unique'] } : {}),
      ...(column !== dimension.key && (column === dimension.label || !optional) ? { data_tests: ['not_null'] } : {}),
    })),
  };
}

const seenAt = 'seen_at';

function toSql(dataset: Dataset, dimension: Dimension, dialect: ExpressionDialect): string {
  const { name } = dialect;
  const { columns, key, label } = dimension;
  const lookups = Object.values(dataset.lookups ?? {}).filter((lookup) => lookup.dimension === dimension);
  const { dataset: source, table } = cleanTable(dataset.category);
  const seen = lookups.map((lookup) => {
    const columnsSeen = Object.keys(columns).map((part) => `${name(sourceOf(lookup, part))} as ${name(part)}`);
    return `  select ${columnsSeen.join(', ')}, ${name(dataset.time.at)} as ${seenAt}
  from {{ source('${source}', '${table}') }}
  where ${name(lookup.column)} is not null`;
  });
  const learned = Object.entries(columns).map(([part, column]) => {
    if (part === key) return name(key);
    const value = toLearned(name(part), column, dialect);
    // Nobody may have said its name.
    return `${part === label ? `coalesce(${value}, ${toText(name(key), dialect)})` : value} as ${name(part)}`;
  });
  return `with seen as (\n${seen.join('\n  union all\n')}\n)\n\nselect\n  ${learned.join(',\n  ')}\nfrom seen\ngroup by ${name(key)}`;
}

const sourceOf = ({ dimension, column, learns = {} }: Lookup, part: string): string =>
  part === dimension.key ? column : (learns[part] ?? column);

/** Degrees differ from row to row by a few metres: their mean to a metre. Everything else is what was said last. */
function toLearned(column: string, { type }: DimensionColumn, { engine }: ExpressionDialect): string {
  if (type === 'double') return `round(avg(${column}), 5)`;
  return engine === 'duckdb'
    ? `arg_max(${column}, (${seenAt}, ${column})) filter (where ${column} is not null)`
    : `array_agg(${column} ignore nulls order by ${seenAt} desc, ${column} desc limit 1)[safe_offset(0)]`;
}

const toText = (column: string, { engine }: ExpressionDialect): string =>
  `cast(${column} as ${engine === 'duckdb' ? 'varchar' : 'string'})`;
