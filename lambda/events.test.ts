import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { toEvent, toRecord } from '../tests/fixtures/lambda-objects.ts';
import { compareSequencers, readDeliveries } from './events.ts';

const folder = join(import.meta.dirname, '..', 'tests', 'fixtures', 'lambda-events');
const read = (name: string) => JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8'));
const plainKey = 'in/yellow_tripdata_2024-01.parquet';
const created = (key: string, more: object = {}) => ({
  bucket: 'taxiway-source',
  key,
  sequencer: '0065BB0F3A1C9E2D4F',
  version: undefined,
  size: 47673370,
  time: '2024-02-01T03:26:50.114Z',
  ...more,
});
const bridged = created('in/a+b 100%/yellow_tripdata_2024-01.parquet', {
  version: 'IYV3p45BT0ac8hjHg1houSdS1a.Mro8e',
  time: '2024-02-01T03:26:50Z',
});

test.each<[name: string, items: readonly object[]]>([
  ['s3', [created('in/a b+c/café 100%/yellow_tripdata_2024-01.parquet')]],
  ['s3-versioned', [created(plainKey, { version: '096fKKXTRTtl3on89fVO.nfljtsv6qko' })]],
  ['s3-moto', [created(plainKey)]],
  ['s3-test', [{ ignored: "S3's test message" }]],
  ['s3-removed', [{ ignored: '"ObjectRemoved:DeleteMarkerCreated" of S3' }]],
  ['sns', [created(plainKey)]],
  ['eventbridge', [bridged]],
  ['eventbridge-deleted', [{ ignored: '"Object Deleted" of S3' }]],
])('%s is one delivery that no queue takes back', (name, items) => {
  expect(readDeliveries(read(name))).toEqual([{ message: undefined, items }]);
});

test.each<[name: string, items: readonly (readonly object[])[]]>([
  ['sqs', [[created(plainKey)], [{ ignored: "S3's test message" }], [{ ignored: 'a message that is no JSON' }]]],
  ['sns-in-sqs', [[created(plainKey)]]],
  ['eventbridge-in-sqs', [[bridged]]],
])('%s is a delivery for each message', (name, items) => {
  const deliveries = readDeliveries(read(name));
  expect(deliveries.map((delivery) => delivery.items)).toEqual(items);
  expect(deliveries.map(({ message }) => message)).toEqual(
    items.map((_, index) => `059f36b4-87a3-44ab-83d2-66197000000${index}`),
  );
});

test('all records of an event are read', () => {
  const [delivery] = readDeliveries(toEvent({ key: 'a' }, { key: 'b' }, { source: 'aws:ses' }));
  expect(delivery?.items).toMatchObject([{ key: 'a' }, { key: 'b' }, { ignored: 'an event of "aws:ses"' }]);
});

test('a key that can not be decoded, and an event without a sequencer, are ignored', () => {
  const { s3, ...record } = toRecord();
  const withObject = (object: object) => ({ Records: [{ ...record, s3: { ...s3, object: { ...s3.object, ...object } } }] });
  expect(readDeliveries(withObject({ key: 'a%zz' }))[0]?.items).toEqual([{ ignored: 'an event without bucket and key' }]);
  expect(readDeliveries(withObject({ key: '%E0%A4%A' }))[0]?.items).toEqual([{ ignored: 'an event without bucket and key' }]);
  for (const sequencer of [undefined, '', 7, 'xyz', 'A'.repeat(65)])
    expect(readDeliveries(withObject({ sequencer }))[0]?.items).toEqual([{ ignored: 'an event without a sequencer' }]);
});

test('property: any key that S3 encodes comes out as it was', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), (key) => {
      expect(readDeliveries(toEvent({ key }))[0]?.items).toMatchObject([{ key }]);
    }),
  );
});

test('property: nothing makes it throw', () => {
  const odd = fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 5 },
      fc.jsonValue(),
      fc.record(
        {
          Records: fc.array(tie('value')),
          eventSource: fc.constantFrom('aws:s3', 'aws:sqs', 'aws:sns'),
          eventName: fc.constantFrom('ObjectCreated:Put', 7),
          messageId: fc.string(),
          body: fc.oneof(
            fc.json(),
            tie('value').map((value) => JSON.stringify(value)),
          ),
          Type: fc.constant('Notification'),
          Message: fc.oneof(
            fc.json(),
            tie('value').map((value) => JSON.stringify(value)),
          ),
          Sns: tie('value'),
          s3: tie('value'),
          bucket: tie('value'),
          object: tie('value'),
          detail: tie('value'),
          'detail-type': fc.constantFrom('Object Created', 7),
          source: fc.constant('aws.s3'),
        },
        { requiredKeys: [] },
      ),
    ),
  })).value;
  fc.assert(
    fc.property(odd, (event) => {
      for (const { items } of readDeliveries(event))
        for (const item of items) expect(typeof ('ignored' in item ? item.ignored : item.key)).toBe('string');
    }),
  );
});

const sequencer = fc.string({ unit: fc.constantFrom(...'0123456789abcdefABCDEF'), minLength: 1, maxLength: 20 });

test('property: sequencers are ordered as numbers that begin at the same place', () => {
  const toNumber = (text: string) => BigInt(`0x${text.padEnd(20, '0')}`);
  fc.assert(
    fc.property(sequencer, sequencer, (a, b) => {
      const [one, other] = [toNumber(a), toNumber(b)];
      expect(compareSequencers(a, b)).toBe(one < other ? -1 : one > other ? 1 : 0);
    }),
  );
});

test.each([
  ['0055AED6DCD90281E5', '0055AED6DCD90281E6', -1],
  ['0055AED6DCD90281E5', '0055aed6dcd90281e5', 0],
  ['0055AED6DCD90281E5', '0055AED6DCD90281E50', 0],
  ['0055AED6DCD90281E6', '0055AED6DCD90281E5FF', 1],
  ['0', '', 0],
])('%s against %s is %i', (one, other, order) => {
  expect(compareSequencers(one, other)).toBe(order);
});
