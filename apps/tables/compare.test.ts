import { expect, test } from 'vitest';
import { green } from '../contract/green.ts';
import { compareTable, type FoundTable } from './compare.ts';
import { toDesired } from './desired.ts';

const { tables } = toDesired(green, { project: 'taxiway-test', datasetPrefix: '', location: 'EU' });
const [wanted] = tables as [(typeof tables)[number]];
const same: FoundTable = { etag: 'e', type: 'TABLE', ...wanted };
const breakingOf = (found: Partial<FoundTable>) => compareTable({ ...same, ...found }, wanted).breaking;

test('a table as it is to be has no difference, by whichever name BigQuery calls a type', () => {
  const fields = wanted.schema.fields.map((field) => ({
    ...field,
    type: field.type === 'FLOAT' ? 'FLOAT64' : field.type.replace('INTEGER', 'int64'),
  }));
  expect(compareTable({ ...same, schema: { fields } }, wanted)).toEqual({ breaking: [], changes: [], patch: {} });
});

test.each<[found: Partial<FoundTable>, breaking: string[]]>([
  [{ type: 'VIEW' }, ['kind: VIEW → TABLE']],
  [
    { timePartitioning: { type: 'DAY', field: 'lpep_pickup_datetime' } },
    ['partitions: DAY of lpep_pickup_datetime → MONTH of lpep_pickup_datetime'],
  ],
  [{ timePartitioning: { type: 'MONTH' } }, ['partitions: MONTH of the time of loading → MONTH of lpep_pickup_datetime']],
  [{ rangePartitioning: {} }, ['partitions: ranges → MONTH of lpep_pickup_datetime']],
  [{ clustering: {} }, ['clustering: none → PULocationID, DOLocationID']],
  [
    { clustering: { fields: ['DOLocationID', 'PULocationID'] } },
    ['clustering: DOLocationID, PULocationID → PULocationID, DOLocationID'],
  ],
])('%j is refused', (found, breaking) => {
  expect(breakingOf(found)).toEqual(breaking);
});

test('a decimal of other digits is another type; a scale of 0 may be left out', () => {
  const field = { name: 'price', type: 'NUMERIC', precision: '10', scale: '0', mode: 'NULLABLE', description: 'Price.' } as const;
  const decimal = { ...wanted, schema: { fields: [field] } };
  const breaking = (found: object) => compareTable({ ...same, schema: { fields: [found as typeof field] } }, decimal).breaking;
  expect(breaking({ ...field, type: 'DECIMAL', scale: undefined })).toEqual([]);
  expect(breaking({ ...field, scale: '2' })).toEqual(['column price: NUMERIC(10,2) → NUMERIC(10,0)']);
  expect(breaking({ ...field, precision: undefined, scale: undefined })).toEqual(['column price: NUMERIC → NUMERIC(10,0)']);
});

test('columns: another type, a list, one that is gone, another spelling', () => {
  const [first, second, third, ...rest] = wanted.schema.fields as [never, never, never];
  const fields = [
    { ...(first as object), type: 'STRING' },
    { ...(second as object), mode: 'REPEATED' },
    { ...(third as object), name: 'LPEP_dropoff_datetime' },
    ...rest,
    { name: 'old', type: 'DATE' },
  ];
  expect(breakingOf({ schema: { fields: fields as never } })).toEqual([
    'column VendorID: STRING → INTEGER',
    'column lpep_pickup_datetime: list of TIMESTAMP → TIMESTAMP',
    'column LPEP_dropoff_datetime → renamed to lpep_dropoff_datetime',
    'column old DATE → removed',
  ]);
});
