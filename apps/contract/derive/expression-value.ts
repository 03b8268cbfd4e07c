// Expressions evaluated in JavaScript, for the prediction service. They give what the feature table's SQL gives.
import { columnOf, type Dataset, lookupOf } from '../dataset.ts';
import { type Place, placeOfRow, rowOf } from '../dimension.ts';
import { type Expression, earthRadiusMetres, isFixed, type Point } from '../expression.ts';

/** Values as the contract casts them: numbers, booleans, texts, dates as `YYYY-MM-DD`, wall-clock times as `YYYY-MM-DD HH:MM[:SS[.ffffff]]`, also with a `T`. */
export type RowValues = Readonly<Record<string, number | boolean | string | null>>;

/** A number, a date as `YYYY-MM-DD`, or null where a part is missing. */
export function toValue(dataset: Dataset, expression: Expression, row: RowValues): number | string | null {
  const placeOf = (point: Point) => toPlace(dataset, point, row);
  switch (expression.of) {
    case 'lookup':
      return placeOf(expression.lookup)?.[expression.part] ?? null;
    case 'metres': {
      const [from, to] = [placeOf(expression.from), placeOf(expression.to)];
      return from && to ? metresBetween(from, to) : null;
    }
    case 'minutes': {
      const [from, to] = [row[expression.from], row[expression.to]].map((one) => (one == null ? null : toMicros(String(one))));
      return from == null || to == null ? null : Number(to - from) / 60_000_000;
    }
  }
  const value = row[expression.column] ?? null;
  if (value === null) return null;
  switch (expression.of) {
    case 'value':
      return Number(value);
    case 'code':
      return toCode(dataset, expression.column, value);
    case 'day':
      return String(value).slice(0, 10);
  }
  // A wall-clock time has no zone: it is read as UTC, so that no hour is shifted.
  const time = new Date(`${String(value).slice(0, 10)}T${String(value).slice(11, 16) || '00:00'}Z`);
  switch (expression.of) {
    case 'hour':
      return time.getUTCHours();
    case 'day-of-week':
      return time.getUTCDay() + 1;
    case 'day-of-month':
      return time.getUTCDate();
    case 'month':
      return time.getUTCMonth() + 1;
    case 'year':
      return time.getUTCFullYear();
  }
}

function toPlace(dataset: Dataset, point: Point, row: RowValues): Place | undefined {
  if (typeof point === 'string') return findPlace(dataset, point, row);
  if (isFixed(point)) return point;
  const [longitude, latitude] = [row[point.columns.longitude], row[point.columns.latitude]];
  return longitude == null || latitude == null ? undefined : { longitude: Number(longitude), latitude: Number(latitude) };
}

/** The place that a lookup finds for a row; undefined where it finds none. */
export function findPlace(dataset: Dataset, name: string, row: RowValues): Place | undefined {
  const { dimension, column } = lookupOf(dataset, name);
  return placeOfRow(dimension, rowOf(dimension, row[column]));
}

function toCode(dataset: Dataset, column: string, value: number | boolean | string): number | null {
  if (typeof value !== 'string') return Number(value);
  const place = Object.keys(columnOf(dataset, column).codes ?? {}).indexOf(value);
  return place < 0 ? null : place + 1;
}

/** Great-circle distance in metres by the haversine formula. */
export function metresBetween(from: Place, to: Place): number {
  const radians = (degrees: number) => (degrees * Math.PI) / 180;
  const latitude = Math.sin(radians(to.latitude - from.latitude) / 2) ** 2;
  const longitude = Math.sin(radians(to.longitude - from.longitude) / 2) ** 2;
  const share = latitude + Math.cos(radians(from.latitude)) * Math.cos(radians(to.latitude)) * longitude;
  return 2 * earthRadiusMetres * Math.asin(Math.min(1, Math.sqrt(share)));
}

/** Microseconds since 1970 of a wall-clock time. */
function toMicros(text: string): bigint {
  const [time = '', fraction = ''] = text.replace(' ', 'T').split('.');
  const milliseconds = Date.parse(`${time}Z`);
  return BigInt(milliseconds) * 1000n + BigInt(fraction.padEnd(6, '0').slice(0, 6) || '0');
}
