import { expect, test } from 'vitest';
import { hasEnded, hasFailed, type SparkApplication, type SparkJob, specHashOf, toManifest } from './spark-application.ts';
import { explainEnd } from './sweep.ts';

const job: SparkJob = {
  name: 'n',
  namespace: 's',
  workflow: 'w',
  category: 'yellow',
  spec: { type: 'Python', driver: { cores: 1 } },
  arguments: ['a'],
};
const hashOf = (change: Partial<SparkJob>) => specHashOf(toManifest({ ...job, ...change }));

test('the hash is of what runs: not of the order of its fields, not of its owner', () => {
  expect(hashOf({ spec: { driver: { cores: 1 }, type: 'Python' } })).toBe(hashOf({}));
  expect(hashOf({ ownerUid: 'u' })).toBe(hashOf({}));
  const others = [
    { arguments: ['b'] },
    { workflow: 'v' },
    { category: 'green' },
    { spec: { ...job.spec, driver: { cores: 2 } } },
    { spec: { ...job.spec, driver: {} } },
  ];
  expect(new Set([{}, ...others].map(hashOf)).size).toBe(6);
});

test('what is no object is left to the server to refuse', () => {
  expect(toManifest({ ...job, spec: { driver: 'x', executor: { labels: 'y' } } }).spec).toMatchObject({
    driver: 'x',
    executor: { labels: 'y' },
  });
});

test.each<[state: string | undefined, retries: string | undefined, ended: boolean, failed: boolean]>([
  [undefined, undefined, false, false],
  ['RUNNING', undefined, false, false],
  ['FAILING', undefined, false, false],
  ['PENDING_RERUN', 'OnFailure', false, false],
  ['SUBMISSION_FAILED', 'OnFailure', false, false],
  ['SUBMISSION_FAILED', 'Never', true, true],
  ['SUBMISSION_FAILED', undefined, true, true],
  ['FAILED', 'OnFailure', true, true],
  ['COMPLETED', undefined, true, false],
])('state %s with restarts %s: ended %s, failed %s', (state, type, ended, failed) => {
  const application: SparkApplication = {
    metadata: { name: 'n', uid: 'u', resourceVersion: '1', creationTimestamp: '' },
    spec: type === undefined ? {} : { restartPolicy: { type } },
    ...(state !== undefined && { status: { applicationState: { state } } }),
  };
  expect([hasEnded(application), hasFailed(application)]).toEqual([ended, failed]);
});

test('a workflow needs no Spark once it is gone or has ended ten minutes ago', () => {
  const at = '2024-01-01T00:00:00Z';
  const after = (minutes: number) => Date.parse(at) + minutes * 60_000;
  expect(explainEnd(undefined, 0)).toBe('its workflow does not exist');
  expect(explainEnd({ status: { phase: 'Succeeded', finishedAt: at } }, after(11))).toBe(
    `its workflow ended (Succeeded) at ${at}`,
  );
  expect(explainEnd({ status: { phase: 'Succeeded', finishedAt: at } }, after(10))).toBeUndefined();
  expect(explainEnd({ status: { phase: 'Running', finishedAt: null } }, after(99))).toBeUndefined();
  expect(explainEnd({ status: { phase: 'Failed' } }, after(99))).toBeUndefined();
  expect(explainEnd({}, after(99))).toBeUndefined();
});
