import { expect, test } from 'vitest';
import { withDuckDb } from '../../platform/duckdb.ts';
import { bikes } from '../bikes.ts';
import { defineDataset } from '../define-dataset.ts';
import { type Dimension, defineDimension } from '../dimension.ts';
import { lookup } from '../expression.ts';
import { yellow } from '../yellow.ts';
import { learnedDimensions, toDimensionModel } from './dbt-dimensions.ts';
import { dimensionsOf } from './dimensions.ts';

const [stations] = learnedDimensions(bikes) as [Dimension];

test('a station has the name of its last ride and the mean place of all, whichever end it was', async () => {
  const model = toDimensionModel(bikes, stations);
  const sql = model
    .slice(model.indexOf('{%- else %}') + '{%- else %}'.length, model.indexOf('{%- endif %}'))
    .replaceAll("{{ source('staging', 'bikes_clean') }}", 'rides');
  const rows = await withDuckDb(':memory:', async (connection) => {
    await connection.run(`CREATE TABLE rides AS SELECT * FROM (VALUES
      (TIMESTAMP '2024-01-02', 'A', 'Old St', -74.0, 40.0, 'B', NULL, -74.5, 40.5),
      (TIMESTAMP '2024-02-02', 'C', NULL, NULL, NULL, 'A', 'New St', -74.2, 40.2),
      (TIMESTAMP '2024-02-02', 'A', 'Alias St', -74.1, 40.1, NULL, 'Nowhere', -1.0, 1.0),
      (TIMESTAMP '2024-02-03', 'A', NULL, -74.1, 40.1, 'B', 'Bay St', -74.5, 40.5)
    ) t(started_at, start_station_id, start_station_name, start_lng, start_lat, end_station_id, end_station_name, end_lng, end_lat)`);
    return (await connection.runAndReadAll(`${sql} ORDER BY 1`)).getRowsJson();
  });
  expect(rows).toEqual([
    ['A', 'New St', -74.1, 40.1],
    ['B', 'Bay St', -74.5, 40.5],
    ['C', 'C', null, null],
  ]);
});

const withStart = (change: object) => () =>
  defineDataset({ ...bikes, lookups: { start: { dimension: stations, column: 'start_station_id', ...change } } });

test.each([
  ['nothing learned', {}, ['learns: nothing says stations.name', 'learns: nothing says stations.longitude']],
  [
    'unknown names and other types',
    { learns: { nam: 'start_station_name', name: 'start_lat', longitude: 'start_long', latitude: 'start_lat' } },
    [
      'lookup "start": learns: stations has no column "nam" (did you mean "name"?)',
      'lookup "start": learns: column "start_lat" is double, but stations.name is string',
      'lookup "start": learns: no column "start_long" (did you mean "start_lng"?)',
    ],
  ],
])('refuses %s', (_, change, problems) => {
  for (const problem of problems) expect(withStart(change)).toThrow(problem);
});

test('refuses to learn a dimension that has rows, or from two data sets, and its places in features', () => {
  const pickup = { ...yellow.lookups?.pickup, learns: { zone: 'store_and_fwd_flag' } } as never;
  expect(() => defineDataset({ ...yellow, lookups: { ...yellow.lookups, pickup } })).toThrow(
    'lookup "pickup": learns: taxi_zones has rows of its own; leave it out',
  );
  expect(() => dimensionsOf([bikes, { ...bikes, category: 'others' }])).toThrow(
    'others: stations is learned from bikes; a learned dimension belongs to one data set',
  );
  const features = { ...bikes.features, place: { expression: lookup('start', 'latitude'), description: 'x' } };
  expect(() => defineDataset({ ...bikes, features })).toThrow(
    'feature "place": lookup "start": stations is learned from the data; read the place from columns, by placeIn',
  );
});

test('a key of another type is refused', () => {
  const numbered = defineDimension({
    ...stations,
    columns: { ...stations.columns, id: { type: 'int', description: 'x' } },
  });
  const learns = bikes.lookups?.start?.learns;
  expect(withStart({ dimension: numbered, learns })).toThrow(
    'lookup "start": column "start_station_id" is string, but stations.id is int',
  );
});
