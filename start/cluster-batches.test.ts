import { expect, test } from 'vitest';
import { type LeaseObject, toBatches, type WorkflowObject } from './cluster-batches.ts';

const key = 'yellow/yellow_tripdata_2025-01.parquet';
const lease = (submitted: boolean, of = key): LeaseObject => ({
  metadata: {
    name: 'taxiway-object-x',
    annotations: { 'taxiway/bucket': 'source', 'taxiway/key': of, 'taxiway/submitted': String(submitted) },
  },
  spec: { holderIdentity: 'yellow-2025-01-abc' },
});
/** Of another version of the same file. */
const otherLease = (submitted: boolean, name: string, creationTimestamp: Date): LeaseObject => {
  const { metadata, ...rest } = lease(submitted);
  return { ...rest, metadata: { ...metadata, name, creationTimestamp }, spec: { holderIdentity: `yellow-2025-01-${name}` } };
};
const workflow = (status: WorkflowObject['status'], name = 'yellow-2025-01-abc'): WorkflowObject =>
  status === undefined ? { metadata: { name } } : { metadata: { name }, status };

test.each([
  ['nothing is there yet', { leases: [], workflows: [] }, { state: 'waits' }],
  ['the trigger has claimed it', { leases: [lease(false)], workflows: [] }, { state: 'waits' }],
  [
    'the controller has not seen it',
    { leases: [lease(true)], workflows: [workflow(undefined)] },
    { state: 'runs', workflow: 'yellow-2025-01-abc', note: 'Pending' },
  ],
  [
    'it runs',
    { leases: [lease(false)], workflows: [workflow({ phase: 'Running', progress: '2/8' })] },
    { state: 'runs', workflow: 'yellow-2025-01-abc', note: '2/8' },
  ],
  [
    'it succeeded',
    { leases: [lease(true)], workflows: [workflow({ phase: 'Succeeded' })] },
    { state: 'done', workflow: 'yellow-2025-01-abc' },
  ],
  ['it was removed when its time was up', { leases: [lease(true)], workflows: [] }, { state: 'done' }],
  [
    'it failed',
    { leases: [lease(true)], workflows: [workflow({ phase: 'Failed', message: 'step etl failed' })] },
    { state: 'failed', workflow: 'yellow-2025-01-abc', note: 'step etl failed' },
  ],
  [
    'it ended in an error without a message',
    { leases: [lease(true)], workflows: [workflow({ phase: 'Error' })] },
    { state: 'failed', workflow: 'yellow-2025-01-abc', note: 'Error' },
  ],
  [
    'an earlier version of the file failed',
    { leases: [lease(true)], workflows: [workflow({ phase: 'Failed' }, 'yellow-2025-01-old'), workflow({ phase: 'Succeeded' })] },
    { state: 'done', workflow: 'yellow-2025-01-abc' },
  ],
  [
    'the file has several versions: the newest counts, whatever the names are',
    {
      leases: [
        otherLease(true, 'a', new Date(1000)),
        otherLease(true, 'c', new Date(3000)),
        otherLease(true, 'b', new Date(2000)),
        otherLease(true, 'z', new Date(500)),
      ],
      workflows: ['a', 'b', 'z']
        .map((one) => workflow({ phase: 'Failed' }, `yellow-2025-01-${one}`))
        .concat(workflow({ phase: 'Succeeded' }, 'yellow-2025-01-c')),
    },
    { state: 'done', workflow: 'yellow-2025-01-c' },
  ],
  [
    'another file failed',
    { leases: [lease(true, 'yellow/other.parquet')], workflows: [workflow({ phase: 'Failed' })] },
    { state: 'waits' },
  ],
] as const)('%s', (_, found, expected) => {
  expect(toBatches('source', [key], found)).toEqual([{ key, ...expected }]);
});
