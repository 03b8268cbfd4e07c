import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ofSpark, ofWorkflow, sparkApplications, workflow } from './pod-usage.ts';

const now = Date.parse('2026-11-20T08:00:00Z');
const pod = { type: 'Pod', displayName: 'etl(0)', startedAt: '2026-11-20T06:00:00Z', finishedAt: '2026-11-20T06:01:00Z' };
const used = [{ step: 'etl', pods: 1, seconds: 60, coreSeconds: 0, gibSeconds: 0 }];
const compress = (text: string) => gzipSync(text).toString('base64');

test.each([
  ['as they are', { nodes: { a: pod } }, used],
  ['compressed', { compressedNodes: compress(JSON.stringify({ a: pod })) }, used],
  ['not there yet', {}, []],
  ['in the database', { compressedNodes: '', offloadNodeStatusVersion: 'fnv:1' }, undefined],
])("a Workflow's nodes: %s", (_, status, expected) => {
  expect(ofWorkflow(workflow.parse({ metadata: {}, status }), now)).toEqual(expected);
});

test.each(['x', compress('{'), compress('[]'), compress('{"a": 1}')])('damaged nodes are refused: %s', (compressedNodes) => {
  expect(workflow.safeParse({ status: { compressedNodes } }).success).toBe(false);
});

test('whatever else the answers hold, they are refused or priced, never a crash', () => {
  const keys = [
    'status',
    'nodes',
    'a',
    'type',
    'startedAt',
    'compressedNodes',
    'items',
    'spec',
    'driver',
    'executorState',
    'memory',
  ];
  const value = fc.anything({ key: fc.constantFrom(...keys), values: [fc.constantFrom(null, 'Pod', 1, '4g', '')], maxDepth: 5 });
  fc.assert(
    fc.property(value, (answer) => {
      const one = workflow.safeParse(answer);
      const list = sparkApplications.safeParse(answer);
      const pods = [
        ...((one.success && ofWorkflow(one.data, now)) || []),
        ...(list.success ? ofSpark(list.data.items, now) : []),
      ];
      for (const { seconds, coreSeconds, gibSeconds } of pods)
        expect([seconds, coreSeconds, gibSeconds].every(Number.isFinite)).toBe(true);
    }),
    { numRuns: 2000 },
  );
});
