import { expect, test } from 'vitest';
import { ContractError } from './contract-error.ts';
import { type Dimension, defineDimension, placeOfRow, rowOf } from './dimension.ts';
import { taxiZones } from './taxi-zones.ts';

const docks: Dimension = {
  name: 'docks',
  description: 'Where bicycles are.',
  row: 'dock',
  columns: {
    id: { type: 'string', description: 'The id.' },
    name: { type: 'string', description: 'The name.' },
    x: { type: 'double', description: 'Longitude.', optional: true },
    y: { type: 'double', description: 'Latitude.', optional: true },
  },
  key: 'id',
  label: 'name',
  place: { longitude: 'x', latitude: 'y' },
  rows: [
    { id: 'JC1', name: 'Grove St', x: -74.04, y: 40.72 },
    { id: 'JC2', name: 'Depot', x: null, y: null },
  ],
};

test('a row is found by its key, and has a place or none', () => {
  const found = defineDimension(docks);
  expect(placeOfRow(found, rowOf(found, 'JC1'))).toEqual({ longitude: -74.04, latitude: 40.72 });
  expect(placeOfRow(found, rowOf(found, 'JC2'))).toBeUndefined();
  expect(rowOf(found, 'JC3')).toBeUndefined();
  expect(placeOfRow(taxiZones, rowOf(taxiZones, 264))).toBeUndefined();
});

const changed = (change: Partial<Dimension>) => ({ ...docks, ...change });
test.each<[string, Dimension, string]>([
  ['a name that is no table', changed({ name: 'Docks' }), 'Docks: "Docks" must be snake_case'],
  ['an unknown key', changed({ key: 'idd' }), 'docks: key: no column "idd" (did you mean "id"?)'],
  ['a label of numbers', changed({ label: 'x' }), 'docks: label: column "x" must be string, got double'],
  [
    'a group that some rows lack',
    changed({ columns: { ...docks.columns, area: { type: 'string', description: 'Area.', optional: true } }, group: 'area' }),
    'docks: group: column "area" is optional, but every row must have it',
  ],
  [
    'a column that is a word of SQL',
    changed({ columns: { ...docks.columns, end: { type: 'double', description: 'x', optional: true } } }),
    'docks: column "end" is a word of SQL; choose another name',
  ],
  [
    'a column without description',
    changed({ columns: { ...docks.columns, x: { type: 'double', description: ' ', optional: true } } }),
    'docks: column "x" has no description',
  ],
  [
    'a key twice',
    changed({ rows: [...(docks.rows ?? []), { id: 'JC1', name: 'Again' }] }),
    'docks: row 3 ("JC1"): the id is that of another row',
  ],
  ['a row without a name', changed({ rows: [{ id: 'a' }] }), 'docks: row 1 ("a"): no name'],
  ['a value of another type', changed({ rows: [{ id: 7, name: 'a' }] }), 'docks: row 1 (7): id must be string, got 7'],
  [
    'a misspelt column of a row',
    changed({ rows: [{ id: 'a', name: 'a', nmae: 'a' }] }),
    'docks: row 1 ("a"): no column "nmae" (did you mean "name"?)',
  ],
  [
    'a latitude beyond the pole',
    changed({ rows: [{ id: 'a', name: 'a', x: 7, y: 91 }] }),
    'docks: row 1 ("a"): y 91 is no latitude from -90 to 90',
  ],
  [
    'a listing where the prediction service answers something else',
    changed({ listing: 'models' }),
    'docks: listing "models": the prediction service answers something else there',
  ],
  ['a listing that is no path', changed({ listing: 'All docks' }), 'docks: "All docks" must be snake_case'],
  ['half a place', changed({ rows: [{ id: 'a', name: 'a', x: 7 }] }), 'docks: row 1 ("a"): x and y belong together'],
])('refuses %s', (_, dimension, problem) => {
  expect(() => defineDimension(dimension)).toThrow(ContractError);
  expect(() => defineDimension(dimension)).toThrow(problem);
});

test('names the file', () => {
  expect(() => defineDimension(changed({ name: 'bike_docks', key: 'idd' }))).toThrow('fix it in apps/contract/bike-docks.ts');
});
