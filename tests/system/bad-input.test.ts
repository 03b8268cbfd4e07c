// What a user can get wrong: one clear line, the right exit code, nothing half-written, and the next run works.
import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { withDuckDb } from '../../apps/platform/duckdb.ts';
import { readSummaries, startPipeline, waitForStep } from '../fixtures/npm-start.ts';
import { makeSampleFiles } from '../fixtures/sample-files.ts';

let folder: string;
let state: string;
let good: string;
let input: string;
const older = 'yellow_tripdata_2024-12.parquet';
const newest = 'yellow_tripdata_2025-01.parquet';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'taxiway-bad-'));
  state = join(folder, 'state');
  good = join(folder, 'good');
  await makeSampleFiles(good, { months: 2, rows: 500 });
});
afterAll(() => rm(folder, { recursive: true, force: true }));
beforeEach(async () => {
  input = await mkdtemp(join(folder, 'input-'));
  for (const name of [older, newest]) await copyFile(join(good, name), join(input, name));
});

const run = (args: readonly string[] = ['--input', input]) => startPipeline(state, ['--once', ...args]).ended;
const lastLine = (output: string) => output.trimEnd().split('\n').at(-1) ?? '';
const stackLines = (output: string) => output.split('\n').filter((line) => /^\s+at .*:\d+:\d+/.test(line));

describe('before anything starts', () => {
  test.each<[string, () => Promise<string[]>, string]>([
    ['no such folder', async () => ['--input', join(folder, 'nowhere')], 'no such folder'],
    ['a file for a folder', async () => ['--input', join(input, older)], 'not a folder'],
    [
      'an unknown category',
      async () => ['--category', 'purple'],
      '--category "purple": expected one of bikes, fhvhv, green, yellow',
    ],
    ['an unknown flag', async () => ['--inptu', input], "unknown option '--inptu'"],
    ['a port that is none', async () => ['--port', 'http'], '--port "http"'],
    ['an unknown run', async () => ['--resume', 'batch-yellow-20200101-000000'], 'batch-yellow-20200101-000000'],
    [
      'a file whose name carries no month',
      async () => {
        await copyFile(join(input, older), join(input, 'yellow_tripdata_latest.parquet'));
        return ['--input', input];
      },
      'yellow_tripdata_latest.parquet: the name carries no month',
    ],
    [
      'a folder without files of the category',
      async () => ['--category', 'green', '--input', input],
      'no green file there; expected green_tripdata_YYYY-MM.parquet',
    ],
  ])('%s is refused with exit code 2', async (_, prepare, message) => {
    const { code, output } = await run(await prepare());
    expect(output).toContain(message);
    expect(stackLines(output)).toEqual([]);
    expect(code).toBe(2);
    expect(await readSummaries(state)).toEqual([]);
  });
});

describe('a file that is not what its name says', () => {
  test.each<[string, string, (path: string) => Promise<unknown>, string]>([
    ['truncated', newest, (path) => truncate(path, 20_000), 'not a whole Parquet file: it does not end with PAR1'],
    ['truncated', older, (path) => truncate(path, 20_000), 'not a whole Parquet file'],
    ['a CSV', newest, (path) => writeFile(path, 'VendorID,fare_amount\n1,10\n'), 'does not begin with PAR1'],
    ['empty', newest, (path) => writeFile(path, ''), 'it is empty'],
    ['of 2009', newest, write2009, 'no column "VendorID"'],
    ['of 2009', older, write2009, 'no column "VendorID"'],
  ])('%s (%s) is refused with exit code 1 before anything runs', async (_, name, spoil, message) => {
    await spoil(join(input, name));
    const { code, output } = await run();
    expect(lastLine(output)).toContain(`${name}: `);
    expect(lastLine(output)).toContain(message);
    expect(stackLines(output)).toEqual([]);
    expect(code).toBe(1);
    expect(await readSummaries(state)).toEqual([]);
  });

  test('several bad files are all named in one line', async () => {
    await writeFile(join(input, newest), '');
    await write2009(join(input, older));
    const { output } = await run();
    expect(lastLine(output)).toMatch(/yellow_tripdata_2025-01\.parquet: .*yellow_tripdata_2024-12\.parquet: /);
  });
});

test('a month that fails its validation stops the run there, with the report at hand; the mended file runs', async () => {
  const place = join(folder, 'refused');
  await withDuckDb(':memory:', (connection) =>
    connection.run(
      `COPY (SELECT * REPLACE (-1000.0 AS fare_amount, NULL::BIGINT AS PULocationID) FROM '${join(good, newest)}') TO '${join(input, newest)}' (FORMAT parquet)`,
    ),
  );
  await rm(join(input, older));
  const bad = await startPipeline(place, ['--once', '--input', input]).ended;
  expect(lastLine(bad.output)).toMatch(
    /step validate of run (\S+) failed; its log: \S+\/runs\/\1\/validate\.log; start anew when the file is mended, or resume it with: npm start -- --resume \1$/,
  );
  expect(stackLines(bad.output)).toEqual([]);
  expect(bad.code).toBe(1);
  const [summary] = await readSummaries(place);
  expect(summary?.validation?.successPercent).toBeLessThan(100);
  expect(await readFile(join(place, 'buckets/docs/validation/yellow/2025-01-01/index.html'), 'utf8')).toContain('PULocationID');
  expect((await readdir(place, { recursive: true })).filter((name) => name.endsWith('.tmp'))).toEqual([]);

  await copyFile(join(good, newest), join(input, newest));
  const mended = await startPipeline(place, ['--once', '--input', input]).ended;
  expect(mended.output).toContain('batch yellow: succeeded');
  expect(mended.code).toBe(0);
});

async function write2009(path: string): Promise<void> {
  await withDuckDb(':memory:', (connection) =>
    connection.run(
      `COPY (SELECT 'VTS' AS vendor_name, '2009-01-04 02:52:00' AS Trip_Pickup_DateTime, -73.99 AS Start_Lon, 8.9 AS Fare_Amt) TO '${path}' (FORMAT parquet)`,
    ),
  );
}

test('Ctrl-C in the middle stops the steps, says so, and the run can be resumed', async () => {
  const place = join(folder, 'stopped');
  const started = startPipeline(place, ['--once', '--input', input]);
  await waitForStep(place, { workflow: 'full-refresh', step: 'dbt', started });
  process.kill(-(started.child.pid as number), 'SIGINT');
  const stopped = await started.ended;
  expect(stopped.code).toBe(130);
  expect((await readSummaries(place))[0]?.status).toBe('stopped');
  expect(lastLine(stopped.output)).toContain('npm start -- --resume full-refresh-yellow-');
  const resumed = await startPipeline(place, ['--once', '--resume', 'latest']).ended;
  expect(resumed.output).toContain('batch yellow: succeeded');
  expect(resumed.code).toBe(0);
});

test('a second start while one runs is refused with the pid of the first; a lock left by a dead one is not', async () => {
  const place = join(folder, 'locked');
  await mkdir(place, { recursive: true });
  await writeFile(join(place, 'lock'), JSON.stringify({ pid: 1, started: 'long ago' }));
  const first = startPipeline(place, ['--once', '--input', input]);
  await waitForStep(place, { workflow: 'full-refresh', step: 'etl', started: first });
  const second = await startPipeline(place, ['--once', '--input', input]).ended;
  expect(second.output).toContain(`another npm start runs here as process ${first.child.pid}`);
  expect(second.code).toBe(2);
  first.child.kill('SIGKILL');
  await first.ended;
  await sleep(100);
  expect(JSON.parse(await readFile(join(place, 'lock'), 'utf8'))).toMatchObject({ pid: first.child.pid });
  const third = await startPipeline(place, ['--once', '--input', input]).ended;
  expect(third.code).toBe(0);
});
