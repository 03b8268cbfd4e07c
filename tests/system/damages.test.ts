// Five hundred random damages at the inputs of the TypeScript steps: each ends with 0, 1, 2 or 75, and where it fails, with one line and no stack trace.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { findBrokenRuns, runBoundProgram, type Scenario } from '../fixtures/damage-runs.ts';
import { asOf, type Files, makeWorld, newest, suite } from '../fixtures/damage-world.ts';

const month = ['--category', 'yellow', '--mode', 'batch', '--as-of', asOf];
const program = (app: string, inputs: readonly string[], toArgs: (uri: Files) => readonly string[]): Scenario => ({
  program: app,
  inputs,
  run: ({ uri }) => runBoundProgram(app, toArgs(uri)),
});

const scenarios: readonly Scenario[] = [
  program('transfer', [`in/${newest}`], (uri) => [
    ...['--source', uri('in/'), '--destination', uri('copied/'), '--manifest', uri('copied.json')],
  ]),
  program('schema-groups', ['files.json', `in/${newest}`], (uri) => [
    ...['--category', 'yellow', '--manifest', uri('files.json'), '--groups', uri('out.json')],
  ]),
  program('validate', [`in/${newest}`, 'suite.json', 'records/yellow/2024-12-01.json'], (uri) => [
    ...['--file', uri(`in/${newest}`), '--suite', uri(suite), '--records', uri('records/'), '--report', uri('report/')],
  ]),
  program('validate', ['groups.json', 'suite.json', `in/${newest}`], (uri) => [
    ...['--groups', uri('groups.json'), '--suite', uri(suite), '--months', uri('out.json')],
  ]),
  program('etl', [`in/${newest}`, 'w.duckdb'], (uri) => [
    ...[...month, '--file', uri(`in/${newest}`), '--warehouse', uri('w.duckdb'), '--plan', uri('plan.json')],
  ]),
  program('etl', ['groups.json', `in/${newest}`], (uri) => [
    ...['--category', 'yellow', '--mode', 'initial_load', '--as-of', asOf, '--groups', uri('groups.json')],
    ...['--warehouse', uri('new.duckdb'), '--plan', uri('plan.json')],
  ]),
  program('months', ['files.json', 'months.json', 'records/yellow/2024-12-01.json'], (uri) => [
    ...['--task', 'record-all', '--records', uri('records/'), '--category', 'yellow'],
    ...['--manifest', uri('files.json'), '--judged', uri('months.json')],
  ]),
  program('months', ['records/yellow/2024-12-01.json', `in/${newest}`], (uri) => [
    ...['--task', 'freshness', '--records', uri('records/'), '--source', uri('in/')],
  ]),
  program('months', ['records/yellow/2024-12-01.json', `in/${newest}`], (uri) => [
    ...['--task', 'backfill', '--category', 'yellow', '--from', '2024-12', '--to', '2025-01'],
    ...['--records', uri('records/'), '--source', uri('in/')],
  ]),
  program(
    'publish',
    [...['result.json', 'rows.parquet'].map((name) => `docs/validation/yellow/2025-01-01/${name}`), 'dbt/index.html'],
    (uri) => [...['--category', 'yellow', '--dbt', uri('dbt/'), '--docs', uri('docs/')]],
  ),
];

let folder: string;
let world: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'taxiway-damages-'));
  world = join(folder, 'world');
  await makeWorld(world);
  await mkdir(join(world, 'dbt'));
  await writeFile(join(world, 'dbt', 'index.html'), '<html>dbt</html>');
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test('five hundred damages, none of them a bug', async () => {
  expect(await findBrokenRuns({ world, scenarios, runs: 500, seed: 13 })).toEqual([]);
});
