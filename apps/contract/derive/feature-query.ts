// The query of a data set's feature table: a row a clean row whose lookups all find a place.
import { type Dataset, type Feature, lookupOf } from '../dataset.ts';
import type { Dimension, Place } from '../dimension.ts';
import { isFixed, lookupsOfExpression, type Point } from '../expression.ts';
import { type ExpressionDialect, type ExpressionSources, toExpressionSql, toHaversine, toLiterals } from './expression-sql.ts';

/** The alias of the table of clean rows. */
export const cleanAlias = 'clean';

/** The lookups that the features read, each once. */
export const lookupsOfFeatures = ({ features = {} }: Dataset): string[] => [
  ...new Set(Object.values(features).flatMap(({ expression }) => lookupsOfExpression(expression))),
];

/** The column by which the table is partitioned. */
export function dayOf({ category, features = {}, time }: Dataset): string {
  const found = Object.entries(features).find(([, { expression }]) => expression.of === 'day' && expression.column === time.at);
  if (!found) throw new Error(`${category}: features: none is day("${time.at}")`);
  return found[0];
}

/** `clean` and what `tableOf` gives are SQL. A condition may follow: the query ends with its joins. */
export function toFeatureQuery(
  dataset: Dataset,
  dialect: ExpressionDialect,
  { clean, tableOf }: { clean: string; tableOf: (dimension: Dimension) => string },
): string {
  const { name } = dialect;
  const lookups = lookupsOfFeatures(dataset).map((part) => ({ part, ...lookupOf(dataset, part) }));
  const sources: ExpressionSources = {
    column: (column) => `${cleanAlias}.${name(column)}`,
    place: (part) => ({ longitude: `${aliasOf(part)}.longitude`, latitude: `${aliasOf(part)}.latitude` }),
    metresTo: (part, place) => `${aliasOf(part)}.${distanceTo(fixedPlaces(dataset, lookupOf(dataset, part).dimension), place)}`,
  };
  const columns = Object.entries(dataset.features ?? {}).map(
    ([column, { expression }]: [string, Feature]) =>
      `${toExpressionSql(dataset, dialect, { expression, sources })} as ${name(column)}`,
  );
  const dimensions = [...new Set(lookups.map(({ dimension }) => dimension))];
  const places = dimensions.map((dimension) => {
    const key = name(dimension.key);
    const here = toColumns(dimension, name);
    const fixed = fixedPlaces(dataset, dimension);
    const more = fixed.map((place) => `${toHaversine(here, toLiterals(place))} as ${distanceTo(fixed, place)}`);
    return `${relationOf(dimension)} as (
${more.length > 0 ? '  -- Distances belong to places: they are computed once for each of them, not for each row.\n' : ''}  select
    ${[key, `${here.longitude} as longitude`, `${here.latitude} as latitude`, ...more].join(',\n    ')}
  from ${tableOf(dimension)}
  where ${here.longitude} is not null and ${here.latitude} is not null
)`;
  });
  return [
    ...(places.length > 0 ? [`with ${places.join(', ')}\n`] : []),
    `select\n  ${columns.join(',\n  ')}`,
    `from ${clean} as ${cleanAlias}`,
    ...lookups.map(
      ({ part, dimension, column }) =>
        `inner join ${relationOf(dimension)} as ${aliasOf(part)} on ${aliasOf(part)}.${name(dimension.key)} = ${cleanAlias}.${name(column)}`,
    ),
  ].join('\n');
}

/** Endings keep these names apart from tables and from words of SQL. */
const aliasOf = (lookup: string): string => `${lookup}_place`;
const relationOf = ({ name }: Dimension): string => `${name}_places`;

function toColumns({ name, place }: Dimension, quote: (identifier: string) => string): Record<keyof Place, string> {
  if (!place) throw new Error(`${name} has no places`);
  return { longitude: quote(place.longitude), latitude: quote(place.latitude) };
}

/** The fixed places to which the rows of a dimension need their distances, each once. */
export function fixedPlaces(dataset: Dataset, dimension: Dimension): Place[] {
  const places = Object.values(dataset.features ?? {}).flatMap(({ expression }) => {
    if (expression.of !== 'metres') return [];
    const { from, to } = expression;
    const isHere = (point: Point) => typeof point === 'string' && lookupOf(dataset, point).dimension === dimension;
    if (isFixed(to)) return isHere(from) ? [to] : [];
    return isFixed(from) && isHere(to) ? [from] : [];
  });
  return places.filter((place, index) => places.findIndex((one) => isSame(one, place)) === index);
}

const isSame = (one: Place, other: Place): boolean => one.longitude === other.longitude && one.latitude === other.latitude;
const distanceTo = (places: readonly Place[], place: Place): string =>
  `metres_${places.findIndex((one) => isSame(one, place)) + 1}`;
