import { readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Modelled, modelOf } from '../contract/dataset.ts';
import { green } from '../contract/green.ts';
import { predict } from './booster.ts';
import { loadChampion } from './champion.ts';

const dataset: Modelled = { ...green, model: modelOf(green) };
const { features, target } = dataset.model;
const model = readFileSync(new URL('fixtures/model.json', import.meta.url));
const description = Buffer.from(
  JSON.stringify({ category: 'green', version: 1, run_id: 'r', rmse: 1.25, model: 'model.json', features, target }),
);

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'taxiway-champion-'));
  await mkdir(join(folder, 'green'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function load(files: { champion?: Uint8Array | string; model?: Uint8Array | string }) {
  await writeFile(join(folder, 'green', 'champion.json'), files.champion ?? description);
  await writeFile(join(folder, 'green', 'model.json'), files.model ?? model);
  return loadChampion(folder, dataset);
}

test.each([
  [{ champion: '' }, "champion.json: expected a champion's description, got text that is not JSON"],
  [{ champion: 'null' }, "champion.json: expected a champion's description: Invalid input: expected object, received null"],
  [{ model: model.subarray(0, 5000) }, "model.json: expected XGBoost's model, got text that is not JSON"],
  [{ model: '[]' }, 'not a usable XGBoost model'],
  [{ model: '{"learner":null}' }, 'not a usable XGBoost model: learner: '],
])('%o is refused in one line', async (files, message) => {
  const error = await load(files).catch((thrown: Error) => thrown);
  expect((error as Error).message).toContain(message);
  expect((error as Error).message).not.toContain('\n');
});

/** Bytes overwritten, inserted or cut out at any place. */
const damage = (bytes: Uint8Array) =>
  fc
    .tuple(fc.nat(bytes.length - 1), fc.nat(40), fc.uint8Array({ maxLength: 8 }))
    .map(([at, cut, put]) => Buffer.concat([bytes.subarray(0, at), put, bytes.subarray(at + cut)]));

test('whatever happened to the files, they are refused in one line, or predict finite fares', async () => {
  const damaged = fc.oneof(
    damage(description).map((champion) => ({ champion })),
    damage(model).map((spoiled) => ({ model: spoiled })),
  );
  await fc.assert(
    fc.asyncProperty(damaged, async (files) => {
      const loaded = await load(files).catch((error: Error) => error);
      if (loaded instanceof Error) expect(loaded.message).toMatch(/^[^\n]+$/);
      else
        expect(
          predict(
            loaded.booster,
            loaded.features.map(() => 1),
          ),
        ).toSatisfy(Number.isFinite);
    }),
    { numRuns: 200 },
  );
});
