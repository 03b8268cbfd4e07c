// Expressions as SQL, for the engines in which dbt makes the feature table.
import { isDecimal } from '../column-type.ts';
import { columnOf, type Dataset } from '../dataset.ts';
import type { Place } from '../dimension.ts';
import {
  type CalendarPart,
  columnsOfExpression,
  type Expression,
  earthRadiusMetres,
  isFixed,
  type Point,
} from '../expression.ts';

/** What DuckDB and BigQuery say in different words. */
export interface ExpressionDialect {
  readonly engine: 'duckdb' | 'bigquery';
  readonly name: (identifier: string) => string;
  readonly text: (value: string) => string;
  readonly minutesBetween: (from: string, to: string) => string;
  readonly dayOfWeek: (timestamp: string) => string;
  /** The double nearest to a decimal. */
  readonly toDouble: (decimal: string) => string;
}

export const duckdbExpressions: ExpressionDialect = {
  engine: 'duckdb',
  name: (identifier) => `"${identifier.replaceAll('"', '""')}"`,
  text: (value) => `'${value.replaceAll("'", "''")}'`,
  minutesBetween: (from, to) => `(epoch_us(${to}) - epoch_us(${from})) / 60000000.0`,
  dayOfWeek: (timestamp) => `extract(dow from ${timestamp}) + 1`,
  // By its text: DuckDB itself rounds a long one twice.
  toDouble: (decimal) => `cast(cast(${decimal} as varchar) as double)`,
};

export const bigQueryExpressions: ExpressionDialect = {
  engine: 'bigquery',
  name: (identifier) => `\`${identifier}\``,
  // BigQuery's texts in double quotes have the escapes of JSON.
  text: (value) => JSON.stringify(value),
  minutesBetween: (from, to) => `timestamp_diff(${to}, ${from}, microsecond) / 60000000.0`,
  dayOfWeek: (timestamp) => `extract(dayofweek from ${timestamp})`,
  toDouble: (decimal) => `cast(${decimal} as float64)`,
};

/** The SQL of what an expression reads. */
export interface ExpressionSources {
  readonly column: (name: string) => string;
  readonly place: (lookup: string) => Record<keyof Place, string>;
  /** Metres from the place of a lookup to a fixed one. */
  readonly metresTo: (lookup: string, place: Place) => string;
}

/** An expression as SQL: a number, a date, or null where a part is missing. */
export function toExpressionSql(
  dataset: Dataset,
  dialect: ExpressionDialect,
  { expression, sources }: { expression: Expression; sources: ExpressionSources },
): string {
  switch (expression.of) {
    case 'lookup':
      return sources.place(expression.lookup)[expression.part];
    case 'metres':
      return toMetres(expression.from, expression.to, sources);
    case 'minutes':
      return dialect.minutesBetween(sources.column(expression.from), sources.column(expression.to));
  }
  const column = sources.column(expression.column);
  switch (expression.of) {
    case 'value':
      return isDecimal(columnOf(dataset, expression.column).type) ? dialect.toDouble(column) : column;
    case 'code':
      return toCode(dataset, dialect, { name: expression.column, column });
    default:
      return toCalendarPart(expression.of, column, dialect);
  }
}

function toCalendarPart(part: CalendarPart, timestamp: string, dialect: ExpressionDialect): string {
  switch (part) {
    case 'day':
      return `cast(${timestamp} as date)`;
    case 'day-of-week':
      return dialect.dayOfWeek(timestamp);
    case 'day-of-month':
      return `extract(day from ${timestamp})`;
    default:
      return `extract(${part} from ${timestamp})`;
  }
}

function toCode(dataset: Dataset, dialect: ExpressionDialect, { name, column }: { name: string; column: string }): string {
  const { type, codes = {} } = columnOf(dataset, name);
  if (type === 'boolean') return `case when ${column} then 1 when not ${column} then 0 end`;
  if (type !== 'string') return column;
  const cases = Object.keys(codes).map((text, place) => `when ${dialect.text(text)} then ${place + 1}`);
  return `case ${column} ${cases.join(' ')} end`;
}

/** A distance is the same both ways. */
function toMetres(from: Point, to: Point, sources: ExpressionSources): string {
  if (typeof from === 'string' && isFixed(to)) return sources.metresTo(from, to);
  if (typeof to === 'string' && isFixed(from)) return sources.metresTo(to, from);
  const metres = toHaversine(toDegrees(from, sources), toDegrees(to, sources));
  const columns = columnsOfExpression({ of: 'metres', from, to });
  // DuckDB's least() of a number and null is the number: half around the earth.
  return columns.length === 0
    ? metres
    : `case when ${columns.map((name) => `${sources.column(name)} is not null`).join(' and ')} then ${metres} end`;
}

function toDegrees(point: Point, { place, column }: ExpressionSources): Record<keyof Place, string> {
  if (typeof point === 'string') return place(point);
  if (isFixed(point)) return toLiterals(point);
  return { longitude: column(point.columns.longitude), latitude: column(point.columns.latitude) };
}

export const toLiterals = ({ longitude, latitude }: Place): Record<keyof Place, string> => ({
  longitude: String(longitude),
  latitude: String(latitude),
});

/** Great-circle distance in metres by the haversine formula; longitudes and latitudes are SQL in degrees. BigQuery has no radians(). */
export function toHaversine(from: Record<keyof Place, string>, to: Record<keyof Place, string>): string {
  const radian = '0.017453292519943295';
  const halfSine = (part: keyof Place) => `power(sin((${to[part]} - ${from[part]}) * ${radian} / 2), 2)`;
  const cosine = (degrees: string) => `cos(${degrees} * ${radian})`;
  const share = `${halfSine('latitude')} + ${cosine(from.latitude)} * ${cosine(to.latitude)} * ${halfSine('longitude')}`;
  return `2 * ${earthRadiusMetres} * asin(least(1, sqrt(${share})))`;
}
