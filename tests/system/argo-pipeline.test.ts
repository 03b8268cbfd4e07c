// full-refresh and batch of dist/local on the real controller with the real programs, beside the local runner.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findArgo } from '../fixtures/argo-controller.ts';
import { type Pipeline, startPipelines } from '../fixtures/argo-pipelines.ts';
import type { Value } from '../fixtures/manifests.ts';
import type { RunMain } from '../fixtures/stand-in-kubelet.ts';

const found = findArgo();
const filename = 'yellow_tripdata_2025-01.parquet';

/** Does a step's work, and then fails as if it had not, the first time that it is asked. */
const failOnce = (runMain: RunMain): RunMain => {
  const seen = new Set<string>();
  return async (pod, main) => {
    const end = await runMain(pod, main);
    const { image } = pod.spec.containers.find(({ name }: Value) => name === 'main');
    if (seen.has(image) || end.exitCode !== 0) return end;
    seen.add(image);
    return { ...end, exitCode: 75 };
  };
};

describe.skipIf(found === undefined)('the controller and the local runner make the same tables of', () => {
  let pipeline: Pipeline;
  beforeAll(async () => {
    pipeline = await startPipelines(found as NonNullable<typeof found>);
  });
  afterAll(() => pipeline?.stop());

  test('a full refresh', async () => {
    const { phase, argo, local, message } = await pipeline.run('full-refresh', (state) => ({
      category: 'yellow',
      source: pipeline.sourceOf(state, ''),
      prefixes: 'yellow_tripdata_2024-12',
    }));
    expect(phase, message).toBe('succeeded');
    expect(argo, message).toEqual(local);
    await pipeline.expectSameTables();
  });

  test('a batch, each step of which fails once on the controller after its work', async () => {
    const toParameters = (state: string) => ({
      category: 'yellow',
      uri: pipeline.sourceOf(state, filename),
      filename,
      run_date: '2025-01-01',
    });
    const { phase, argo, local, message } = await pipeline.run('batch', toParameters, failOnce);
    expect(phase, message).toBe('succeeded');
    const twice = Object.entries(local).map(([name, step]) => [name, { ...step, attempts: step.attempts * 2 }]);
    expect(argo, message).toEqual(Object.fromEntries(twice));
    await pipeline.expectSameTables();
  });
});
