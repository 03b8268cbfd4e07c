// What the sample's values are where the data set does not say it itself: SQL by types, codes, lookups and the ranges of rules.
import { type DecimalName, digitsOf, isDecimal, isWhole } from '../contract/column-type.ts';
import { type CodeValue, type Column, columnOf, type Dataset, toCodeValue } from '../contract/dataset.ts';
import { isLearned } from '../contract/dimension.ts';
import { toSeconds } from '../contract/duration.ts';
import type { Predicate } from '../contract/predicate.ts';
import { dice, oneIn, random } from '../contract/sample.ts';
import { quoteName, quoteText } from '../platform/duckdb.ts';

/** The value of a column, over the last of the sample's steps. */
export function sampleValue(dataset: Dataset, column: Column): string {
  const { sample, time, key = [], must = [] } = dataset;
  const own = sample?.values[column.name];
  if (own !== undefined) return own;
  if (column.name === time.at) return toTime(dataset);
  if (column.name === time.until) return `${begin} + to_seconds(${toDuration(dataset)})`;
  if (column.name === freeKey(dataset)) return toKey(column);
  const value = plainValue(dataset, column);
  // Of a data set with a sample of its own, all that is missing is in there.
  return sample || must.includes(column.name) || key.includes(column.name)
    ? value
    : `CASE WHEN ${oneIn(50, `missing ${column.name}`)} THEN NULL ELSE ${value} END`;
}

/** A value for each row of all months. */
const toKey = ({ type }: Column): string =>
  type === 'string' ? `printf('%d-%d', m, i)` : `m * ${type === 'int32' ? 10_000_000 : 1_000_000_000} + i`;

/** Rows are spread evenly over the month, so that no two of them begin in the same second where there is room. */
const begin = 'month_start + to_seconds(floor(i * month_days * 86400.0 / month_rows)::BIGINT)';

/** Some rows lie in the next month. */
const toTime = ({ key = [], time }: Dataset): string =>
  key.includes(time.at) ? begin : `CASE WHEN ${oneIn(1500, 'late')} THEN month_start + INTERVAL 1 MONTH ELSE ${begin} END`;

/** The column by which rows are told apart, where a key has one that is free to count them. */
function freeKey(dataset: Dataset): string | undefined {
  const { key = [], time, lookups = {} } = dataset;
  const taken = [time.at, time.until, ...Object.values(lookups).map(({ column }) => column)];
  return key.find((name) => {
    const { type, codes } = columnOf(dataset, name);
    return (type === 'string' || isWhole(type)) && !codes && !taken.includes(name);
  });
}

function plainValue(dataset: Dataset, column: Column): string {
  const { name, type, codes = {} } = column;
  const found = Object.values(dataset.lookups ?? {}).find((lookup) => lookup.column === name);
  if (found && !isLearned(found.dimension)) {
    const { dimension } = found;
    const keys = `(SELECT list(${quoteName(dimension.key)} ORDER BY ${quoteName(dimension.key)}) FROM ${quoteName(dimension.name)})`;
    return `${keys}[1 + (${dice(name)} % ${dimension.rows?.length})::INT]`;
  }
  const literal = (value: CodeValue) => (typeof value === 'string' ? quoteText(value) : String(value));
  const values = valuesOf(dataset, name) ?? Object.keys(codes).map((code) => toCodeValue(column, code));
  if (values.length > 0) return `[${values.map(literal).join(', ')}][1 + (${dice(name)} % ${values.length})::INT]`;
  if (isDecimal(type)) return toDecimal(dataset, { name, type });
  switch (type) {
    case 'int':
    case 'int32':
    case 'double':
    case 'duration': {
      const { low, high } = rangeOf(dataset, name);
      const inside = `${low} + ${random(name)} * ${high - low}`;
      const wrong = `${high} + 1 + ${high - low}`;
      const rounded = (sql: string) =>
        isWhole(type) ? `floor(${sql})::BIGINT` : `greatest(${low}, floor((${sql}) * 100) / 100)`;
      return `CASE WHEN ${oneIn(500, `wrong ${name}`)} THEN ${rounded(wrong)} ELSE ${rounded(inside)} END`;
    }
    case 'string':
      return `['a', 'b', 'c'][1 + (${dice(name)} % 3)::INT]`;
    case 'boolean':
      return `${dice(name)} % 2 = 1`;
    case 'date':
      return `CAST(${begin} AS DATE)`;
    case 'timestamp':
      return begin;
    case 'instant':
      return `timezone(${quoteText(dataset.time.zone)}, ${begin})`;
  }
}

/** In the range of its rules, or just outside of it, as far as its digits reach. */
function toDecimal(dataset: Dataset, { name, type }: { name: string; type: DecimalName }): string {
  const { low, high } = rangeOf(dataset, name);
  const { precision, scale } = digitsOf(type);
  const digits = Math.min(scale, 2);
  const rounded = (sql: string) => `floor((${sql}) * 1e${digits}) / 1e${digits}`;
  const largest = 10 ** (precision - scale) - 10 ** -digits;
  const inside = rounded(`${low} + ${random(name)} * ${Math.min(high, largest) - low}`);
  return `CASE WHEN ${oneIn(500, `wrong ${name}`)} THEN least(${high + 1}, ${largest}) ELSE ${inside} END`;
}

/** The predicates that hold of every clean row, whatever is missing. */
const flatten = (predicate: Predicate): Predicate[] => {
  if (predicate.op === 'all') return predicate.predicates.flatMap(flatten);
  return predicate.op === 'if-present' ? flatten(predicate.holds) : [predicate];
};
const predicatesOf = ({ rules }: Dataset): Predicate[] => rules.flatMap(({ holds }) => flatten(holds));

function valuesOf(dataset: Dataset, name: string): readonly CodeValue[] | undefined {
  const found = predicatesOf(dataset).find((predicate) => predicate.op === 'one-of' && predicate.column === name);
  return found?.op === 'one-of' ? found.values : undefined;
}

function rangeOf(dataset: Dataset, name: string): { low: number; high: number } {
  const found = predicatesOf(dataset).find((predicate) => predicate.op === 'between' && predicate.column === name);
  if (found?.op !== 'between') return { low: 0, high: 100 };
  return { low: found.atLeast, high: found.below ?? found.atMost ?? found.atLeast + 100 };
}

/** Seconds from a row's beginning to its end. */
function toDuration(dataset: Dataset): string {
  const { at, until } = dataset.time;
  const found = predicatesOf(dataset).find(
    (predicate) => predicate.op === 'lasts' && predicate.column === at && predicate.other === until,
  );
  const bound = (duration: string | undefined) => (duration === undefined ? undefined : toSeconds(duration));
  const low = (found?.op === 'lasts' ? bound(found.atLeast) : undefined) ?? 60;
  const high = (found?.op === 'lasts' ? bound(found.below) : undefined) ?? low + 3600;
  return `${low} + floor(${random('duration')} * ${Math.min(high - low, 7200)})::BIGINT`;
}
