// What is refused in features, model and sample of a definition.
import { expect, test } from 'vitest';
import { type Dataset, modelOf } from './dataset.ts';
import { defineDataset, isDataset } from './define-dataset.ts';
import { code, type Expression, hourOf, lookup, metres, placeIn, value, yearOf } from './expression.ts';
import type { Sample } from './sample.ts';
import { taxiZones } from './taxi-zones.ts';
import { yellow } from './yellow.ts';
import { airports } from './zones.ts';

const pickup = yellow.time.at;
const fare = modelOf(yellow);
const trips: Sample = { steps: [['trip', 'SELECT * FROM rolled']], values: {}, drift: { nullable: [], empty: [] } };
const features = (expression: Expression): Partial<Dataset> => ({
  features: { ...yellow.features, x: { expression, description: 'x' } },
});
const { place: _, ...placeless } = taxiZones;

test.each<[string, Partial<Dataset>, string]>([
  [
    'a feature that the table lacks',
    { model: { ...fare, features: ['trip_distanse'] } },
    'model: the feature table has no column "trip_distanse" (did you mean "trip_distance"?)',
  ],
  [
    'a target among the features',
    { model: { ...fare, features: ['fare_amount'] } },
    `the target "fare_amount" can't be a feature`,
  ],
  ['a model whose name is no name', { model: { ...fare, name: 'Fare 2' } }, 'model: the name "Fare 2" must be snake_case'],
  [
    'a sample of a column that is not there',
    { sample: { ...trips, values: { trip_distanse: '1' } } },
    'sample.values: no column "trip_distanse" (did you mean "trip_distance"?)',
  ],
  [
    'drift of columns that are not there',
    {
      sample: {
        ...trips,
        drift: { nullable: ['RateCode'], empty: [], words: { column: 'x', word: 'y' } },
      },
    },
    'sample.drift: no column "RateCode" (did you mean "RatecodeID"?)\nyellow: sample.drift: no column "x"',
  ],
  [
    'a sample without steps',
    { sample: { ...trips, steps: [] } },
    'sample.steps: none; leave the sample out, or say how rows come about',
  ],
  ['a date as a feature', { model: { ...fare, features: ['date'] } }, 'model: "date" is a date; expected a number'],
  [
    'a feature that no input gives',
    { model: { ...fare, inputs: { ...fare.inputs, dropoff_zone: { column: 'PULocationID', label: 'To' } } } },
    'model: feature "dropoff_lat" needs DOLocationID, which no input gives',
  ],
  [
    'an input for no column',
    { model: { ...fare, inputs: { ...fare.inputs, passengers: { column: 'passenger_cuont', label: 'Passengers' } } } },
    'model: input "passengers": no column "passenger_cuont" (did you mean "passenger_count"?)',
  ],
  ['a feature of an unknown column', features(value('extr')), 'feature "x": no column "extr" (did you mean "extra"?)'],
  [
    'a number of text',
    features(value('store_and_fwd_flag')),
    '"value" needs int, int32, double, decimal or duration, but column "store_and_fwd_flag" is string',
  ],
  ['a code of a fraction', features(code('extra')), '"code" needs int, int32, boolean or string, but column "extra" is double'],
  ['an hour of a number', features(hourOf('extra')), '"hour" needs timestamp, but column "extra" is double'],
  ['an unknown lookup', features(lookup('pikup', 'latitude')), 'feature "x": no lookup "pikup" (did you mean "pickup"?)'],
  ['a distance between fixed places', features(metres(airports.jfk, airports.lga)), 'feature "x": both places are fixed'],
  [
    'a place in a column that is not there',
    features(metres(placeIn('trip_distence', 'extra'), 'pickup')),
    'feature "x": longitude: no column "trip_distence" (did you mean "trip_distance"?)',
  ],
  [
    'a place in a column of codes',
    features(metres('pickup', placeIn('extra', 'VendorID'))),
    'feature "x": latitude: column "VendorID" must be double, got int',
  ],
  [
    'a place beyond the pole',
    features(metres('pickup', { longitude: 40, latitude: -100 })),
    'longitude 40 and latitude -100 are no place',
  ],
  [
    'a place of a dimension without places',
    { lookups: { pickup: { dimension: placeless, column: 'PULocationID' } }, ...features(lookup('pickup', 'latitude')) },
    'feature "x": lookup "pickup": taxi_zones has no place',
  ],
  [
    'features without the day of a row',
    { features: { x: { expression: value('extra'), description: 'x' } } },
    `features: 0 are day("${pickup}"); expected one, by whose month the table is replaced`,
  ],
  [
    'a feature twice, by case alone',
    { features: { ...yellow.features, Year: { expression: yearOf(pickup), description: 'x' } } },
    'feature "year" is defined twice',
  ],
])('refuses %s', (_, change, problem) => {
  expect(() => defineDataset({ ...yellow, ...change })).toThrow(problem);
});

test('refuses a kind of model that is not built', () => {
  const model = { ...yellow.model, kind: 'classification' } as never;
  expect(() => defineDataset({ ...yellow, model })).toThrow(
    'yellow: model: kind "classification" can\'t be trained; expected regression',
  );
});

test('refuses features that no model reads', () => {
  const { model: _, ...without } = yellow;
  expect(() => defineDataset(without)).toThrow('features: no model reads them; add a model, or leave them out');
  const { features: __, ...bare } = without;
  expect(isDataset(defineDataset(bare))).toBe(true);
});
