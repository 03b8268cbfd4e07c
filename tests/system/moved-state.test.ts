// The state folder is the user's: moved, copied, mounted elsewhere. What runs there afterwards goes on there, and nowhere else.
import { createHash } from 'node:crypto';
import { cp, mkdtemp, readdir, readFile, realpath, rename, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readSummaries, startPipeline } from '../fixtures/npm-start.ts';
import { makeSampleFiles } from '../fixtures/sample-files.ts';

let folder: string;
let state: string;
beforeAll(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'taxiway-moved-')));
  state = join(folder, 'first place #1', 'state');
  // Where `npm start` puts its own sample files.
  await makeSampleFiles(sourceOf(state), { months: 2, rows: 500 });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const sourceOf = (place: string) => join(place, 'buckets', 'source', 'yellow');
const run = (place: string, ...args: string[]) =>
  startPipeline(place, ['--once', ...(args.length > 0 ? args : ['--input', sourceOf(place)])]).ended;

/** A digest of every file, but those that Node keeps for itself. */
async function digest(place: string): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const entry of await readdir(place, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isFile() && !path.includes('node-compile-cache'))
      found[path] = createHash('sha256')
        .update(await readFile(path))
        .digest('hex');
  }
  return found;
}

test('a run that failed is resumed where the folder has been moved to, and the next run continues its champion', async () => {
  const newest = 'yellow_tripdata_2025-01.parquet';
  const whole = await readFile(join(sourceOf(state), newest));
  const first = await run(state);
  expect([first.code, first.output]).toEqual([0, expect.stringContaining('batch yellow: succeeded')]);
  // A run that stops at its transfer: a file is where its folder should be.
  await rm(join(state, 'buckets', 'staging', 'yellow'), { recursive: true });
  await writeFile(join(state, 'buckets', 'staging', 'yellow'), '');
  const failed = await run(state);
  expect([failed.code, failed.output]).toEqual([2, expect.stringContaining('failed')]);
  await rm(join(state, 'buckets', 'staging', 'yellow'));

  const moved = join(folder, 'second place');
  await rename(state, moved);
  await writeFile(join(sourceOf(moved), newest), whole);
  const resumed = await run(moved, '--resume', 'latest');
  expect([resumed.output, resumed.code]).toEqual([expect.stringContaining('batch yellow: succeeded'), 0]);
  expect((await readSummaries(moved)).at(-1)).toMatchObject({
    status: 'succeeded',
    model: { baseline: expect.stringMatching(/^champion/) },
  });
  await expect(readdir(state)).rejects.toThrow('ENOENT');
  state = moved;
});

test('what runs in a copy changes nothing in the original', async () => {
  const before = await digest(state);
  const copy = join(folder, 'copy');
  await cp(state, copy, { recursive: true, preserveTimestamps: true });
  const { code, output } = await run(copy);
  expect([output, code]).toEqual([expect.stringContaining('batch yellow: succeeded'), 0]);
  expect(await digest(state)).toEqual(before);
  const text = (await readFile(join(copy, 'mlflow', 'mlflow.db'))).toString('latin1');
  const models = (await readdir(join(copy, 'mlflow', 'artifacts'), { recursive: true })).filter((name) =>
    name.endsWith('model.json'),
  );
  expect([text.includes(join(folder, 'copy', 'mlflow')), models.length > 2]).toEqual([true, true]);
});

test('a state of which each part is damaged ends in one line, never as a bug', async () => {
  const spoil: [string, RegExp, (path: string) => Promise<unknown>][] = [
    ['warehouse.duckdb', /the warehouse is damaged|not a warehouse that DuckDB can open/, (path) => truncate(path, 100_000)],
    ['mlflow/mlflow.db', /MLflow's store can't be used/, (path) => truncate(path, 100_000)],
  ];
  for (const [name, message, damage] of spoil) {
    const place = join(folder, `damaged ${name.split('/')[0]}`);
    await cp(state, place, { recursive: true });
    const champion = await readFile(join(place, 'buckets', 'models', 'yellow', 'champion.json'), 'utf8');
    await damage(join(place, name));
    const { code, output } = await run(place);
    expect([output, code]).toEqual([expect.stringMatching(message), 2]);
    expect(output.split('\n').filter((line) => /^\s+at .*:\d+:\d+/.test(line))).toEqual([]);
    expect(await readFile(join(place, 'buckets', 'models', 'yellow', 'champion.json'), 'utf8')).toBe(champion);
  }
});
