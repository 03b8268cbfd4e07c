import { expect, test } from 'vitest';
import { compareHandover, type Handover } from './compare.ts';

const right = { category: 'green', uri: 's3://b/k', filename: 'green_tripdata_2024-01.parquet', runDate: '2024-01-01' };
const expected = Object.fromEntries(
  Object.entries(right).map(([name, value]) => [`expected${name[0]?.toUpperCase()}${name.slice(1)}`, value]),
);
const compare = (change: Partial<typeof right>) => compareHandover({ ...right, ...expected, ...change } as Handover);

test('four equal parameters pass', () => expect(compare({})).toEqual({ equal: 4 }));

test.each(Object.keys(right))('a different %s is named, with both values', (name) => {
  expect(() => compare({ [name]: 'x' })).toThrow(`${name} is "x", expected ${JSON.stringify(right[name as keyof typeof right])}`);
});

test('every difference is named; hostile and long values stay one line', () => {
  const hostile = 'a"\n; rm -rf / {{workflow.name}}';
  expect(() => compare({ uri: hostile, filename: 'y'.repeat(65_536) })).toThrow(
    /^uri is "a\\"\\n; rm -rf \/ \{\{workflow\.name\}\}", expected "s3:\/\/b\/k"; filename is "y{200}…", expected /,
  );
});
