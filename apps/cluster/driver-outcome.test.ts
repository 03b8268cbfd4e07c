import type { V1Pod } from '@kubernetes/client-node';
import { expect, test } from 'vitest';
import { toOutcome } from './driver-outcome.ts';
import type { SparkApplication } from './spark-application.ts';

const application = (state: string, errorMessage = ''): SparkApplication => ({
  metadata: { name: 'a', uid: 'u', resourceVersion: '1', creationTimestamp: '2024-01-01T00:00:00Z' },
  spec: {},
  status: { applicationState: { state, errorMessage }, driverInfo: { podName: 'a-driver' } },
});
const pod = (status: V1Pod['status'], role = 'driver', name = 'a-driver'): V1Pod => ({
  metadata: { name, labels: { 'spark-role': role } },
  ...(status && { status }),
});
const ended = (terminated: { exitCode: number; reason?: string; message?: string }): V1Pod =>
  pod({ containerStatuses: [sidecar, { ...sidecar, name: 'spark-kubernetes-driver', state: { terminated } }] });
const sidecar = {
  name: 'a-sidecar',
  image: 'i',
  imageID: '',
  ready: false,
  restartCount: 0,
  state: { terminated: { exitCode: 0 } },
};

test('completed is done, whatever pods say', () => {
  expect(toOutcome(application('COMPLETED'), [ended({ exitCode: 1 })])).toEqual({ exitCode: 0, reason: 'completed' });
});

test.each<[terminated: Parameters<typeof ended>[0], exitCode: number, reason: string]>([
  [{ exitCode: 1, message: 'x\nrows got lost\n' }, 1, 'the driver ended with exit code 1: rows got lost'],
  [{ exitCode: 2 }, 2, 'the driver ended with exit code 2: operator'],
  [{ exitCode: 70 }, 70, 'the driver ended with exit code 70: operator'],
  [{ exitCode: 75 }, 75, 'the driver ended with exit code 75: operator'],
  [{ exitCode: 1, reason: 'OOMKilled' }, 75, 'the driver ended with exit code 1 (OOMKilled): operator'],
  [{ exitCode: 137 }, 75, 'the driver ended with exit code 137: operator'],
  [{ exitCode: 143 }, 75, 'the driver ended with exit code 143: operator'],
  [{ exitCode: 139 }, 70, 'the driver ended with exit code 139: operator'],
])("the driver's container: %j is exit code %i", (terminated, exitCode, reason) => {
  expect(toOutcome(application('FAILED', 'operator'), [ended(terminated)])).toEqual({ exitCode, reason });
});

test.each<[V1Pod['status'], reason: string]>([
  [{ reason: 'Evicted', message: 'low on\nmemory' }, "the driver's pod was ended: Evicted: low on memory"],
  [{ reason: 'NodeLost' }, "the driver's pod was ended: NodeLost"],
  [
    { conditions: [{ type: 'DisruptionTarget', status: 'True', reason: 'PreemptionByScheduler' }] },
    "the driver's pod was ended: PreemptionByScheduler",
  ],
  [{ containerStatuses: [{ ...sidecar, state: { waiting: {} } }] }, "the driver's pod ended without its program"],
  [undefined, "the driver's pod ended without its program"],
])("the driver's pod: %j is temporary", (status, reason) => {
  expect(toOutcome(application('FAILED'), [pod(status)])).toEqual({ exitCode: 75, reason });
});

test.each<[state: string, message: string, exitCode: number, reason: string]>([
  ['FAILED', 'driver pod not found', 75, 'driver pod not found'],
  ['SUBMISSION_FAILED', 'failed to submit\nquota', 75, 'quota'],
  ['FAILED', '', 75, 'the driver never ran'],
  [
    'FAILED',
    'driver container failed with ExitCode: 1, Reason: Error',
    1,
    'the driver ended with exit code 1 (Error): driver container failed with ExitCode: 1, Reason: Error',
  ],
])('no driver pod, %s %j: exit code %i', (state, message, exitCode, reason) => {
  expect(toOutcome(application(state, message), [pod(undefined, 'executor', 'a-exec-1')])).toEqual({ exitCode, reason });
});
