// backfill, freshness and lambda-integration-test of dist/local on the real controller with the real programs, beside the local runner.
import { utimes } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findArgo } from '../fixtures/argo-controller.ts';
import { type Pipeline, startPipelines } from '../fixtures/argo-pipelines.ts';

const found = findArgo();
const filename = 'yellow_tripdata_2025-01.parquet';

describe.skipIf(found === undefined)('the controller and the local runner agree on', () => {
  let pipeline: Pipeline;
  beforeAll(async () => {
    pipeline = await startPipelines(found as NonNullable<typeof found>);
  });
  afterAll(() => pipeline?.stop());
  const range = () => ({ category: 'yellow', from: '2024-12', to: '2025-01' });

  test('a dry run, which loads nothing', async () => {
    const { phase, argo, local } = await pipeline.run('backfill', () => ({ ...range(), dry_run: 'true' }));
    expect([phase, argo]).toEqual(['succeeded', local]);
    expect(argo.months?.status).toBe('skipped');
  });

  test('freshness, which loads the month that has been there for long, and not the one that has just come', async () => {
    const anHourAgo = new Date(Date.now() - 3_600_000);
    for (const state of Object.values(pipeline.states))
      await utimes(fileURLToPath(pipeline.sourceOf(state, 'yellow_tripdata_2024-12.parquet')), anHourAgo, anHourAgo);
    const { phase, argo, local, message } = await pipeline.run('freshness', () => ({ retrain: 'false' }));
    expect([phase, argo], message).toEqual(['succeeded', local]);
    expect([argo['months.0.etl']?.status, argo['months.1.etl']]).toEqual(['succeeded', undefined]);
    await pipeline.expectSameTables();
  });

  test('a backfill, which loads the other month, and another one, which has nothing to do', async () => {
    const first = await pipeline.run('backfill', range);
    expect([first.phase, first.argo], first.message).toEqual(['succeeded', first.local]);
    expect([first.argo['months.0.etl']?.status, first.argo['months.1.etl']]).toEqual(['succeeded', undefined]);
    await pipeline.expectSameTables();
    const second = await pipeline.run('backfill', range);
    expect([second.phase, second.argo], second.message).toEqual(['succeeded', second.local]);
    expect(second.argo.months?.status).toBe('skipped');
  });

  test.each(['2024-01-01', '2024-02-01'])('lambda-integration-test with the run_date %s', async (runDate) => {
    const given = { category: 'yellow', uri: `s3://bucket/${filename}`, filename };
    const expected = Object.entries({ ...given, run_date: '2024-01-01' }).map(([name, value]) => [`expected_${name}`, value]);
    const { phase, argo, local, message } = await pipeline.run('lambda-integration-test', () => ({
      ...given,
      run_date: runDate,
      ...Object.fromEntries(expected),
    }));
    expect(phase, message).toBe(runDate === '2024-01-01' ? 'succeeded' : 'failed');
    expect(argo, message).toEqual(local);
  });
});
