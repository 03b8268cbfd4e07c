import fc from 'fast-check';
import { expect, test } from 'vitest';
import { expression, expressionRow, withFeatures } from '../../../tests/fixtures/random-expressions.ts';
import { quoteText, withDuckDb } from '../../platform/duckdb.ts';
import { type ColumnType, isDecimal } from '../column-type.ts';
import type { Dataset } from '../dataset.ts';
import type { Dimension } from '../dimension.ts';
import { code, day, dayOfWeek, lookup, metres, minutesBetween, placeIn } from '../expression.ts';
import { duckdbExpressions } from './expression-sql.ts';
import { findPlace, type RowValues, toValue } from './expression-value.ts';
import { lookupsOfFeatures, toFeatureQuery } from './feature-query.ts';
import { toDuckdbType, toTableType } from './table-schema.ts';

const toLiteral = (value: unknown) => (value == null ? 'NULL' : typeof value === 'string' ? quoteText(value) : String(value));

/** DuckDB itself makes an inexact decimal of a double. */
const toText = (value: unknown) => (value == null ? null : String(value));

function toTable(columns: readonly { name: string; type: ColumnType }[], rows: readonly Record<string, unknown>[]): string {
  const select = columns.map(({ name, type }) => `CAST("${name}" AS ${toDuckdbType(toTableType(type))}) AS "${name}"`);
  const values = rows.map(
    (row) => `(${columns.map(({ name, type }) => toLiteral(isDecimal(type) ? toText(row[name]) : row[name])).join(', ')})`,
  );
  return `(SELECT ${select.join(', ')} FROM (VALUES ${values.join(', ')}) AS t(${columns.map(({ name }) => `"${name}"`).join(', ')}))`;
}

const tableOf = ({ columns, rows = [] }: Dimension) =>
  toTable(
    Object.entries(columns).map(([name, { type }]) => ({ name, type })),
    rows,
  );

async function query(dataset: Dataset, rows: readonly RowValues[]): Promise<unknown[][]> {
  const numbered = { ...dataset, columns: [...dataset.columns, { name: 'place', type: 'int', description: '' } as const] };
  const placed = {
    ...numbered,
    features: { ...dataset.features, place: { expression: { of: 'value', column: 'place' } as const, description: '' } },
  };
  const clean = toTable(
    numbered.columns,
    rows.map((row, place) => ({ ...row, place })),
  );
  const sql = `SELECT * EXCLUDE (place) FROM (${toFeatureQuery(placed, duckdbExpressions, { clean, tableOf })}) ORDER BY place`;
  return withDuckDb(':memory:', async (connection) => {
    const found = (await connection.runAndReadAll(sql)).getRowsJson();
    return found.map((row) => row.map((one) => (typeof one === 'string' && /^-?\d+$/.test(one) ? Number(one) : one)));
  });
}

/** As the feature table has it: without rows whose lookups find no place. */
const evaluate = (dataset: Dataset, rows: readonly RowValues[]) =>
  rows
    .filter((row) => lookupsOfFeatures(dataset).every((name) => findPlace(dataset, name, row) !== undefined))
    .map((row) => Object.values(dataset.features ?? {}).map((feature) => toValue(dataset, feature.expression, row)));

/** Engines may round a sine, and what is made of it, in another way. */
const nearly = (value: number) =>
  expect.toSatisfy((other: unknown) => Math.abs(Number(other) - value) <= 1e-6 + value * 1e-9, `nearly ${value}`);
const toExpected = (dataset: Dataset, rows: readonly RowValues[]) =>
  evaluate(dataset, rows).map((row) =>
    row.map((value, index) =>
      Object.values(dataset.features ?? {})[index]?.expression.of === 'metres' && value !== null ? nearly(Number(value)) : value,
    ),
  );

test('random features of random rows are the same numbers in DuckDB and in JavaScript', async () => {
  const features = fc.array(expression, { minLength: 1, maxLength: 12 });
  await fc.assert(
    fc.asyncProperty(features, fc.array(expressionRow, { minLength: 1, maxLength: 12 }), async (some, rows) => {
      const dataset = withFeatures(some);
      expect(await query(dataset, rows)).toEqual(toExpected(dataset, rows));
    }),
    { numRuns: 200 },
  );
});

const row = { x: 0, y: 1, d: null, t: '2024-01-07 08:30:00', u: '2024-01-07 08:42:30', s: '7', dock: 'A', town: 2 };

test('known values', async () => {
  const dataset = withFeatures([
    day('t'),
    dayOfWeek('t'),
    minutesBetween('t', 'u'),
    // The number of a text is its place among the codes; JavaScript puts names that are whole numbers first.
    code('s'),
    lookup('town', 'longitude'),
    metres({ longitude: 0, latitude: 0 }, { longitude: 0, latitude: 1 }),
    metres('start', { longitude: -73.97, latitude: 40.72 }),
    metres(placeIn('x', 'y'), { longitude: 0, latitude: 0 }),
    metres('start', placeIn('x', 'd')),
  ]);
  const degree = (Math.PI * 6_371_000) / 180;
  const known = ['2024-01-07', 1, 12.5, 1, -73.970001, nearly(degree), 0, nearly(degree), null];
  expect(evaluate(dataset, [row])).toEqual([known]);
  expect(await query(dataset, [row])).toEqual([known]);
});

test('a distance to a fixed place is computed once for each place of the dimension, whoever asks for it', () => {
  const fixed = { longitude: 1, latitude: 2 };
  const dataset = withFeatures([
    metres('start', fixed),
    metres(fixed, 'start'),
    metres('start', { ...fixed }),
    metres('town', fixed),
  ]);
  const sql = toFeatureQuery(dataset, duckdbExpressions, { clean: 'c', tableOf: ({ name }) => name });
  expect(sql.match(/asin/g)).toHaveLength(2);
  expect(sql.slice(sql.lastIndexOf('select'))).not.toContain('asin');
});
