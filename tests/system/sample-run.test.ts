// The whole pipeline on made-up files with every drift and dirt: conservation, counts by hand, reruns, and a kill in every step.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { firstDayOf } from '../../apps/contract/file-name.ts';
import { countRawFile } from '../fixtures/count-raw-file.ts';
import { readSummaries, startPipeline, waitForStep } from '../fixtures/npm-start.ts';
import { makeSampleFiles } from '../fixtures/sample-files.ts';
import { digestWarehouse } from '../fixtures/warehouse-digest.ts';

let folder: string;
let input: string;
let state: string;
let expected: Record<string, string>;
/** Months whose ids and times are typed as usual, so that plain SQL reads them as the contract does. */
const plainMonths = ['2024-12', '2025-01'];
/** In the order of the run. */
const killedIn = [
  ['full-refresh', 'transfer'],
  ['full-refresh', 'etl'],
  ['full-refresh', 'dbt'],
  ['full-refresh', 'train'],
  ['batch', 'validate'],
  ['batch', 'etl'],
  ['batch', 'dbt'],
  ['batch', 'retrain'],
] as const;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'taxiway-sample-'));
  input = join(folder, 'input');
  state = join(folder, 'state');
  await makeSampleFiles(input, { months: 11, rows: 2000 });
  const { code, output } = await startPipeline(state, ['--once', '--input', input]).ended;
  expect(output).toContain('batch yellow: succeeded');
  expect(code).toBe(0);
  expected = await digestWarehouse(state, 'yellow');
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test('no row is lost, and plain months agree with counts by hand', async () => {
  const files = (await readSummaries(state)).flatMap((summary) => summary.files);
  expect(files.length).toBe(11);
  for (const file of files) expect(file.clean + file.triage + file.outsideRetention).toBe(file.read);
  for (const month of plainMonths) {
    const file = files.find((one) => one.month === month);
    const raw = await countRawFile(join(input, `yellow_tripdata_${month}.parquet`), 't', firstDayOf(month));
    expect({ read: file?.read, clean: file?.clean, brokenRules: file?.brokenRules }).toEqual(raw);
  }
});

test('the summary says what others rely on', async () => {
  const [full, batch] = await readSummaries(state);
  expect([full?.workflow, batch?.workflow]).toEqual(['full-refresh', 'batch']);
  expect(batch?.steps.map((step) => [step.name, step.status])).toEqual(
    ['transfer', 'validate', 'etl', 'dbt', 'publish', 'retrain', 'record', 'finish'].map((name) => [name, 'succeeded']),
  );
  expect(batch?.validation?.successPercent).toBeGreaterThanOrEqual(90);
  expect(full?.model).toMatchObject({ version: 1, promoted: true });
  expect(full?.model?.rmse).toBeLessThan(full?.model?.baselineRmse as number);
});

test('killed in one step after the other, and resumed each time, it gives the same tables', async () => {
  const place = await mkdtemp(join(folder, 'killed-'));
  const resume = ['--once', '--resume', 'latest'];
  for (const [index, [workflow, step]] of killedIn.entries()) {
    const started = startPipeline(place, index === 0 ? ['--once', '--input', input] : resume);
    await waitForStep(place, { workflow, step, started });
    started.child.kill('SIGKILL');
    await started.ended;
  }
  const resumed = await startPipeline(place, resume).ended;
  expect(resumed.output).toContain('batch yellow: succeeded');
  expect(resumed.code).toBe(0);
  expect(await digestWarehouse(place, 'yellow')).toEqual(expected);
});

test('another run, after one that was killed, gives the same tables', async () => {
  const started = startPipeline(state, ['--once', '--input', input]);
  await waitForStep(state, { workflow: 'batch', step: 'etl', started }).catch(() => undefined);
  started.child.kill('SIGKILL');
  await started.ended;
  expect((await startPipeline(state, ['--once', '--input', input]).ended).code).toBe(0);
  expect(await digestWarehouse(state, 'yellow')).toEqual(expected);
});
